import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { ask } from "../../support/hosts/ask.ts";
import { backingImages } from "../../support/hosts/released-project.ts";
import { handBack, keyVariables, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { testRegistry, type TestRegistry } from "../../support/hosts/test-registry.ts";
import { InstalledTowpath, type OwnRepository } from "../../support/own-repository.ts";
import { freePort } from "../../support/free-port.ts";
import { request } from "../../support/request.ts";
import { checkout } from "../../support/source-tree.ts";
import { sampled } from "../../support/quick.ts";

const stacks = ["staging", "production"] as const;
type Stack = (typeof stacks)[number];

/** The files of the sample's repository beside its source. */
const files = {
  ".env.example": "DATABASE_URL=postgresql://localhost/notes\nJWT_SECRET=change-me\n",
  "compose.yaml": "services:\n  db:\n    image: postgres:15\n",
};

const login = { user: "ci", password: { source: "environment", variable: "REGISTRY_PASSWORD" } };

describe("Towpath installed in somebody's repository", () => {
  const towpath = new InstalledTowpath();
  const hosts = new Map<Stack, TestHost>();
  let registry: TestRegistry;
  let repository: OwnRepository;
  let images: { address: string; repository: string; login: typeof login };

  before(async () => {
    const [staging, production] = await Promise.all([takeHost(), takeHost(), towpath.install()]);
    hosts.set("staging", staging).set("production", production);
    registry = await testRegistry();
    await registry.mirror(...backingImages);
    for (const host of hosts.values()) await registry.reachableFrom(host);
    repository = towpath.repository(files);
    images = { address: registry.address, repository: `team/${repository.branch}`, login };
    copySample(repository.folder);
    await repository.shell("git add --all\ngit commit --quiet --message 'The application'");
  });
  after(async () => {
    await repository.wipe();
    towpath.remove();
    await Promise.all([...hosts.values()].map(handBack));
  });

  const at = (stack: Stack): TestHost => hosts.get(stack) ?? assert.fail(stack);
  const domain = (stack: Stack): string => `${stack}.own.example.test`;

  /** Runs lines of a shell in the project's folder, as people type them. */
  async function inProject(script: string, variables: NodeJS.ProcessEnv = {}): Promise<string> {
    const all = { ...keyVariables(), REGISTRY_PASSWORD: "only-for-tests", ...variables };
    return (await repository.shell(`cd infra\n${script}`, all)).stdout;
  }

  function configure(stack: string, settings: Readonly<Record<string, unknown>>): void {
    const config = Object.fromEntries(
      Object.entries({ environment: stack, ...settings }).map(([key, value]) => [`towpath:${key}`, value]),
    );
    repository.write(`infra/Pulumi.${stack}.yaml`, stringify({ config }));
  }

  function configureReleased(stack: Stack, commit: string): void {
    const { address, repository: prefix } = images;
    configure(stack, {
      domain: domain(stack),
      certificates: "internal",
      hosts: { app1: at(stack).settings() },
      registry: { address, repository: prefix, login },
      imageMirror: registry.imageMirror,
      limits: { memory: "256MiB", cpus: 2, pids: 256 },
      secrets: { JWT_SECRET: { source: "generated", length: 32 } },
      watchSeconds: 2,
      ...(stack === "staging"
        ? { commit }
        : {
            promoteFrom: "staging",
            promoteBranches: ["**"],
            backup: { schedule: "0 2 * * *", retention: "30d" },
          }),
    });
  }

  /** Adds the capability for which Caddy's program asks, and which no file mentions. */
  function describeWeb(): void {
    const file = "infra/application.ts";
    const found = readFileSync(join(repository.folder, file), "utf8");
    const described = found.replace(/(web: \{ image: "web",)/, '$1 capabilities: ["NET_BIND_SERVICE"],');
    assert.notEqual(described, found);
    repository.write(file, described);
  }

  async function healthOf(stack: Stack): Promise<number> {
    return (await ask(at(stack).address, domain(stack), "/api/health")).status;
  }

  /** The command lines of a stack's steps, as its state keeps them. */
  async function stepsOf(stack: Stack): Promise<string[]> {
    const text = await inProject(`npm run --silent pulumi -- stack export --stack ${stack}`);
    const { deployment } = JSON.parse(text) as {
      deployment: { resources: { inputs?: { create?: string } }[] };
    };
    return deployment.resources.flatMap(({ inputs }) => inputs?.create ?? []);
  }

  sampled("completes the whole way: init, start, ci, publish, staging, production, and removal", async () => {
    // A person makes a project of it, and starts it.
    await repository.shell("mkdir infra\ncd infra\nnpx towpath init --yes");
    describeWeb();
    // Its files pass the compiler, for editors show what that says.
    await inProject(`node ${join(checkout, "node_modules/typescript/bin/tsc")} --project .`);
    repository.takeOverImages("infra");
    const port = String(await freePort());
    await inProject("npm start", { TOWPATH_PORT: port });
    assert.equal((await request(`http://localhost:${port}/api/health`)).status, 200);
    await inProject("npm run destroy -- --yes");
    assert.deepEqual(await repository.footprints(), []);

    // CI checks and publishes it.
    configure("ci", { registries: [images] });
    await repository.shell("git add --all\ngit commit --quiet --message 'Towpath'");
    const ci = JSON.parse(await inProject("npx towpath ci --publish --json")) as { passed: boolean };
    assert.ok(ci.passed);
    const commit = (await repository.shell("git rev-parse HEAD")).stdout.trim();

    // It is released to staging, and what staging proved to production.
    for (const stack of stacks) {
      configureReleased(stack, commit);
      await inProject(`npm run pulumi -- stack init --stack ${stack}`);
      await inProject(`npm run pulumi -- up --stack ${stack} --yes --skip-preview`);
      assert.equal(await healthOf(stack), 200, stack);
    }
    const again = await inProject("npm run pulumi -- up --stack production --yes --skip-preview");
    assert.match(again, /\d+ unchanged/);
    assert.doesNotMatch(again, /created|updated|replaced/);
    // What the state keeps of Towpath's folder is the same on every machine.
    const steps = await stepsOf("production");
    assert.ok(steps.includes("node ../../node_modules/towpath/steps/run.mjs switch-route"));
    assert.deepEqual(
      steps.filter((step) => step.includes(towpath.folder)),
      [],
    );

    // And it goes again, where a person takes the protection away.
    for (const stack of stacks) {
      await inProject(`npm run pulumi -- state unprotect --all --yes --stack ${stack}`);
      await inProject(`npm run pulumi -- destroy --yes --skip-preview --stack ${stack}`);
      assert.deepEqual(await at(stack).docker("ps", "--all", "--quiet"), []);
    }
  });
});

/** Copies the sample application's source, as git has it, into another repository. */
function copySample(folder: string): void {
  const listed = execFileSync("git", ["ls-files", "-z", "app"], { cwd: checkout, encoding: "utf8" });
  for (const path of listed.split("\0").filter((one) => one !== "")) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(checkout, path), join(folder, path));
  }
}
