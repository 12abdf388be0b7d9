import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import type { CiSettings } from "../../../components/settings/ci.ts";
import type { LocalSettings } from "../../../components/settings/local.ts";
import {
  checkGatewayPort,
  checkPorts,
  dataPorts,
  servicePorts,
  type Ports,
} from "../../../components/settings/ports.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import { notes } from "../application/notes.ts";
import { messageOf } from "../assert-refused.ts";
import * as good from "./good.ts";

const whole = notes;
const all: Ports = { postgres: 5433, redis: 6380, "object-storage": 9000, api: 8001, web: 5174 };

const of = (settings: object, ports: object, description: object = whole): void => {
  checkPorts(
    parseApplication(description),
    parseSettings({ ...settings, ports }) as LocalSettings | CiSettings,
  );
};
const refusal = (...args: Parameters<typeof of>): string =>
  messageOf(() => {
    of(...args);
  });

describe("published ports (001-161, 001-192, 002-32, 002-715, 003-101)", () => {
  it("lead to any service that listens and any backing service, in ci to backing services", () => {
    of(good.local, all);
    of({ ...good.ci, reuse: "none" }, { postgres: 5433, redis: 6380, "object-storage": 9000 });
    of({ ...good.ci, reuse: "local" }, { redis: 6380 });
    assert.deepEqual(dataPorts(all), { postgres: 5433, redis: 6380, "object-storage": 9000 });
    assert.deepEqual(servicePorts(all), { api: 8001, web: 5174 });
  });

  it("are from 1 to 65535", () => {
    for (const port of [0, 65_536, 80.5, "5433"]) {
      assert.equal(
        refusal(good.local, { postgres: port }),
        `towpath:ports.postgres: expected a port from 1 to 65535, got ${JSON.stringify(port)}; choose a free one, for example 5433`,
      );
    }
  });

  it("are each one's own", () => {
    assert.equal(
      refusal(good.local, { postgres: 5433, redis: 6380, api: 5433 }),
      "towpath:ports: expected a port of its own for each, got 5433 for postgres and api; choose another for one of them",
    );
  });

  it("lead to nothing that the application does not have", () => {
    assert.equal(
      refusal(good.local, { postgre: 5433, toString: 5434 }),
      [
        'towpath:ports.postgre: the application has no such service or backing service; did you mean "postgres"',
        "towpath:ports.toString: the application has no such service or backing service; known are api, object-storage, postgres, redis, web, worker",
      ].join("\n"),
    );
    const page = {
      name: "page",
      images: { web: { context: "web" } },
      services: { web: { image: "web", port: 80 } },
    };
    assert.equal(
      refusal({ ...good.ci, reuse: "none" }, { postgres: 5433 }, page),
      "towpath:ports.postgres: the application has no such service or backing service; remove it",
    );
  });

  it("lead to no service that does not listen", () => {
    assert.equal(
      refusal(good.local, { worker: 8001 }),
      "towpath:ports.worker: expected a service that listens, got worker, which has no port; set services.worker.port, or remove it",
    );
  });

  it("lead in ci to no service, and to no server of the local environment", () => {
    assert.equal(
      refusal({ ...good.ci, reuse: "local" }, { api: 8001, postgres: 5433 }),
      [
        "towpath:ports.api: expected a backing service, got a service, and ci starts none; remove it",
        "towpath:ports.postgres: expected a server of its own, got that of the local environment, by towpath:reuse; publish it in Pulumi.local.yaml",
      ].join("\n"),
    );
  });

  it("are none of a stack on hosts", () => {
    assert.equal(
      messageOf(() => parseSettings({ ...good.staging, ports: { postgres: 5433 } })),
      "towpath:ports: unknown setting for staging; it is a setting of local, ci",
    );
  });

  it("are other ports than the gateway's", () => {
    checkGatewayPort({ port: 8080 }, all);
    assert.equal(
      messageOf(() => {
        checkGatewayPort({ port: 8001 }, all);
      }),
      "towpath:ports.api: expected another port than the gateway's, got 8001; choose another, or set towpath:port",
    );
  });
});
