import assert from "node:assert/strict";
import { execa, type Options } from "execa";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { posesAs } from "../../support/old-node.ts";

/** Real processes; that a real Node is installed, and starts the command line, test/e2e/local/machine.test.ts proves. */
describe("a start on a Node that is too old", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let cache: string;
  let folder: string;

  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "towpath-nodes-"));
    const { packages } = JSON.parse(readFileSync("setup/node/package-lock.json", "utf8")) as {
      packages: Record<string, { version: string; os?: string; cpu?: string }>;
    };
    const [path = "", named] =
      Object.entries(packages).find(([, { os, cpu }]) => os === process.platform && cpu === process.arch) ??
      [];
    folder = join(cache, "towpath/nodes", `${path.replace("node_modules/", "")}-${named?.version ?? ""}`);
    mkdirSync(folder, { recursive: true });
    symlinkSync(process.execPath, join(folder, "node"));
  });
  afterEach(() => {
    rmSync(cache, { recursive: true, force: true });
  });

  const settings = { reject: false, timeout: 20_000 } as const;
  function start(version: string, args: readonly string[], more: Options = {}) {
    return execa(process.execPath, [...posesAs(version), ...args], {
      ...settings,
      ...more,
      env: { XDG_CACHE_HOME: cache, TOWPATH_NODE_FOLDER: undefined },
    });
  }

  it("continues with the provided one", async () => {
    const { exitCode, stdout, stderr } = await start("20.20.2", ["setup/bootstrap.mjs", "start", "--jsno"]);
    assert.deepEqual(
      { exitCode, stdout, stderr },
      { exitCode: 2, stdout: "", stderr: "error: unknown option '--jsno'\n(Did you mean --json?)" },
    );
  });

  it("is refused on a Node that cannot provide another one", async () => {
    for (const file of ["setup/bootstrap.mjs", "setup/node.mjs"]) {
      const { exitCode, stderr } = await start("14.21.3", [file]);
      assert.equal(exitCode, 1);
      assert.match(
        String(stderr),
        /^node: version 22\.18, or 24 and newer, is needed, got 14\.21\.3; install one [^\n]*$/,
      );
    }
  });

  it("passes on arguments, standard input, output and exit code, and puts the other Node first on PATH", async () => {
    const script = `
      const [first, second] = process.env.PATH.split(${JSON.stringify(delimiter)});
      const input = require("node:fs").readFileSync(0, "utf8");
      console.log(JSON.stringify({ args: process.argv.slice(1), input, first, second, folder: process.env.TOWPATH_NODE_FOLDER }));
      process.exitCode = 3;
    `;
    const ended = await start("20.20.2", ["setup/node.mjs", "-e", script, "--", "a b", ""], {
      input: "words",
    });
    assert.equal(ended.exitCode, 3);
    assert.deepEqual(JSON.parse(String(ended.stdout)), {
      args: ["a b", ""],
      input: "words",
      first: folder,
      second: process.env.PATH?.split(delimiter)[0],
      folder,
    });
  });

  it("leaves PATH unchanged on a Node that is new enough", async () => {
    const script = "process.stdout.write(process.env.PATH)";
    const { stdout } = await execa(process.execPath, ["setup/node.mjs", "-e", script], settings);
    assert.equal(stdout, process.env.PATH ?? "");
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`passes ${signal} on, and waits for the end`, async () => {
      const script = `process.on("${signal}", () => { console.log("told"); process.exit(130); }); console.log("begun"); setInterval(() => {}, 1e6)`;
      const running = start("20.20.2", ["setup/node.mjs", "-e", script]);
      running.stdout?.once("data", () => running.kill(signal));
      const { exitCode, stdout } = await running;
      assert.deepEqual([exitCode, stdout], [130, "begun\ntold"]);
    });
  }

  it("leaves Ctrl+C to the terminal, which also sends it to the other Node", async () => {
    const script = `process.on("SIGINT", () => { console.log("told"); setTimeout(process.exit, 300, 130); }); console.log("begun"); setInterval(() => {}, 1e6)`;
    const command = [process.execPath, ...posesAs("20.20.2"), "setup/node.mjs", "-e", script];
    const quoted = command.map((part) => `'${part}'`).join(" ");
    const terminal = execa("script", ["--quiet", "--return", "--command", quoted, "/dev/null"], {
      ...settings,
      env: { XDG_CACHE_HOME: cache },
    });
    terminal.stdout.once("data", () => terminal.stdin.write("\u0003"));
    const { exitCode, stdout } = await terminal;
    assert.deepEqual([exitCode, stdout.split("\r\n")], [130, ["begun", "^Ctold"]]);
  });

  it("ends by the signal that ended the other Node", async () => {
    const { signal } = await start("20.20.2", [
      "setup/node.mjs",
      "-e",
      'process.kill(process.pid, "SIGKILL")',
    ]);
    assert.equal(signal, "SIGKILL");
  });

  it("reports why no other Node could be installed", async () => {
    rmSync(folder, { recursive: true });
    const npm = join(cache, "npm-cli.js");
    writeFileSync(npm, 'console.error("npm error network"); process.exit(1);');
    const { exitCode, stderr } = await execa(
      process.execPath,
      [...posesAs("20.20.2"), "setup/bootstrap.mjs"],
      { ...settings, env: { XDG_CACHE_HOME: cache, npm_execpath: npm } },
    );
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^installing Node [\d.]+ for Towpath \(this machine's is 20\.20\.2\) …\nnpm error network\n\nnode: version [^\n]*, got 20\.20\.2, and npm could not install another one \(its own words are above\); install one [^\n]*$/,
    );
  });
});
