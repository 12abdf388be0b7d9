/**
 * Environment with applications that are not the sample: what is left out, refused, or only planned.
 *
 * A mock cannot prove that an error reaches the person without a stack trace, nor that a plan made from unknown values
 * becomes a good deployment: test/e2e does.
 */
import { byName, deployed, outcome, valueOf, type Registration, type Run } from "./engine.ts";
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import type { ApplicationDescription } from "../../../components/application/description.ts";
import { deploy } from "../../../components/environment/deploy.ts";
import type { Environment } from "../../../components/environment/local-environment.ts";
import { loadSettings } from "../../../components/environment/load-settings.ts";
import { notes } from "../application/notes.ts";
import { Hidden, hidden, shown } from "./hidden.ts";
import { localProgram } from "./local.ts";
import { orderOf } from "./order.ts";
import { imageId, password } from "./plugins.ts";

/** The smallest application. */
const page: ApplicationDescription = {
  name: "page",
  images: { web: { context: "web" } },
  services: { web: { image: "web" } },
};

const program = (application: ApplicationDescription, ipv6 = false): (() => Environment) =>
  localProgram(application, { ipv6, namespace: `${application.name}-local` });

describe("an environment", function () {
  this.timeout(30_000);
  let whole: readonly Registration[];

  before(async () => {
    whole = (await deployed(program(notes))).registrations;
  });

  it("contains nothing that the application does not declare", async () => {
    const { registrations, result } = await deployed(program(page));
    assert.deepEqual(Object.keys(byName(registrations)).sort(), [
      "page-local-gateway-container",
      "page-local-gateway-gate-poll",
      "page-local-gateway-sites",
      "page-local-host-engine",
      "page-local-host-network",
      "page-local-release-route-switch",
      "page-local-release-web-gate-poll",
      "page-local-web",
      "page-local-web-image-build",
      "page-local-web-image-latest",
      "page-local-web-image-release",
      "page-local-web-image-tag",
    ]);
    assert.deepEqual(await valueOf(result.services), { web: { container: "page-local-web-1a2b3c4" } });
  });

  it("disables an image's own health check in a service that declares none", async () => {
    const { registrations } = await deployed(program(page));
    const resources = byName(registrations);
    assert.deepEqual(resources["page-local-web"]?.inputs.healthcheck, {
      tests: ["NONE"],
      interval: "10s",
      timeout: "5s",
      startPeriod: "10s",
      retries: 3,
    });
    const gate = resources["page-local-release-web-gate-poll"]?.inputs.stdin;
    assert.deepEqual(
      gate,
      hidden({ subject: "services.web", container: "page-local-web-1a2b3c4", timeoutSeconds: 60 }),
    );
  });

  it("starts a service when those that it needs are healthy", () => {
    const order = orderOf(whole);
    assert.deepEqual(order["notes-local-web"], [
      "notes-local-release-api-gate-poll",
      "notes-local-web-image-release",
    ]);
    assert.deepEqual(order["notes-local-release-route-switch"], [
      "notes-local-release-web-gate-poll",
      "notes-local-release-worker-gate-poll",
    ]);
  });

  it("builds an image with its own file, target and arguments, from the mirror", async () => {
    const image = { context: "web", dockerfile: "docker/Web", target: "final", args: { MODE: "production" } };
    const { registrations } = await deployed(program({ ...page, images: { web: image } }), {
      configuration: { "towpath:imageMirror": "cache.example.com/hub" },
    });
    const resources = byName(registrations);
    assert.deepEqual(resources["page-local-web-image-build"]?.inputs.build, {
      context: "web",
      dockerfile: "web/docker/Web",
      target: "final",
      platform: process.arch === "arm64" ? "linux/arm64" : "linux/amd64",
      args: { BUILD_VERSION: "local", IMAGE_MIRROR: "cache.example.com/hub", MODE: "production" },
    });
    assert.equal(
      resources["page-local-gateway-container"]?.inputs.image,
      "cache.example.com/hub/library/caddy:2.11.9",
    );
  });

  it("pulls a ready-made image through the mirror and builds nothing of it (000-53b)", async () => {
    const described: ApplicationDescription = {
      ...page,
      images: { ...page.images, mailpit: { from: "axllent/mailpit:v1.21" } },
      services: { ...page.services, mail: { image: "mailpit", port: 8025 } },
    };
    const configuration = { "towpath:imageMirror": "cache.example.com/hub" };
    const { registrations } = await deployed(program(described), { configuration });
    const resources = byName(registrations);
    const ofImage = Object.keys(resources).filter((name) => name.startsWith("page-local-mailpit-image"));
    assert.deepEqual(ofImage, ["page-local-mailpit-image-pull"]);
    const pulled = resources["page-local-mailpit-image-pull"]?.inputs;
    assert.deepEqual(pulled, { name: "cache.example.com/hub/axllent/mailpit:v1.21", keepLocally: true });
    assert.equal(resources["page-local-mail"]?.inputs.image, imageId("page-local-mailpit-image-pull"));
  });

  it("takes its times and its port from the settings", async () => {
    const { registrations, result } = await deployed(program(page), {
      configuration: {
        "towpath:port": "9090",
        "towpath:gateTimeoutSeconds": "7",
        "towpath:watchSeconds": "8",
        "towpath:drainSeconds": "9",
      },
    });
    const resources = byName(registrations);
    assert.deepEqual(resources["page-local-gateway-container"]?.inputs.ports, [
      { internal: 8080, external: 9090, ip: "127.0.0.1" },
    ]);
    const both = byName((await deployed(program(page, true))).registrations);
    assert.deepEqual(both["page-local-gateway-container"]?.inputs.ports, [
      { internal: 8080, external: 8080, ip: "127.0.0.1" },
      { internal: 8080, external: 8080, ip: "::1" },
    ]);
    assert.equal(resources["page-local-web"]?.inputs.destroyGraceSeconds, 9);
    assert.match(
      JSON.stringify(resources["page-local-release-web-gate-poll"]?.inputs),
      /"timeoutSeconds":7[,}]/,
    );
    assert.match(
      JSON.stringify(resources["page-local-release-route-switch"]?.inputs),
      /"watchSeconds":8[,}]/,
    );
    assert.equal(await valueOf(result.url), "http://localhost:9090");
  });

  it("publishes services through the gateway and backing services themselves (001-161, 003-101)", async () => {
    const configuration = {
      "towpath:ports": JSON.stringify({ api: 8001, web: 5174, postgres: 5433, "object-storage": 9000 }),
    };
    const { registrations, result } = await deployed(program(notes, true), { configuration });
    const resources = byName(registrations);
    const portsOf = (name: string): unknown => resources[`notes-local-${name}-container`]?.inputs.ports;
    const both = (internal: number, external: number): object[] => [
      { internal, external, ip: "127.0.0.1" },
      { internal, external, ip: "::1" },
    ];
    assert.deepEqual(portsOf("gateway"), [...both(5174, 5174), ...both(8001, 8001), ...both(8080, 8080)]);
    assert.deepEqual(portsOf("postgres"), [{ internal: 5432, external: 5433, ip: "127.0.0.1" }]);
    assert.deepEqual(portsOf("object-storage"), [{ internal: 7070, external: 9000, ip: "127.0.0.1" }]);
    assert.equal(portsOf("redis"), undefined);
    assert.match(
      JSON.stringify(resources["notes-local-release-route-switch"]?.inputs),
      /:8001 \{.*stable\/api\/0\}:8000.*:5174 \{/,
    );
    assert.deepEqual(result.ports.postgres, { port: 5433, wanted: 5433 });
  });

  it("makes the backing services alone, as the whole environment makes them (002-112)", async () => {
    const ports = { postgres: 5434 };
    const configuration = {
      "towpath:namespace": "notes-local",
      "towpath:ports": JSON.stringify({ postgres: 5433 }),
    };
    process.env.TOWPATH_LOCAL_RUN = JSON.stringify({ ports, only: "data" });
    try {
      const { registrations, result } = await deployed(() => deploy(notes, loadSettings("notes")), {
        configuration,
        functions: { "pulumi:pulumi:readStackOutputs": () => ({ outputs: {} }) },
      });
      assert.deepEqual(result, {
        namespace: "notes-local",
        port: 8080,
        ports: { postgres: { port: 5434, wanted: 5433 } },
      });
      const made = registrations.filter(({ custom }) => custom).map(({ urn }) => urn);
      const containers = made.filter((urn) => urn.includes("container:Container"));
      assert.deepEqual(
        containers.map((urn) => urn.split("::").at(-1)).sort(),
        ["object-storage", "postgres", "redis"].map((part) => `notes-local-${part}-container`),
      );
      const known = new Set(whole.map(({ urn }) => urn));
      assert.deepEqual(
        made.filter((urn) => !known.has(urn)),
        [],
      );
      assert.deepEqual(byName(registrations)["notes-local-postgres-container"]?.inputs.ports, [
        { internal: 5432, external: 5434, ip: "127.0.0.1" },
      ]);
    } finally {
      delete process.env.TOWPATH_LOCAL_RUN;
    }
  });

  it("delivers a secret as a variable when the application asks for it, marked secret", () => {
    const inputs = byName(whole)["notes-local-api"]?.inputs;
    const value = password("notes-local-secret-JWT_SECRET-value", 32);
    const release = imageId("notes-local-api-image-build").slice(7, 19);
    assert.deepEqual((inputs?.envs as unknown[]).slice(-6), [
      "DATABASE_URL_FILE=/run/secrets/DATABASE_URL",
      "REDIS_URL_FILE=/run/secrets/REDIS_URL",
      "S3_ACCESS_KEY_ID_FILE=/run/secrets/S3_ACCESS_KEY_ID",
      "S3_SECRET_ACCESS_KEY_FILE=/run/secrets/S3_SECRET_ACCESS_KEY",
      hidden(`JWT_SECRET=${value}`),
      `TOWPATH_RELEASE=${release}`,
    ]);
    assert.ok(!JSON.stringify(shown(inputs)).includes(value));
    const migration = byName(whole)["notes-local-release-migration-run"]?.inputs.stdin as Hidden;
    const { environment, variables } = migration.value as Record<string, unknown>;
    assert.deepEqual(variables, { JWT_SECRET: value });
    assert.ok(!JSON.stringify(environment).includes(value));
  });

  it("gives a service the values of its secrets from the sources in the settings", async () => {
    process.env.MY_KEY = "from the environment";
    const secrets = ["GENERATED", "GIVEN", "HANDED"];
    const application = { ...page, services: { web: { image: "web", secrets } } };
    const { registrations } = await deployed(program(application), {
      configuration: {
        "towpath:secrets": JSON.stringify({
          GENERATED: { source: "generated", length: 64 },
          GIVEN: { source: "configuration" },
          HANDED: { source: "environment", variable: "MY_KEY" },
        }),
        "towpath:secretValues": JSON.stringify({ GIVEN: "given", GENERATED: "not used" }),
      },
    }).finally(() => delete process.env.MY_KEY);
    const resources = byName(registrations);
    assert.deepEqual(resources["page-local-secret-GENERATED-value"]?.inputs, { length: 64, special: false });
    assert.equal(resources["page-local-secret-GIVEN-value"], undefined);
    const uploads = resources["page-local-web"]?.inputs.uploads as { file: string; content: unknown }[];
    assert.deepEqual(
      uploads.map(({ file, content }) => [file, content]),
      [
        ["/run/secrets/GENERATED", hidden(password("page-local-secret-GENERATED-value", 64))],
        ["/run/secrets/GIVEN", hidden("given")],
        ["/run/secrets/HANDED", hidden("from the environment")],
      ],
    );
  });

  it("can be planned when none of the plugins' values are known", async () => {
    const planned = await deployed(program(notes), { preview: true });
    assert.deepEqual(Object.keys(byName(planned.registrations)).sort(), Object.keys(byName(whole)).sort());
  });
});

describe("an environment is refused before the first resource", function () {
  this.timeout(30_000);

  it("when a secret is missing in the configuration", async () => {
    const secrets = ["JWT_SECRET", "API_KEY"];
    await refused(
      { ...page, services: { web: { image: "web", secrets } } },
      {
        configuration: {
          "towpath:secrets": '{"JWT_SECRET":{"source":"configuration"},"API_KEY":{"source":"configuration"}}',
          "towpath:secretValues": '{"API_KEY":"given"}',
        },
      },
      "towpath:secretValues.JWT_SECRET: no value for this secret of web; set it with " +
        "npm run pulumi -- config set --stack local --secret --path towpath:secretValues.JWT_SECRET",
    );
  });

  it("when secrets are missing in environment variables, all of them at once", async () => {
    await refused(
      { ...page, services: { web: { image: "web", secrets: ["JWT_SECRET", "API_KEY"] } } },
      {
        configuration: {
          "towpath:secrets":
            '{"JWT_SECRET":{"source":"environment"},"API_KEY":{"source":"environment","variable":"MY_KEY"}}',
        },
      },
      [
        "towpath:secrets.JWT_SECRET: no value for this secret of web in the environment variable JWT_SECRET; set the variable for this run, or write it into .env",
        "towpath:secrets.API_KEY: no value for this secret of web in the environment variable MY_KEY; set the variable for this run, or write it into .env",
      ].join("\n"),
    );
  });

  it("with all problems of the application at once", async () => {
    await refused(
      {
        ...page,
        services: {
          web: { image: "web", needs: ["postgres", "fiels"], health: { path: "/" }, routes: ["/*"] },
        },
        buckets: ["files"],
      },
      {},
      [
        'services.web.needs[0]: no PostgreSQL is declared, got "postgres"; add postgres: { version: 15 } to the application',
        'services.web.needs[1]: no such backing service, bucket or service, got "fiels"; did you mean "files"',
        "services.web.routes: routes need a port, got none; add port, for example port: 8000",
        "services.web.health.path: a health path needs a port, got none; " +
          "add port, for example port: 8000, or use a health command",
      ].join("\n"),
    );
  });
});

/** Runs a program that has to fail with this message before anything is registered. */
async function refused(application: ApplicationDescription, run: Run, message: string): Promise<void> {
  const { thrown, registrations } = await outcome(
    () => deploy(application, loadSettings(application.name)),
    run,
  );
  assert.equal((thrown as Error).message, message);
  assert.ok(pulumi.RunError.isInstance(thrown), "shown with a stack trace");
  assert.deepEqual(registrations, []);
}
