import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { buildImages, missingImages } from "../../../toolchain/images/build.mjs";
import { docker, eventually, prefix, run } from "./containers.ts";

const program = join(import.meta.dirname, "../../../toolchain/images/build.mjs");

describe("the build of the mirror's images", () => {
  let folder = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-mirror-test-"));
    chmodSync(folder, 0o755);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("does nothing when all images are there", async () => {
    await buildImages({ prefix });
    const states = new Set<string>();
    const began = Date.now();
    await buildImages({ prefix, onProgress: ({ state }) => states.add(state) });
    assert.deepEqual([...states], ["present"]);
    assert.ok(Date.now() - began < 5000);
    assert.deepEqual(await missingImages(prefix), []);
  });

  it("refuses an unknown name", async () => {
    const { exitCode, stderr } = await execa("node", [program, "postgresql"], { reject: false });
    assert.equal(exitCode, 1);
    assert.equal(
      stderr,
      'image: unknown, got "postgresql"; use one of debian, caddy, busybox, python, node, versitygw, postgres, redis, restic',
    );
  });

  describe("on a machine without its tools", () => {
    const lacksEverything = 'for name; do :; done; echo "Error: No such image: $name" >&2; exit 1';

    it("reports that mmdebstrap is missing and cannot be installed", async () => {
      machineWith(["flock", "rm", "which"], { docker: lacksEverything });
      const { exitCode, stderr } = await build("redis");
      assert.equal(exitCode, 1);
      assert.equal(
        stderr,
        "mmdebstrap: not found; install it (apt-get install mmdebstrap on Debian or Ubuntu), or run this as root there",
      );
    });

    it("reports that Go is missing, and completes the rest", async () => {
      const slow = { "apt-get": "echo 'Debian|'", "apt-config": "", mmdebstrap: "exec sleep 60" };
      machineWith(["flock", "rm", "which", "sleep"], { docker: lacksEverything, ...slow });
      const began = Date.now();
      const { exitCode, stderr } = await build("caddy");
      assert.equal(exitCode, 1);
      assert.equal(stderr, "go: not found; install Go from https://go.dev/dl");
      assert.ok(Date.now() - began < 30_000);
    });

    it("passes the engine's error on", async () => {
      machineWith([], { docker: "echo 'Cannot connect to the Docker daemon' >&2; exit 1" });
      const { exitCode, stderr } = await build("redis");
      assert.equal(exitCode, 1);
      assert.equal(stderr, "docker image: failed, exit code 1\nCannot connect to the Docker daemon");
    });

    /** Makes a folder for PATH with these programs of the machine, and scripts in the place of others. */
    function machineWith(programs: string[], scripts: Record<string, string>): void {
      mkdirSync(join(folder, "bin"));
      for (const name of programs) symlinkSync(join("/usr/bin", name), join(folder, "bin", name));
      for (const [name, script] of Object.entries(scripts)) {
        writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      }
    }

    function build(image: string) {
      const env = { PATH: join(folder, "bin"), TMPDIR: folder };
      return execa(process.execPath, [program, image], { env, extendEnv: false, reject: false });
    }
  });

  describe("of two images with names of their own", () => {
    const own = `${run}.internal`;
    const redis = `${own}/library/redis:7`;
    const debian = `${own}/library/debian:bookworm-slim`;

    after(async () => {
      await execa("docker", ["image", "rm", redis, debian], { reject: false });
    });

    function start() {
      const env = { TMPDIR: folder };
      return execa("node", [program, "--prefix", own, "redis"], { env, all: true, reject: false });
    }

    async function assertNothingLeft(): Promise<void> {
      assert.deepEqual(readdirSync(folder), []);
      assert.equal(await docker("ps", "--all", "--quiet", "--filter", `ancestor=${debian}`), "");
    }

    it("does the work once when two runs start at once", async () => {
      const [first, second] = await Promise.all([start(), start()]);
      assert.equal(first.exitCode, 0, first.all);
      assert.equal(second.exitCode, 0, second.all);
      for (const { stdout } of [first, second]) assert.match(stdout, /^redis: ready/m);
      assert.equal(
        (await docker("image", "inspect", "--format", "{{.Id}}", debian, redis)).split("\n").length,
        2,
      );
      await assertNothingLeft();
    });

    it("continues after it was killed", async () => {
      await execa("docker", ["image", "rm", redis], { reject: false });
      const killed = start();
      await reaches(killed, "redis: building");
      killed.kill("SIGKILL");
      await killed;
      const next = await start();
      assert.equal(next.exitCode, 0, next.all);
      await docker("image", "inspect", redis);
      await assertNothingLeft();
    });

    it("leaves nothing behind when it is interrupted", async () => {
      await execa("docker", ["image", "rm", redis], { reject: false });
      const interrupted = start();
      await reaches(interrupted, "redis: building");
      interrupted.kill("SIGINT");
      const { exitCode, stderr } = await interrupted;
      assert.equal(exitCode, 1);
      assert.equal(stderr, "stopped");
      assert.equal(await docker("image", "ls", "--quiet", redis), "");
      await eventually(assertNothingLeft);
    });

    /** Waits for the line, and then until the work behind it is under way. */
    async function reaches(command: ReturnType<typeof start>, line: string): Promise<void> {
      await new Promise<void>((resolve) => {
        let printed = "";
        command.all.on("data", (chunk: Buffer) => {
          printed += chunk.toString();
          if (printed.includes(line)) resolve();
        });
      });
      await sleep(2000);
    }
  });
});
