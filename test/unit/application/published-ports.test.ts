import assert from "node:assert/strict";
import { hostPorts } from "../../../components/application/published-ports.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import { isStopFirst } from "../../../components/application/rollout.ts";
import { merged, refusalOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const refused = refusalOf(parseApplication, notes);
const form =
  'expected a port of the host and one of the container, as Compose writes them, got "GIVEN"; for example "25:2525", or "53:53/udp"';

describe("the ports of a service on the host", () => {
  it("are those of Compose's short form, and belong to one copy at a time", () => {
    const { worker } = parseApplication(
      merged(notes, { services: { worker: { ports: ["25:2525", "53:5353/udp", "7:7/tcp"] } } }),
    ).services;
    assert.ok(worker !== undefined && isStopFirst(worker));
    assert.deepEqual(
      hostPorts("worker", worker).map(({ published, target, protocol }) => [published, target, protocol]),
      [
        [25, 2525, "tcp"],
        [53, 5353, "udp"],
        [7, 7, "tcp"],
      ],
    );
  });

  it("are refused in another form", () => {
    for (const given of ["25", "127.0.0.1:25:25", "0:25", "25:65536", "25:25/sctp", "5000-5001:5000-5001"])
      refused(`services.worker.ports[0]: ${form.replace("GIVEN", given)}`, {
        services: { worker: { ports: [given] } },
      });
    refused(
      'services.worker.ports: expected at least one port, got []; for example ["25:2525"], or leave it out',
      { services: { worker: { ports: [] } } },
    );
  });

  it("are refused when the gateway or another service has them, and beside two copies", () => {
    refused(
      'services.worker.ports[0]: the gateway has port 443 of the host, got "443:443"; choose another port, or give the service routes',
      { services: { worker: { ports: ["443:443"] } } },
    );
    refused(
      'services.web.ports[1]: the port is published by services.worker.ports[0], got "25:26"; choose another port',
      { services: { worker: { ports: ["25:2525"] }, web: { ports: ["25:25/udp", "25:26"] } } },
    );
    refused(
      'services.worker.rollout: two copies cannot have one port of the host, got "start-first" beside ports; write "stop-first", or remove it',
      { services: { worker: { ports: ["25:2525"], rollout: "start-first" } } },
    );
  });
});
