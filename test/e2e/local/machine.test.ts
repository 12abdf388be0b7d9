import assert from "node:assert/strict";
import { execaSync } from "execa";
import { mkdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeEngine } from "../../support/fake-engine.ts";
import { nothing } from "../../support/footprint.ts";
import { occupy } from "../../support/free-port.ts";
import { posesAs } from "../../support/old-node.ts";
import { refusalOf, TestProject } from "../../support/project.ts";
import { sampled } from "../../support/quick.ts";

describe("a machine that cannot run the local environment", () => {
  let project: TestProject;

  beforeEach(async () => {
    project = await TestProject.create();
  });
  afterEach(async () => {
    const left = await project.footprint();
    await project.remove();
    assert.deepEqual(left, nothing);
  });

  it("is reported when its Node is too old", async () => {
    const cache = join(project.folder, ".towpath", "cache");
    const start = [...posesAs("20.20.2"), "setup/bootstrap.mjs", "start", "--jsno"];
    const { ended } = project.spawn(process.execPath, start, { XDG_CACHE_HOME: cache });
    const { code, stdout, stderr } = await ended;
    assert.deepEqual([code, stdout], [2, ""]);
    const step = "installing Node [\\d.]+ for Towpath \\(this machine's is 20\\.20\\.2\\) …";
    const wrong = "error: unknown option '--jsno'\\n\\(Did you mean --json\\?\\)";
    assert.match(stderr, new RegExp(`^${step}\\n${step} done in \\d+ s\\n${wrong}$`));
  });

  it("is reported when it has no Docker engine", async () => {
    const socket = join(tmpdir(), "towpath-nobody-listens.sock");
    assert.equal(
      await project.refusal({ DOCKER_HOST: `unix://${socket}` }),
      `docker: no engine answers at unix://${socket}, got "Cannot connect to the Docker daemon at unix://${socket}. Is the docker daemon running?"; start Docker, or point DOCKER_HOST or the docker context at an engine that runs`,
    );
  });

  it("is reported when it has no docker client", async () => {
    const folder = join(project.folder, ".towpath", "path");
    mkdirSync(folder, { recursive: true });
    assert.equal(
      await project.refusal({ PATH: folder, DOCKER_HOST: "unix:///nowhere" }),
      "docker: the docker client is needed, got no program of that name on PATH; install Docker, see https://docs.docker.com/engine/install/",
    );
  });

  it("is reported when its engine is too old", async () => {
    const engine = await fakeEngine("19.03.15", "1.40");
    try {
      assert.equal(
        await project.refusal({ DOCKER_HOST: engine.address }),
        "docker: engine 20.10 or newer is needed, got 19.03.15; upgrade it, see https://docs.docker.com/engine/install/",
      );
    } finally {
      await engine.close();
    }
  });

  it("is reported when it has neither Pulumi nor a network to download it, nor Go to build it", async () => {
    const folder = join(project.folder, ".towpath", "path");
    mkdirSync(folder, { recursive: true });
    for (const program of ["docker", "git"]) {
      symlinkSync(execaSync("which", [program]).stdout, join(folder, program));
    }
    // Docker's socket is a file, which no network namespace hides.
    const alone = [process.execPath, "setup/bootstrap.mjs", "start", "--json"];
    const command = execaSync("which", ["unshare"]).stdout;
    const { ended } = project.spawn(command, ["--net", ...alone], {
      PATH: folder,
      PULUMI_HOME: join(project.folder, ".towpath", "pulumi-home"),
    });
    const [first, second = ""] = refusalOf(await ended).split("\n");
    assert.equal(
      first,
      "go: not found; install Go 1.26 or newer (https://go.dev/dl), it builds the Pulumi CLI and its plugins where downloads are blocked",
    );
    // The images are looked at meanwhile.
    assert.match(
      second,
      /^set-up: \d of 8 parts are done \(state.*\), left are .*pulumi plugin random [\d.]+; the next "npm start" goes on there$/,
    );
  });

  it("is reported when another program has the port", async () => {
    const other = await occupy(project.port);
    try {
      assert.equal(
        await project.refusal(),
        `towpath:port: port ${project.port} is in use by another program; choose another with "npm run pulumi -- config set towpath:port ${project.port + 1} --stack local" or stop that program`,
      );
    } finally {
      await other.release();
    }
  });

  sampled("is reported when the disk of the state is full", async () => {
    const folder = join(project.folder, ".towpath", "namespaces", project.namespace, "state");
    mkdirSync(folder, { recursive: true });
    execaSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", folder]);
    try {
      const said = (await project.refusal()).replace(/local\.json\.[0-9a-f]+\.tmp/, "local.json.<id>.tmp");
      assert.equal(
        said,
        `disk: full, got no space for ${folder}/.pulumi/stacks/towpath/local.json.<id>.tmp; free some ("docker system df" shows what Docker holds, "docker system prune" removes what nothing uses) and run the command again`,
      );
    } finally {
      execaSync("umount", ["--lazy", folder]);
    }
  });
});
