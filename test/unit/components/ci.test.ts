/**
 * The environment of `ci`, as the engine is asked for it.
 *
 * A mock cannot prove that a check which fails leaves the others alone, nor that anything is removed: test/e2e/ci does.
 */
import { byName, deployed, outcome, type Registration } from "./engine.ts";
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import type { ApplicationDescription } from "../../../components/application/description.ts";
import { CiEnvironment, prepareCi } from "../../../components/environment/ci-environment.ts";
import { ciRunOf, ciRunVariable, type CiRun } from "../../../components/ci/run.ts";
import { loadSettings } from "../../../components/environment/load-settings.ts";
import { userErrors } from "../../../components/input/user-errors.ts";
import type { CiSettings } from "../../../components/settings/ci.ts";
import type { LoadedSettings } from "../../../components/settings/loaded-settings.ts";
import { merged } from "../assert-refused.ts";
import { notes } from "../application/notes.ts";
import { hidden } from "./hidden.ts";
import { orderOf } from "./order.ts";
import { imageId, password } from "./plugins.ts";

const application = merged(notes, {
  images: { api: { dev: { target: "dev" } } },
  migrations: {
    base: "base",
    pending: ["list", "{revision}"],
    sql: ["alembic", "upgrade", "{revision}:head", "--sql"],
  },
  checks: {
    tests: {
      service: "api",
      command: ["pytest"],
      needs: ["lint", "postgres"],
      timeoutSeconds: 60,
      artifacts: ["/tmp/junit.xml"],
      coverage: { file: "/tmp/coverage.xml", threshold: 90 },
    },
    lint: { service: "api", command: ["ruff"], needs: [] },
    page: { service: "web", command: ["true"] },
  },
}) as ApplicationDescription;

const configuration = { "towpath:namespace": "notes-ci" };

function program(run: CiRun): () => CiEnvironment {
  return () => {
    const loaded = loadSettings("notes") as LoadedSettings<CiSettings>;
    const prepared = userErrors(() => prepareCi(application, loaded, run));
    return new CiEnvironment(loaded.settings.namespace, prepared);
  };
}

const run = (given: Partial<CiRun> = {}): CiRun => ({ reports: "reports/notes-ci", ...given });

describe("the environment of ci", function () {
  this.timeout(30_000);
  let resources: Record<string, Registration>;
  let order: Record<string, string[]>;

  before(async () => {
    const { registrations } = await deployed(program(run()), { stack: "ci", configuration });
    resources = byName(registrations);
    order = orderOf(registrations);
  });

  it("keeps all data in memory, and publishes no port", () => {
    const of = (type: string): Registration[] => Object.values(resources).filter((one) => one.type === type);
    assert.deepEqual(of("docker:index/volume:Volume"), []);
    const containers = of("docker:index/container:Container");
    assert.deepEqual(Object.fromEntries(containers.map(({ name, inputs }) => [name, inputs.tmpfs])), {
      "notes-ci-postgres-container": { "/var/lib/postgresql/data": "" },
      "notes-ci-redis-container": { "/data": "" },
      "notes-ci-object-storage-container": { "/data": "" },
    });
    assert.ok(containers.every(({ inputs }) => inputs.ports === undefined));
  });

  it("publishes its own servers where it is asked to (002-715)", async () => {
    const asked = { ...configuration, "towpath:ports": JSON.stringify({ postgres: 5433, redis: 6380 }) };
    const { registrations } = await deployed(program(run({ ports: { postgres: 5434, redis: 6380 } })), {
      stack: "ci",
      configuration: asked,
    });
    const portsOf = (part: string): unknown =>
      byName(registrations)[`notes-ci-${part}-container`]?.inputs.ports;
    assert.deepEqual(portsOf("postgres"), [{ internal: 5432, external: 5434, ip: "127.0.0.1" }]);
    assert.deepEqual(portsOf("redis"), [{ internal: 6379, external: 6380, ip: "127.0.0.1" }]);
    assert.equal(portsOf("object-storage"), undefined);
  });

  it("builds what is released, and the development target for the checks", () => {
    const targets = Object.entries(resources)
      .filter(([, { type }]) => type === "docker:index/image:Image")
      .map(([name, { inputs }]) => [name, (inputs.build as { target?: string }).target]);
    assert.deepEqual(Object.fromEntries(targets), {
      "notes-ci-api-image-build": undefined,
      "notes-ci-web-image-build": undefined,
      "notes-ci-api-dev-image-build": "dev",
    });
  });

  it("pulls a ready-made image, and names it as one that was built", async () => {
    const { registrations } = await deployed(
      () => {
        const loaded = loadSettings("notes") as LoadedSettings<CiSettings>;
        const described = merged(application, {
          images: { cache: { from: "redis:7" } },
          services: { cache: { image: "cache" } },
          checks: { page: { service: "cache" } },
        }) as ApplicationDescription;
        return new CiEnvironment("notes-ci", prepareCi(described, loaded, run()));
      },
      { stack: "ci", configuration: { ...configuration, "towpath:imageMirror": "cache.example.com/hub" } },
    );
    const made = byName(registrations);
    const inputsOf = (name: string): unknown => made[`notes-ci-cache-image-${name}`]?.inputs;
    assert.deepEqual(inputsOf("pull"), { name: "cache.example.com/hub/library/redis:7", keepLocally: true });
    const id = imageId("notes-ci-cache-image-pull");
    assert.deepEqual(inputsOf("tag"), { sourceImage: id, targetImage: "notes-ci-cache:latest" });
    assert.deepEqual(inputsOf("latest"), { name: "notes-ci-cache:latest" });
    assert.equal(inputsOf("build"), undefined);
  });

  it("reaches the local environment's server by the name that its database is given, and makes one of its own", async () => {
    const { registrations } = await deployed(
      () => {
        const loaded = loadSettings("notes") as LoadedSettings<CiSettings>;
        const described = merged(application, {
          postgres: { database: "report" },
          buckets: undefined,
          services: { api: { needs: ["postgres"] } },
        }) as ApplicationDescription;
        return new CiEnvironment("notes-ci", prepareCi(described, loaded, run({ reused: "notes-local" })));
      },
      { stack: "ci", configuration: { ...configuration, "towpath:reuse": "local" } },
    );
    const { stdin } = byName(registrations)["notes-ci-postgres-role"]?.inputs ?? assert.fail("no role");
    assert.deepEqual(
      stdin,
      hidden({
        ...{ container: "notes-local-postgres", administrator: "report", role: "notes_ci" },
        password: password("notes-ci-postgres-password-value", 32),
      }),
    );
  });

  it("labels images that are published with their origin", async () => {
    const facts = { BUILD_VERSION: "1.2.3", BUILD_COMMIT: "abc" };
    const { registrations } = await deployed(program(run({ facts })), { stack: "ci", configuration });
    const { build } = byName(registrations)["notes-ci-api-image-build"]?.inputs ?? {};
    const { args } = build as { args: Record<string, string> };
    assert.deepEqual(args, { BUILD_VERSION: "1.2.3", BUILD_COMMIT: "abc", IMAGE_MIRROR: "docker.io" });
  });

  it("builds what is checked and released with the environment's own arguments (000-51)", async () => {
    const buildArgs = JSON.stringify({ api: { HTTP_PROXY: "http://proxy" } });
    const asked = { ...configuration, "towpath:buildArgs": buildArgs };
    const { registrations } = await deployed(program(run()), { stack: "ci", configuration: asked });
    const own = Object.fromEntries(
      ["api", "api-dev", "web"].map((image) => {
        const { build } = byName(registrations)[`notes-ci-${image}-image-build`]?.inputs ?? {};
        return [image, (build as { args: Record<string, string> }).args.HTTP_PROXY];
      }),
    );
    assert.deepEqual(own, { api: "http://proxy", "api-dev": "http://proxy", web: undefined });
    const wrong = { ...configuration, "towpath:buildArgs": JSON.stringify({ api: { VITE_API_BASE: "/" } }) };
    const { thrown } = await outcome(program(run()), { stack: "ci", configuration: wrong });
    assert.equal(
      (thrown as Error | undefined)?.message,
      'towpath:buildArgs.api.VITE_API_BASE: app/api/Dockerfile declares no such argument; add "ARG VITE_API_BASE" there',
    );
  });

  it("takes layers from the registry and leaves its own, where the run says so (001-38, 004-56)", async () => {
    const registry = { address: "ghcr.io", repository: "o/notes" };
    const login = { user: "o", password: { source: "environment", variable: "CI_TEST_TOKEN" } };
    const imagesOf = async (given: Partial<CiRun>, more: object): Promise<Record<string, Registration>> => {
      const registries = JSON.stringify([{ ...registry, ...more }]);
      const asked = { ...configuration, "towpath:registries": registries };
      const { registrations } = await deployed(program(run(given)), { stack: "ci", configuration: asked });
      return byName(registrations);
    };
    process.env.CI_TEST_TOKEN = "only-for-tests";
    const from = { api: ["ghcr.io/o/notes/api@sha256:1"] };

    const taking = await imagesOf({ buildCache: { from, leaves: false } }, { login });
    for (const build of ["notes-ci-api-image-build", "notes-ci-api-dev-image-build"]) {
      const { inputs } = taking[build] ?? assert.fail(build);
      const { args, cacheFrom } = inputs.build as { args: object; cacheFrom: object };
      assert.deepEqual(cacheFrom, { images: from.api });
      assert.equal("BUILDKIT_INLINE_CACHE" in args, false);
      const signIn = { server: "ghcr.io", username: "o", password: hidden("only-for-tests") };
      assert.deepEqual(inputs.registry, signIn);
    }
    assert.equal("cacheFrom" in (taking["notes-ci-web-image-build"]?.inputs.build as object), false);

    delete process.env.CI_TEST_TOKEN;
    const leaving = await imagesOf({ buildCache: { from: {}, leaves: true } }, {});
    const { inputs } = leaving["notes-ci-web-image-build"] ?? assert.fail("no build");
    const { args } = inputs.build as { args: Record<string, string> };
    assert.equal(args.BUILDKIT_INLINE_CACHE, "1");
    assert.deepEqual(inputs.registry, { server: "ghcr.io" });
  });

  it("gives a check its connections, a database of its own, and its limits", () => {
    const secret = password("notes-ci-postgres-owner-password-value", 32);
    assert.deepEqual(
      resources["notes-ci-tests-run"]?.inputs.stdin,
      hidden({
        name: "tests",
        image: imageId("notes-ci-api-dev-image-build"),
        network: "notes-ci",
        command: ["pytest"],
        environment: {
          TOWPATH_ENVIRONMENT: "ci",
          LOG_LEVEL: "info",
          DATABASE_URL_FILE: "/run/secrets/DATABASE_URL",
        },
        variables: { JWT_SECRET: password("notes-ci-secret-JWT_SECRET-value", 32) },
        files: { DATABASE_URL: `postgresql://notes_ci_app:${secret}@notes-ci-postgres:5432/notes_ci_tests` },
        labels: {
          "towpath.project": "notes",
          "towpath.environment": "ci",
          "towpath.namespace": "notes-ci",
          "towpath.part": "check-tests",
        },
        timeoutSeconds: 60,
        artifacts: ["/tmp/junit.xml", "/tmp/coverage.xml"],
        reports: "reports/notes-ci",
        coverage: { file: "/tmp/coverage.xml", threshold: 90 },
        database: {
          server: { container: "notes-ci-postgres", administrator: "notes_ci" },
          name: "notes_ci_tests",
          owner: "notes_ci_app",
        },
      }),
    );
  });

  it("lets a check wait for what it needs, and for nothing else", () => {
    assert.deepEqual(order["notes-ci-lint-run"], [
      "notes-ci-api-dev-image-release",
      "notes-ci-host-network",
      "notes-ci-secret-JWT_SECRET-value",
    ]);
    assert.deepEqual(order["notes-ci-page-run"], ["notes-ci-host-network", "notes-ci-web-image-release"]);
    assert.deepEqual(order["notes-ci-tests-run"], ["notes-ci-lint-run", "notes-ci-postgres-owner"]);
  });

  it("makes only what one check needs when that one is named", async () => {
    const { registrations } = await deployed(program(run({ only: "page" })), { stack: "ci", configuration });
    assert.deepEqual(Object.keys(byName(registrations)).sort(), [
      "notes-ci-host-engine",
      "notes-ci-host-network",
      "notes-ci-page-run",
      "notes-ci-secret-JWT_SECRET-value",
      "notes-ci-web-image-build",
      "notes-ci-web-image-latest",
      "notes-ci-web-image-release",
      "notes-ci-web-image-tag",
    ]);
  });

  it("is refused without the command line when a setting needs it", async () => {
    const reusing = { ...configuration, "towpath:reuse": "local" };
    const { thrown, registrations } = await outcome(program(run()), { stack: "ci", configuration: reusing });
    assert.equal(
      (thrown as Error).message,
      'towpath:reuse: only the command line knows the local environment and starts its servers, got "local"; use npm run ci',
    );
    assert.ok(pulumi.RunError.isInstance(thrown), "shown with a stack trace");
    assert.deepEqual(registrations, []);
  });
});

describe("the command line's message to the program of a run", () => {
  it("is read as it was written", () => {
    const told = run({ only: "tests", reused: "notes-local" });
    assert.deepEqual(ciRunOf(ciRunVariable(told), "notes-ci"), told);
    assert.deepEqual(ciRunOf({}, "notes-ci"), run());
  });
});
