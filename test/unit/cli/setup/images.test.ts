import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imagesMissing, imagesRequirement, readImageSource } from "../../../../cli/setup/images.ts";
import { fakeRun, type Answers } from "../fake-run.ts";
import { recordedProgress } from "../quiet.ts";

const step = () => recordedProgress().step("");

describe("the set-up of the images", () => {
  let root: string;
  let project: { privateFolder: string };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "towpath-images-test-"));
    project = { privateFolder: join(root, ".towpath") };
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  function images(answers: Answers, missing: string[][], ownMirror?: string) {
    const { run, calls } = fakeRun(answers);
    const builds: string[] = [];
    const requirement = imagesRequirement(project, ownMirror, {
      run,
      probe: "redis:7",
      missing: () => Promise.resolve(missing.shift() ?? []),
      build: (report) => {
        builds.push("all");
        report("postgres");
        return Promise.resolve();
      },
    });
    return { requirement, calls, builds };
  }

  it("leaves them to Pulumi when the engine can pull, and remembers that", async () => {
    const { requirement, calls, builds } = images(
      {
        "docker image inspect": { code: 1 },
        "docker pull": { code: -1, failure: "TIMEOUT", stdout: "7: Pulling from library/redis\n" },
      },
      [],
    );
    assert.equal(await requirement.check(), false);
    await requirement.provide(step());
    assert.equal(readImageSource(project), "registry");
    assert.equal(await requirement.check(), true);
    assert.deepEqual([calls, builds], [["docker image inspect redis:7", "docker pull redis:7"], []]);
  });

  it("builds them otherwise, and checks them every time", async () => {
    const { requirement, builds } = images(
      { "docker image inspect": { code: 1 }, "docker pull": { code: 1, stderr: "no such host" } },
      [[], [], ["x/redis:7"]],
    );
    await requirement.provide(step());
    assert.equal(readImageSource(project), "mirror");
    assert.deepEqual(builds, ["all"]);
    assert.equal(await requirement.check(), true);
    assert.equal(await requirement.check(), false);
  });

  it("does not ask again when an image was pulled before", async () => {
    const { requirement, calls } = images({ "docker image inspect": {} }, []);
    await requirement.provide(step());
    assert.deepEqual(calls, ["docker image inspect redis:7"]);
  });

  it("builds them again when another clone has built its own meanwhile under the same names", async () => {
    const { requirement, builds } = images(
      { "docker image inspect": { code: 1 }, "docker pull": { code: 1, stderr: "no such host" } },
      [["x/redis:7"], []],
    );
    await requirement.provide(step());
    assert.deepEqual(builds, ["all", "all"]);
  });

  it("reports which could not be built", async () => {
    const missing = ["x/redis:7", "x/postgres:15"];
    const { requirement } = images({ "docker image inspect": { code: 1 } }, [missing, missing, missing]);
    await assert.rejects(requirement.provide(step()), {
      message: imagesMissing(["x/redis:7", "x/postgres:15"]),
    });
    assert.equal(
      imagesMissing(["x/redis:7"]),
      'images: x/redis:7 should have been built and cannot be found; run the command again, and "node toolchain/images/build.mjs" to see why',
    );
  });

  it("accepts a person's own mirror", async () => {
    assert.equal(await images({}, [["x"]], "mirror.example.com").requirement.check(), true);
  });
});
