import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { parse, stringify } from "yaml";
import { blocksOf } from "../../support/docs.ts";
import { ask } from "../../support/hosts/ask.ts";
import { backingImages } from "../../support/hosts/released-project.ts";
import { handBack, keyFile, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { testRegistry, type TestRegistry } from "../../support/hosts/test-registry.ts";
import { assertServed, Load, type LoadReport } from "../../support/load.ts";
import { TestProject, type Ended } from "../../support/project.ts";
import { sampled } from "../../support/quick.ts";

describe("docs/first-release.md", () => {
  let project: TestProject;
  let registry: TestRegistry;
  let staging: TestHost;
  let production: TestHost;
  let agent: NodeJS.ProcessEnv = {};

  before(async () => {
    [project, registry] = await Promise.all([TestProject.create(), testRegistry()]);
    [staging, production] = [await takeHost(), await takeHost()];
    await registry.mirror(...backingImages);
    for (const host of [staging, production]) await registry.reachableFrom(host);
    agent = startAgent();
  });
  after(async () => {
    if (agent.SSH_AGENT_PID !== undefined) process.kill(Number(agent.SSH_AGENT_PID));
    await project.remove();
    for (const host of [staging, production]) await handBack(host);
  });

  sampled(
    "leads from two fresh hosts to a release, a broken one and back, while users are served all the time",
    async function () {
      // Two hosts, five releases each, and the checks: a busy machine takes a quarter of an hour.
      this.timeout(1_500_000);
      execFileSync("git", ["init", "--quiet", "--initial-branch", "main"], { cwd: project.folder });
      describeHosts("staging", staging);
      describeHosts("production", production);
      publishTo({ address: registry.address, repository: `team/${project.namespace}` });
      leaveOut("api-lint", "api-tests");
      addReadyMade();
      execFileSync("git", ["add", "--all"], { cwd: project.folder });
      const [setUp = "", check = "", first = "", next = "", broken = "", mended = "", back = "", ...more] =
        blocksOf("first-release.md");
      assert.deepEqual(more, []);

      for (const block of [setUp, check, first]) await type(block);
      const caches = await Promise.all([staging, production].map(cacheOn));
      const loads = [
        new Load("https://notes.example", production.address),
        new Load("https://staging.notes.example", staging.address),
      ];
      let reports: LoadReport[];
      try {
        await type(next);
        assert.match(await page(production), /Our notes/);
        // 004-177: what production runs says when it was built, and of which commit.
        const built = JSON.parse(
          (await ask(production.address, "notes.example", "/api/version")).body,
        ) as object;
        const head = execFileSync("git", ["rev-parse", "HEAD"], {
          cwd: project.folder,
          encoding: "utf8",
        }).trim();
        assert.ok(JSON.stringify(built).includes(`"commit":"${head}"`), JSON.stringify(built));
        assert.match(JSON.stringify(built), /"build_time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/);
        const refused = await type(broken);
        assert.match(refused.stdout, /^refused$/m);
        assert.match(
          refused.stdout + refused.stderr,
          /services\.worker: the new copy ended before it was healthy \(exit code 1\)[^]*No module named notes\.wroker/,
        );
        await type(mended);
        const { stdout } = await type(back);
        assert.match(stdout, /^production: [0-9a-f]{12} runs again in place of [0-9a-f]{12}/m);
        assert.doesNotMatch(await page(production), /Our notes/);
        // 000-53b: one digest of the project's registry everywhere, whose copies releases of other images leave running.
        assert.deepEqual(await Promise.all([staging, production].map(cacheOn)), caches);
        const [image, elsewhere] = caches.map((line) => line.split(" ")[1]);
        assert.equal(image, elsewhere);
        const [digests = ""] = await production.docker(
          "image",
          "inspect",
          "--format",
          "{{.RepoDigests}}",
          image ?? "",
        );
        assert.ok(digests.includes(`${registry.address}/team/${project.namespace}/cache@sha256:`), digests);
      } finally {
        reports = await Promise.all(loads.map((load) => load.stop()));
      }
      for (const report of reports) assertServed(report);
    },
  );

  /** Types a block of the page into a shell, where every line has to succeed. */
  async function type(block: string): Promise<Ended> {
    const ended = await project.spawn("bash", ["-euo", "pipefail", "-c", block], { ...agent, ...someone })
      .ended;
    assert.equal(ended.code, 0, `${block}\n${ended.stdout}\n${ended.stderr}`);
    return ended;
  }

  /** Puts a test host in the place of the example's, and what it cannot have here: a public registry and authority. */
  function describeHosts(stack: string, host: TestHost): void {
    const file = `Pulumi.${stack}.yaml`;
    const { config } = parse(project.source.read(file)) as { config: Record<string, unknown> };
    const { address, user, hostKey } = host.settings();
    project.source.write(
      file,
      stringify({
        config: {
          ...config,
          "towpath:hosts": { app1: { address, user, hostKey } },
          "towpath:registry": { address: registry.address, repository: `team/${project.namespace}` },
          "towpath:imageMirror": registry.imageMirror,
          "towpath:certificates": "internal",
          "towpath:watchSeconds": 2,
        },
      }),
    );
  }

  function publishTo(place: object): void {
    const { config } = parse(project.source.read("Pulumi.ci.yaml")) as { config: object };
    project.source.write(
      "Pulumi.ci.yaml",
      stringify({
        config: { ...config, "towpath:namespace": project.namespace, "towpath:registries": [place] },
      }),
    );
  }

  /** Takes checks out of the application that docs/ci.md's test runs, of an image that the page leaves as it is. */
  function leaveOut(...checks: readonly string[]): void {
    for (const check of checks) {
      const described = project.source.read("application.ts");
      const without = described.replace(new RegExp(`^ {4}"${check}": \\{$[^]*?^ {4}\\},\n`, "m"), "");
      assert.notEqual(without, described, check);
      project.source.write("application.ts", without);
    }
  }

  /** Adds a service of a ready-made image. */
  function addReadyMade(): void {
    const described = project.source
      .read("application.ts")
      .replace("  images: {\n", '$&    cache: { from: "redis:7" },\n')
      .replace("  services: {\n", '$&    cache: { image: "cache", user: "redis" },\n');
    project.source.write("application.ts", described);
  }

  /** The container and the image of that service. */
  async function cacheOn(host: TestHost): Promise<string> {
    const [container = ""] = await host.docker("ps", "--quiet", "--filter", "label=towpath.part=cache");
    return (await host.docker("inspect", "--format", "{{.Id}} {{.Image}}", container)).join("");
  }

  /** The script of the front end that users get. */
  async function page(host: TestHost): Promise<string> {
    const get = async (path: string): Promise<string> =>
      (await ask(host.address, "notes.example", path)).body;
    const script = /src="(\/[^"]+\.js)"/.exec(await get("/"))?.[1] ?? assert.fail("a page without a script");
    return get(script);
  }
});

/** The author of the commits. */
const someone = {
  GIT_AUTHOR_NAME: "Somebody",
  GIT_AUTHOR_EMAIL: "somebody@example.com",
  GIT_COMMITTER_NAME: "Somebody",
  GIT_COMMITTER_EMAIL: "somebody@example.com",
};

/** Starts an SSH agent that has the hosts' key; returns the variables that lead to it. */
function startAgent(): NodeJS.ProcessEnv {
  const said = execFileSync("ssh-agent", ["-s"], { encoding: "utf8" });
  const found: Record<string, string> = Object.fromEntries(
    [...said.matchAll(/^(\w+)=([^;]+);/gm)].map(([, name = "", value = ""]) => [name, value] as const),
  );
  execFileSync("ssh-add", ["-q", keyFile()], { env: { ...process.env, ...found } });
  return found;
}
