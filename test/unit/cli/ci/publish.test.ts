import assert from "node:assert/strict";
import { join } from "node:path";
import { destinations, noPassword, noRegistry, publish } from "../../../../cli/ci/publish.ts";
import { describeImage } from "../../../../cli/ci/describe-image.ts";
import { factsOf, tagsOf, type Tags } from "../../../../cli/ci/origin.ts";
import { Problem } from "../../../../cli/problem.ts";
import type { PulumiCall } from "../../../../cli/pulumi/call.ts";
import type { Run } from "../../../../cli/process/run.ts";
import { checkout } from "../../../support/source-tree.ts";
import { PlayedRegistry } from "../../image/played-registry.ts";
import { fakeRun } from "../fake-run.ts";
import { recordedProgress } from "../quiet.ts";

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const registry = { address: "ghcr.io", repository: "owner/notes" };
const call = {
  environment: { TOKEN: "hidden", PATH: "/bin" },
  project: { root: "/p", pulumiHome: "/h" },
  stack: "ci",
} as unknown as PulumiCall;
const quiet = recordedProgress();
const fromVariable = (variable: string) => ({ source: "environment", variable }) as const;

describe("publishing", () => {
  let played: PlayedRegistry;

  beforeEach(async () => {
    played = await PlayedRegistry.start();
  });
  afterEach(() => played.stop());

  /** Publishes one image under these tags. */
  function published(tags: Tags, run: Run, progress = quiet): ReturnType<typeof publish> {
    const registries = [{ address: played.address, repository: "owner/notes" }];
    return publish({ images: { api: "notes-ci-api:latest" }, tags }, registries, call, run, progress);
  }

  it("pushes every tag, and reports the digest to which all of them lead", async () => {
    const { run, calls } = fakeRun({ docker: { stdout: `1.0: digest: ${digest("a")} size: 1\n` } });
    const found = await published({ moving: ["abc", "latest"], permanent: "1.0" }, run);
    const name = `${played.address}/owner/notes/api`;
    const tags = ["abc", "latest", "1.0"];
    assert.deepEqual(found, [{ image: "api", reference: `${name}@${digest("a")}`, tags }]);
    assert.deepEqual(
      calls,
      tags.flatMap((tag) => [
        `docker tag notes-ci-api:latest ${name}:${tag}`,
        `docker push ${name}:${tag}`,
        `docker image rm ${name}:${tag}`,
      ]),
    );
  });

  it("never moves the tag of a version, and reports it (004-232)", async () => {
    played.publish("owner/notes/api", ["1.0"]);
    const { run, calls } = fakeRun({ docker: { stdout: `digest: ${digest("a")}` } });
    const progress = recordedProgress();
    const [image] = await published({ moving: ["abc"], permanent: "1.0" }, run, progress);
    assert.deepEqual(image?.tags, ["abc"]);
    assert.ok(!calls.some((line) => line.startsWith("docker push") && line.endsWith(":1.0")));
    const said = `${played.address}/owner/notes/api:1.0: a version is published once, it stays; give the next one another`;
    assert.ok(progress.lines.includes(said), progress.lines.join("\n"));
  });

  it("lists the version's tag when it already leads to the same image", async () => {
    const before = played.publish("owner/notes/api", ["1.0"]);
    const { run } = fakeRun({ docker: { stdout: `digest: ${before}` } });
    const [image] = await published({ moving: ["abc"], permanent: "1.0" }, run);
    assert.deepEqual(image?.tags, ["abc", "1.0"]);
  });

  const refusals = [
    "tag invalid: The image tag 'abc' already exists in the 'api' repository and cannot be overwritten because the tag is immutable.",
    "denied: Failed to process request due to 'notes/api:abc' configured as immutable.",
  ];
  for (const refusal of refusals) {
    it(`leaves a tag that the registry does not let it move: ${refusal.slice(0, 20)} …`, async () => {
      const { run } = fakeRun({
        docker: { stdout: `digest: ${digest("a")}` },
        "docker push": (args) =>
          args[1]?.endsWith(":main") === true
            ? { code: 1, stderr: refusal }
            : { stdout: `digest: ${digest("a")}` },
      });
      const progress = recordedProgress();
      const [image] = await published({ moving: ["abc", "main"] }, run, progress);
      assert.deepEqual(image?.tags, ["abc"]);
      const said = `${played.address}/owner/notes/api:main: the registry does not let it be moved, it stays`;
      assert.ok(progress.lines.includes(said), progress.lines.join("\n"));
    });
  }

  it("takes the image of an earlier run of the same commit when none of its tags may be moved", async () => {
    const before = played.publish("owner/notes/api", ["abc"]);
    const { run } = fakeRun({ docker: {}, "docker push": { code: 1, stderr: "denied: immutable" } });
    const [image] = await published({ moving: ["abc"] }, run);
    assert.equal(image?.reference, `${played.address}/owner/notes/api@${before}`);
  });

  it("signs in without writing the password to a command line or a file", async () => {
    const seen: (NodeJS.ProcessEnv | undefined)[] = [];
    const { run: fake, calls } = fakeRun({ docker: { stdout: `digest: ${digest("a")}` } });
    const run: Run = (command, args, settings) => {
      seen.push(settings?.environment);
      return fake(command, args, settings);
    };
    const login = { user: "me", password: fromVariable("TOKEN") };
    const here = { ...call, project: { ...call.project, root: checkout } };
    const [destination] = await destinations([{ ...registry, login }], here, run);
    assert.ok(destination !== undefined);
    await publish({ images: { api: "x" }, tags: { moving: ["latest"] } }, [destination], here, run, quiet);
    const folder = join(checkout, "components/host/docker-login");
    assert.deepEqual(seen[1], {
      TOKEN: "hidden",
      DOCKER_CONFIG: folder,
      PATH: `${folder}:/bin`,
      TOWPATH_REGISTRY: "ghcr.io",
      TOWPATH_REGISTRY_LOGIN: '{"ServerURL":"ghcr.io","Username":"me","Secret":"hidden"}',
    });
    assert.ok(!calls.join("\n").includes("hidden"));
  });

  it("fails when tags lead to different digests", async () => {
    let count = 0;
    const { run } = fakeRun({ docker: () => ({ stdout: `digest: ${digest(count++ < 2 ? "a" : "b")}` }) });
    await assert.rejects(
      published({ moving: ["1.0", "latest"] }, run),
      new Problem(
        `${played.address}/owner/notes/api: expected one digest under all tags, got ${digest("a")}, ${digest("b")}; publish again`,
      ),
    );
  });

  it("shows the registry's error", async () => {
    const { run } = fakeRun({ docker: {}, "docker push": { code: 1, stderr: "denied: no\n" } });
    await assert.rejects(
      published({ moving: ["1.0"] }, run),
      new Problem(
        `--publish: "docker push ${played.address}/owner/notes/api:1.0" failed, got "denied: no"; mend that and publish again`,
      ),
    );
  });

  it("is refused when there is no registry, or no password for one", async () => {
    const { run } = fakeRun({});
    await assert.rejects(destinations([], call, run), new Problem(noRegistry));
    const login = { user: "me", password: fromVariable("OTHER") };
    await assert.rejects(
      destinations([registry, { ...registry, login }], call, run),
      new Problem(
        "towpath:registries[1].login.password: no value in the environment variable OTHER; set the variable for this run",
      ),
    );
    assert.equal(
      noPassword(0, { source: "configuration", name: "TOKEN" }),
      "towpath:registries[0].login.password: no value for towpath:secretValues.TOKEN; set it with npm run pulumi -- config set --stack ci --secret --path towpath:secretValues.TOKEN",
    );
  });
});

describe("the tags of a published image", () => {
  const origin = { commit: "abc123", isDefault: false, time: "2026-06-01T00:00:00Z" };

  it("are its commit and its branch", () => {
    const { moving, permanent } = tagsOf({ ...origin, branch: "feature/auth-v2", version: "1.2.3" });
    assert.equal(moving[0], "abc123");
    assert.match(moving[1] ?? "", /^feature-auth-v2-[0-9a-f]{8}$/);
    assert.deepEqual([moving.length, permanent], [2, undefined]);
  });

  it("include latest and the version for a clean working tree of the default branch (001-180, 004-231)", () => {
    const { moving, permanent } = tagsOf({ ...origin, branch: "main", isDefault: true, version: "1.2.3" });
    assert.deepEqual([moving.length, moving[2], permanent], [3, "latest", "1.2.3"]);
  });

  it("have the version in the form of a tag, and work without one", () => {
    assert.equal(tagsOf({ ...origin, isDefault: true, version: "1.2.3+5" }).permanent, "1.2.3_5");
    assert.deepEqual(tagsOf({ ...origin, isDefault: true }), { moving: ["abc123", "latest"] });
  });
});

describe("the description in a published image", () => {
  const facts = { BUILD_COMMIT: "abc123", BUILD_TIME: "2026-06-01T00:00:00Z" };
  const origin = { commit: "abc123", isDefault: true, time: facts.BUILD_TIME };
  const all = { branch: "main", version: "1.2.3", number: "42", source: "https://example.com/a/b" };

  it("is passed as arguments of the build (004-109, 004-127, 004-157, 004-158, 004-353)", () => {
    assert.deepEqual(factsOf(origin), facts);
    assert.deepEqual(factsOf({ ...origin, ...all }), {
      ...facts,
      BUILD_VERSION: "1.2.3",
      BUILD_NUMBER: "42",
      BUILD_BRANCH: "main",
      BUILD_SOURCE: "https://example.com/a/b",
    });
  });

  it("is in labels and variables of every image, whatever its Dockerfile sets", async () => {
    const title = "org.opencontainers.image.title";
    const own = JSON.stringify({ [title]: "mine", "org.opencontainers.image.created": "" });
    let dockerfile = "";
    const { run: fake, calls } = fakeRun({ docker: {}, "docker image inspect": { stdout: own } });
    const run: Run = (command, args, settings) => {
      dockerfile = settings?.input ?? dockerfile;
      return fake(command, args, settings);
    };
    const image = { local: "notes-ci-api:latest", title: "notes-api" };
    assert.equal(
      await describeImage(image, { ...origin, branch: "main" }, run, {}),
      "notes-ci-api:described",
    );
    const labels = {
      [title]: "mine",
      "org.opencontainers.image.description": "notes-api",
      "org.opencontainers.image.created": "2026-06-01T00:00:00Z",
      "org.opencontainers.image.revision": "abc123",
      "towpath.branch": "main",
    };
    assert.deepEqual(calls, [
      "docker image inspect --format {{json .Config.Labels}} notes-ci-api:latest",
      [
        "docker build --quiet",
        ...["COMMIT=abc123", "TIME=2026-06-01T00:00:00Z", "BRANCH=main"].map(
          (fact) => `--build-arg FACT_BUILD_${fact}`,
        ),
        ...Object.entries(labels).map(([key, value]) => `--label ${key}=${value}`),
        "--tag notes-ci-api:described -",
      ].join(" "),
    ]);
    assert.equal(
      dockerfile,
      [
        "FROM notes-ci-api:latest",
        ...["COMMIT", "TIME", "BRANCH"].flatMap((name) => [
          `ARG FACT_BUILD_${name}`,
          `ENV BUILD_${name}=$FACT_BUILD_${name}`,
        ]),
        "",
      ].join("\n"),
    );
  });

  it("cannot be added to an image that is gone, or when no build works", async () => {
    const image = { local: "x:latest", title: "notes-x" };
    const none = fakeRun({ docker: { code: 1, stderr: "No such image\n" } });
    await assert.rejects(
      describeImage(image, origin, none.run, {}),
      new Problem('--publish: x:latest is not on the engine, got "No such image"; run it again'),
    );
    const broken = fakeRun({ docker: { code: 1, stderr: "no space\n" }, "docker image": { stdout: "null" } });
    await assert.rejects(
      describeImage(image, origin, broken.run, {}),
      new Problem('--publish: notes-x cannot be labelled, got "no space"; mend that and publish again'),
    );
  });
});
