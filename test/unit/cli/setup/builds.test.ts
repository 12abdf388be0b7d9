/** The builds of set-up. That they make images and programs is proved in test/e2e and in toolchain/tests. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../../../cli/problem.ts";
import { pluginFile, readInstallation } from "../../../../cli/project.ts";
import { buildMirror, missingImages } from "../../../../cli/setup/mirror.ts";
import { buildPart } from "../../../../cli/setup/toolchain.ts";
import { defaultPrefix } from "../../../../toolchain/images/build.mjs";
import { FakeMachine } from "../fake-machine.ts";

describe("the images that set-up builds", () => {
  let machine: FakeMachine;

  beforeEach(() => {
    machine = new FakeMachine();
  });
  afterEach(() => {
    machine.remove();
  });

  it("are missing when the engine has none of their names", async () => {
    machine.docker("image", "", 1);
    machine.write("answers/docker-image.error", "Error: No such image: x\n");
    const missing = await missingImages();
    assert.ok(missing.includes(`${defaultPrefix}/library/redis:7`), missing.join(", "));
    assert.ok(missing.every((image) => image.startsWith(`${defaultPrefix}/`)));
  });

  it("are missing when no engine answers", async () => {
    machine.docker("image", "", 1);
    machine.write("answers/docker-image.error", "Cannot connect to the Docker daemon\n");
    assert.deepEqual(await missingImages(), [defaultPrefix]);
  });

  it("are named while they are built", async () => {
    const lines: string[] = [];
    const mirror = {
      buildImages({ onProgress }: { onProgress?: ((progress: Step) => void) | undefined } = {}) {
        const steps = ["a building", "b building", "a ready", "b ready"].map((step) => step.split(" "));
        for (const [image = "", state] of steps)
          onProgress?.({ image, state: state as Step["state"], seconds: 1 });
        return Promise.resolve();
      },
    };
    await buildMirror(
      (line) => lines.push(line),
      () => Promise.resolve(mirror),
    );
    assert.deepEqual(lines, ["a", "a, b", "b", ""]);
  });

  it("are reported in one message when they cannot be built", async () => {
    const failing = { buildImages: () => Promise.reject(new Error("images: no space left")) };
    await assert.rejects(
      buildMirror(
        () => undefined,
        () => Promise.resolve(failing),
      ),
      new Problem("images: no space left"),
    );
  });
});

/** A step of an image's build, as the builder reports it. */
interface Step {
  image: string;
  state: "building" | "ready" | "present";
  seconds: number;
}

describe("the part of Pulumi that set-up builds", () => {
  let machine: FakeMachine;
  const lines: string[] = [];
  const build = (part: string) => buildPart(machine.project, part, (line) => lines.push(line));

  beforeEach(() => {
    machine = new FakeMachine();
    lines.length = 0;
  });
  afterEach(() => {
    machine.remove();
  });

  it("is not built again when it is there", async () => {
    const { pulumiHome } = machine.project;
    machine.program(join(machine.root, "bin", "go"), `touch "${machine.root}/asked"`);
    for (const plugin of readInstallation().plugins) machine.program(pluginFile(pulumiHome, plugin), "");
    await build("random");
    assert.equal(existsSync(join(machine.root, "asked")), false);
  });

  it("is reported in one message when it cannot be built", async () => {
    machine.program(join(machine.root, "bin", "go"), "echo go1.10");
    const tooOld =
      "go: too old, got 1.10; install Go 1.26 or newer (https://go.dev/dl), it builds the Pulumi CLI and its plugins where downloads are blocked";
    for (const part of ["cli", "random"]) await assert.rejects(build(part), new Problem(tooOld));
    await assert.rejects(
      build("other"),
      new Problem(
        'toolchain: nothing called "other"; use one of cli, language-nodejs, command, random, github, docker',
      ),
    );
  });
});
