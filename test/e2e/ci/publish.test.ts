import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readImageSource } from "../../../cli/setup/images.ts";
import { defaultPrefix } from "../../../toolchain/images/build.mjs";
import { docker, nothing } from "../../support/footprint.ts";
import { freePort } from "../../support/free-port.ts";
import { refusalOf, TestProject } from "../../support/project.ts";
import { request } from "../../support/request.ts";
import { until } from "../../support/until.ts";
import { answerOf, configureCi, makeTiny } from "./tiny.ts";
import { sampled } from "../../support/quick.ts";

const user = "ci";
const password = "only-for-tests";
/** The line of an htpasswd file for them. */
const credentials = `${user}:$2b$04$6YqHlA9cW4QZLyYiMAxZaOF8Bhi20NqUY/kkKaFeYRFbTik0M.HDa`;

const registryConfiguration = {
  version: 0.1,
  storage: { filesystem: { rootdirectory: "/tmp/registry" } },
  http: { addr: ":5000" },
  auth: { htpasswd: { realm: "tests", path: "/etc/registry.htpasswd" } },
};

describe("npm run ci -- --publish", () => {
  let project: TestProject;
  let address: string;
  const registry = { user, password: { source: "environment", variable: "REGISTRY_PASSWORD" } };

  before(async () => {
    project = await TestProject.create();
    makeTiny(project, { good: { command: ["true"] } });
    const labels = "ARG BUILD_COMMIT\nARG FLAVOUR=plain\nLABEL commit=${BUILD_COMMIT} flavour=${FLAVOUR}\n";
    project.source.append("tiny/Dockerfile", labels);
    project.source.write(
      "registry/Dockerfile",
      [
        "ARG IMAGE_MIRROR=docker.io",
        "FROM ${IMAGE_MIRROR}/library/debian:bookworm-slim",
        "RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends docker-registry >/dev/null",
        `RUN printf '%s' '${JSON.stringify(registryConfiguration)}' > /etc/registry.json && printf '%s' '${credentials}' > /etc/registry.htpasswd`,
        'CMD ["docker-registry", "serve", "/etc/registry.json"]',
      ].join("\n"),
    );
    // The images of the project come from where its own do.
    await project.succeed(["setup"]);
    const built = readImageSource({ privateFolder: join(project.folder, ".towpath") }) === "mirror";
    const mirror = process.env.TOWPATH_IMAGE_MIRROR ?? (built ? defaultPrefix : "docker.io");
    const image = `${project.namespace}-registry`;
    const folder = join(project.folder, "registry");
    await docker(["build", "--quiet", "--tag", image, "--build-arg", `IMAGE_MIRROR=${mirror}`, folder]);
    const port = await freePort();
    address = `127.0.0.1:${port}`;
    const label = `towpath.namespace=${project.namespace}-hub`;
    await docker([
      "run",
      "--detach",
      "--rm",
      "--name",
      image,
      "--label",
      label,
      "--publish",
      `${address}:5000`,
      image,
    ]);
    // The engine opens the port before the registry listens; a request then may wait for an answer that never comes.
    await until("the registry", 60, async () => ((await ask("/v2/")).status === 200 ? true : undefined));
    configureCi(project, {
      registries: [{ address, repository: "team/tiny", login: registry }],
      buildArgs: { tool: { FLAVOUR: "sweet" } },
    });
  });
  after(() => project.remove());

  /** Asks the registry. */
  function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    return request(`http://${address}${path}`, { headers: { ...headers, authorization } });
  }

  it("pushes images that passed, under all of their tags, and reports their digests", async () => {
    const ready = '$& "cache": { "from": "redis:7" },';
    const described = project.source.read("application.ts").replace('"images": {', ready);
    project.source.write("application.ts", described);
    git(project, "init", "--quiet", "--initial-branch", "feature/one");
    git(project, "add", "package.json");
    git(project, "commit", "--quiet", "--message", "one");
    const commit = `${git(project, "rev-parse", "HEAD")}-dirty`;
    git(project, "remote", "add", "origin", "https://me:secret@example.com/team/tiny.git");
    const environment = { REGISTRY_PASSWORD: password, GITHUB_RUN_NUMBER: "42" };

    const ended = await project.run(["ci", "--json", "--publish"], environment);

    const { published } = answerOf(ended, 0);
    const { version } = JSON.parse(readFileSync(join(project.folder, "package.json"), "utf8")) as {
      version: string;
    };
    assert.deepEqual(
      published.map((one) => one.image),
      ["cache", "tool"],
    );
    const { image, reference, tags } = published[1] ?? { image: "", reference: "", tags: [] };
    assert.equal(image, "tool");
    // No version and no latest: it is neither the default branch nor a clean working tree.
    assert.equal(tags[0], commit);
    assert.match(tags[1] ?? "", /^feature-one-[0-9a-f]{8}$/);
    assert.equal(tags.length, 2);
    const digest = /^127\.0\.0\.1:\d+\/team\/tiny\/tool@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
    const accept = "application/vnd.docker.distribution.manifest.v2+json";
    for (const tag of tags) {
      const found = await ask(`/v2/team/tiny/tool/manifests/${tag}`, { accept });
      assert.equal(found.headers.get("docker-content-digest"), digest);
    }
    const manifest = (await (await ask(`/v2/team/tiny/tool/manifests/${digest}`, { accept })).json()) as {
      config: { digest: string };
    };
    const pushed = (await (await ask(`/v2/team/tiny/tool/blobs/${manifest.config.digest}`)).json()) as {
      config: { Labels: Record<string, string>; Env: string[] };
    };
    const { Labels: labels, Env: variables } = pushed.config;
    assert.equal(labels.commit, commit);
    // 000-51: an argument of this environment's builds.
    assert.equal(labels.flavour, "sweet");
    // 004-165, 004-176: labels and variables that no line of the Dockerfile gives it.
    const label = (name: string): string | undefined => labels[`org.opencontainers.image.${name}`];
    assert.deepEqual(["title", "description", "version", "revision", "source"].map(label), [
      "tiny-tool",
      "tiny-tool",
      version,
      commit,
      "https://example.com/team/tiny",
    ]);
    assert.match(label("created") ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    for (const variable of [`BUILD_COMMIT=${commit}`, `BUILD_TIME=${label("created")}`, "BUILD_NUMBER=42"]) {
      assert.ok(variables.includes(variable), variable);
    }
    // 000-53b: a ready-made image is there as it is, under the same tags.
    const cached = await ask(`/v2/team/tiny/cache/manifests/${commit}`, { accept });
    assert.ok(published[0]?.reference.endsWith(`@${cached.headers.get("docker-content-digest")}`));
    const { config } = (await cached.json()) as typeof manifest;
    const asItIs = await (await ask(`/v2/team/tiny/cache/blobs/${config.digest}`)).text();
    assert.ok(!asItIs.includes(commit) && !asItIs.includes("BUILD_"), asItIs);
    assert.ok(!ended.stdout.includes(password) && !ended.stderr.includes(password));
    const left = await docker(["image", "ls", "--format", "{{.Repository}}", `${address}/team/tiny/tool`]);
    assert.deepEqual(left, []);
  });

  sampled(
    "leaves the layers of the default branch in the registry, for an engine that has none (001-38, 004-56)",
    async () => {
      const own = `made-by-${project.namespace}`;
      makeTiny(project, { made: { command: ["cp", "/made", "/tmp/made"], artifacts: ["/tmp/made"] } });
      // Every build writes another time.
      project.source.append("tiny/Dockerfile", `RUN date +%s%N > /made && echo ${own}\n`);
      const cached = { address, repository: "team/cached", login: registry };
      configureCi(project, { registries: [cached], buildCache: "registry" });
      git(project, "init", "--quiet");
      git(project, "checkout", "--quiet", "-B", "main");
      git(project, "add", "--all");
      git(project, "commit", "--quiet", "--message", "clean");
      const environment = { REGISTRY_PASSWORD: password };
      const made = async (command: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string[]> => {
        const ended = await project.run(["ci", "--only", "made", ...command], {
          ...environment,
          CI: "",
          ...more,
        });
        assert.equal(ended.code, 0, ended.stderr);
        const file = join(project.folder, "reports", project.namespace, "made/made");
        const lines = ended.stderr.split("\n").filter((line) => line.startsWith("build cache"));
        return [readFileSync(file, "utf8"), ...lines];
      };

      const kept = async (): Promise<string | null> => {
        const accept = "application/vnd.docker.distribution.manifest.v2+json";
        const found = await ask("/v2/team/cached/tool/manifests/build-cache", { accept });
        return found.headers.get("docker-content-digest");
      };

      const [left = "none"] = await made(["--publish"]);
      const place = `${address}/team/cached`;
      const tags = (await (await ask("/v2/team/cached/tool/tags/list")).json()) as { tags: string[] };
      assert.ok(tags.tags.includes("build-cache"), tags.tags.join());

      await forget(own);
      assert.notEqual((await made([]))[0], left, "the engine kept the layer");
      await forget(own);
      assert.deepEqual(await made([], { CI: "true" }), [left, `build cache: layers of tool from ${place}`]);
      assert.deepEqual(await docker(["image", "ls", "--quiet", `${place}/tool`]), []);

      // What another branch publishes is not what the default branch builds from.
      await forget(own);
      git(project, "checkout", "--quiet", "-b", "other");
      const before = await kept();
      assert.deepEqual((await made(["--publish"], { CI: "true" }))[0], left);
      assert.equal(await kept(), before);

      // A registry that lets nobody in costs time, and nothing else.
      await forget(own);
      const [anew, line = ""] = await made([], { CI: "true", REGISTRY_PASSWORD: "wrong" });
      assert.notEqual(anew, left);
      assert.match(line, /^build cache: everything is built, because of towpath:registry: .*, got 401/);
    },
  );

  /** Removes from the engine's cache what a build made by a line with these words. */
  async function forget(words: string): Promise<void> {
    const [text = "[]"] = await docker(["system", "df", "--verbose", "--format", "{{json .BuildCache}}"]);
    const records = JSON.parse(text) as { ID: string; Description: string }[];
    const own = records.filter(({ Description }) => Description.includes(words));
    assert.ok(own.length > 0, "no record of the build");
    for (const { ID } of own) await docker(["builder", "prune", "--force", "--all", "--filter", `id=${ID}`]);
  }

  it("pushes nothing when a check fails", async () => {
    makeTiny(project, { bad: { command: ["false"] } });
    configureCi(project, { registries: [{ address, repository: "team/bad", login: registry }] });
    const ended = await project.run(["ci", "--json", "--publish"], { REGISTRY_PASSWORD: password });
    assert.deepEqual(answerOf(ended, 1).published, []);
    assert.equal((await ask("/v2/team/bad/tool/tags/list")).status, 404);
  });

  it("is refused without a registry or its password before anything is built", async () => {
    const began = Date.now();
    assert.equal(
      refusalOf(await project.run(["ci", "--json", "--publish"])),
      "towpath:registries[0].login.password: no value in the environment variable REGISTRY_PASSWORD; set the variable for this run",
    );
    configureCi(project);
    assert.equal(
      refusalOf(await project.run(["ci", "--json", "--publish"])),
      '--publish: expected a registry to publish to, got none; set towpath:registries, for example [{ "address": "ghcr.io", "repository": "owner/notes" }]',
    );
    assert.ok(Date.now() - began < 60_000);
    const { containers, volumes, networks } = await project.footprint();
    // The registry itself is named after the project.
    assert.deepEqual(containers, [`${project.namespace}-registry`]);
    assert.deepEqual([volumes, networks], [nothing.volumes, nothing.networks]);
  });
});

/** Runs git in the project, as somebody. */
function git({ folder }: TestProject, ...args: readonly string[]): string {
  const someone = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"];
  return execFileSync("git", [...someone, ...args], { cwd: folder, encoding: "utf8" }).trim();
}
