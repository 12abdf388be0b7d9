/** The run of the tests: mocha and c8 are played. Which there are and in which order is tested in test/unit/run. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test, type TestRequest } from "../../../../cli/commands/test.ts";
import { nodeNames } from "../../../run/nodes.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

/** A mocha that notes its arguments and answers with the report and the exit code that stand in files. */
const mocha = `
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require("node:fs");
const { basename } = require("node:path");
const files = process.argv.slice(2);
const [first] = process.env.PATH.split(":");
const node = first.includes("/nodes/") ? " on " + basename(first) : "";
const long = process.env.TOWPATH_TEST_LONG === "true" ? ", long" : "";
appendFileSync("runs", ["mocha", ...files].join(" ") + node + long + "\\n");
const report = files.some((file) => file.includes("e2e")) && existsSync("e2e-report") ? "e2e-report" : "report";
if (existsSync(report)) writeFileSync(process.env.TOWPATH_TEST_REPORT, readFileSync(report));
process.exit(existsSync("failing") ? 2 : 0);
`;

/** c8 runs what stands behind its own options; its report fails where something is not covered. */
const c8 = `
const { appendFileSync, existsSync } = require("node:fs");
const args = process.argv.slice(2);
const at = args.findIndex((arg) => arg.endsWith("/node"));
const lines = args[args.indexOf("--lines") + 1];
appendFileSync("runs", (at === -1 ? "c8 report of " : "c8 at ") + lines + "\\n");
if (at === -1) process.exit(existsSync("uncovered") ? 1 : 0);
process.exit(require("node:child_process").spawnSync(args[at], args.slice(at + 1)).status);
`;

const unit = "test/unit/naming/names.test.ts";
const local = "test/e2e/local/docs.test.ts";
const soak = "test/e2e/local/soak.long.test.ts";
const runUnit = `mocha ${unit}`;
const endToEnd = "--config test/e2e/.mocharc.json";

describe("the command test", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;

  beforeEach(() => {
    machine = new FakeMachine();
    machine.write(unit, "");
    machine.write(local, 'import { one } from "../one.ts"; console.log(one);');
    machine.write("test/e2e/one.ts", "export const one = 1;");
    machine.write("test/e2e/.mocharc.json", "{}");
    machine.write("node_modules/mocha/bin/mocha.js", mocha);
    machine.write("node_modules/c8/bin/c8.js", c8);
    reports({});
    process.env.TOWPATH_TEST_SEED = "5";
    process.env.XDG_CACHE_HOME = join(machine.root, "cache");
    for (const name of nodeNames) {
      const named = { version: "1.0.0", os: process.platform, cpu: process.arch };
      const lock = { packages: { [`node_modules/${name}`]: named } };
      machine.write(`test/run/nodes/${name}/package-lock.json`, JSON.stringify(lock));
      const folder = join(machine.root, "cache/towpath/nodes", `${name}-1.0.0`);
      mkdirSync(folder, { recursive: true });
      symlinkSync(process.execPath, join(folder, "node"));
    }
  });
  afterEach(() => {
    machine.remove();
    Reflect.deleteProperty(process.env, "TOWPATH_TEST_SEED");
    Reflect.deleteProperty(process.env, "XDG_CACHE_HOME");
  });

  /** Writes what mocha reports: three tests that passed and one that was skipped, but for what is given. */
  function reports(change: object, file = "report"): void {
    const counts = { passed: 3, failed: 0, skipped: 1 };
    const suites = [{ file: unit, seconds: 2 }];
    machine.write(
      file,
      JSON.stringify({
        counts,
        suites,
        fixtures: [],
        failures: [],
        leftToOthers: [],
        waits: [],
        ended: true,
        ...change,
      }),
    );
  }

  /** Its exit code, the last lines that it printed, and what it ran. */
  async function tested(request: TestRequest = {}, lines = 1) {
    const printed: string[] = [];
    const print = (text: string) => printed.push(text);
    const code = await test(recordedProgress(), request, machine.project, print);
    const runs = readFileSync(join(machine.root, "runs"), "utf8").trimEnd().split("\n");
    return { code, printed: printed.join("").trimEnd().split("\n").slice(-lines), runs };
  }

  const oldest = `${runUnit} on oldest-1.0.0`;
  const newest = `${runUnit} on newest-1.0.0`;

  it("runs both kinds, the unit tests on both Nodes, and measures their coverage once", async () => {
    assert.deepEqual(await tested(), {
      code: 0,
      printed: ["9 passed, 0 failed, 3 skipped"],
      runs: [oldest, "c8 at 93", newest, "c8 report of 100", `mocha ${local} ${endToEnd}`],
    });
  });

  it("runs the unit tests on one of the Nodes on request", async () => {
    assert.deepEqual((await tested({ kind: "unit", node: "oldest" })).runs, [oldest]);
    const asked = { kind: "unit", suite: "naming/names", node: "newest" } as const;
    assert.deepEqual((await tested(asked)).runs, [oldest, newest]);
    rmSync(join(machine.root, "runs"));
    const all = [`c8 at 93`, newest, "c8 report of 100", `mocha ${local} ${endToEnd}`];
    assert.deepEqual((await tested({ node: "newest" })).runs, all);
    await assert.rejects(tested({ kind: "e2e", node: "oldest" }), {
      message:
        "test: --node is for unit tests, got --node oldest; ask for them with npm run test:unit -- --node oldest",
    });
  });

  it("reports why a Node is missing before it runs anything", async () => {
    machine.write("test/run/nodes/newest/package-lock.json", '{ "packages": {} }');
    const where = `${process.platform} on ${process.arch}`;
    await assert.rejects(tested(), {
      message: `test: no newest Node to run the unit tests on, for there is none to provide for ${where}; repair that and run the command again`,
    });
    assert.ok(!existsSync(join(machine.root, "runs")));
  });

  it("shows and keeps the times of the suites", async () => {
    const { printed } = await tested({ kind: "unit" }, 7);
    assert.deepEqual(printed.slice(1), [
      "",
      "seconds  suite, 2.0 s in all",
      `2.0      ${unit}`,
      "",
      "order and samples: TOWPATH_TEST_SEED=5",
      "3 passed, 0 failed, 1 skipped",
    ]);
    const kept = JSON.parse(readFileSync(join(machine.root, "reports/tests.json"), "utf8")) as object;
    assert.deepEqual((kept as { suites: unknown }).suites, [{ file: unit, seconds: 2 }]);
    assert.match(readFileSync(join(machine.root, "reports/tests.txt"), "utf8"), /names\.test\.ts\n$/);
  });

  it("does not measure coverage for a single suite", async () => {
    assert.deepEqual(await tested({ kind: "unit", suite: "naming/names" }), {
      code: 0,
      printed: ["3 passed, 0 failed, 1 skipped"],
      runs: [runUnit],
    });
  });

  it("fails with failing tests, and still runs the other kind", async () => {
    machine.write("failing", "");
    reports({ counts: { passed: 2, failed: 1, skipped: 0 } });
    assert.deepEqual(await tested(), {
      code: 1,
      printed: ["6 passed, 3 failed, 0 skipped"],
      runs: [oldest, "c8 at 93", newest, `mocha ${local} ${endToEnd}`],
    });
  });

  it("fails when the tests pass and something is not covered", async () => {
    machine.write("uncovered", "");
    const { code, printed } = await tested({ kind: "unit" }, 3);
    assert.deepEqual(
      [code, ...printed],
      [
        1,
        "unit: something is not covered",
        "order and samples: TOWPATH_TEST_SEED=5",
        "3 passed, 1 failed, 1 skipped",
      ],
    );
  });

  it("counts a group that breaks as a failure, shows where, and runs the others", async () => {
    machine.write("test/e2e/reload/docs.test.ts", "");
    reports({ ended: false, running: "a page", waits: ["the registry"] }, "e2e-report");
    const { code, printed, runs } = await tested({ kind: "e2e" }, 4);
    assert.equal(code, 1);
    assert.deepEqual([...printed].sort(), [
      "6 passed, 2 failed, 2 skipped",
      'local: ended before its tests did, with exit code 0, in "a page", which waited for the registry',
      "order and samples: TOWPATH_TEST_SEED=5",
      'reload: ended before its tests did, with exit code 0, in "a page", which waited for the registry',
    ]);
    assert.equal(runs.length, 2);
  });

  it("fails when mocha is interrupted and ends without an error before its tests do", async () => {
    machine.write("node_modules/mocha/bin/mocha.js", `require("node:fs").writeFileSync("runs", "x");`);
    const { code, printed } = await tested({ kind: "unit", suite: "naming" }, 3);
    assert.deepEqual(
      [code, printed[0], printed[2]],
      [1, "unit: ended before its tests did, with exit code 0", "0 passed, 1 failed, 0 skipped"],
    );
  });

  it("runs the unit tests beside those with an engine when several groups run at once", async () => {
    // Each ends when the other has begun.
    const meets = (own: string, other: string): string => `
      writeFileSync("${own}", "");
      for (let at = 0; at < 500 && !existsSync("${other}"); at++) execFileSync("sleep", ["0.02"]);
      if (!existsSync("${other}")) process.exit(1);`;
    machine.write(
      "node_modules/mocha/bin/mocha.js",
      `const { execFileSync } = require("node:child_process");
      ${mocha.replace(
        "process.exit(",
        `if (files[0] === "${unit}") { ${meets("unit", "e2e")} } else { ${meets("e2e", "unit")} }
      process.exit(`,
      )}`,
    );
    assert.equal((await tested({ lanes: 3 })).code, 0);
  });

  it("runs groups beside each other, and labels each line with its group", async () => {
    machine.write("test/e2e/reload/docs.test.ts", "");
    machine.write(
      "node_modules/mocha/bin/mocha.js",
      mocha.replace("process.exit", "console.log('of mocha'); process.exit"),
    );
    const { printed } = await tested({ kind: "e2e", lanes: 2 }, 13);
    const parts = printed.filter((line) => line.startsWith("==") || line.endsWith("of mocha"));
    assert.deepEqual(parts.map((line) => line.replace(/\d+ s$/, "n s")).sort(), [
      ...["== local: 3 passed, 0 failed, 1 skipped, n s", "== local: began"],
      ...["== reload: 3 passed, 0 failed, 1 skipped, n s", "== reload: began"],
      ...["local | of mocha", "reload | of mocha"],
    ]);
  });

  describe("in a clone", () => {
    beforeEach(() => {
      machine.write(soak, 'import { one } from "../one.ts"; console.log(one);');
      machine.write(".gitignore", "runs\ncache\nreports\n");
      git("init", "--quiet", "--initial-branch", "main");
      git("add", ".");
      const someone = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"];
      git(...someone, "commit", "--quiet", "--message", "one");
    });
    function git(...args: readonly string[]): void {
      execFileSync("git", args, { cwd: machine.root });
    }
    const runLong = `mocha ${soak} ${endToEnd}, long`;

    it("runs what a change can affect, and nothing else", async () => {
      machine.write("runs", "");
      assert.deepEqual(await tested({ changed: true }), {
        code: 0,
        printed: ["0 passed, 0 failed, 0 skipped"],
        runs: [""],
      });
      machine.write("test/e2e/one.ts", "export const one = 2;");
      assert.deepEqual(await tested({ changed: true }), {
        code: 0,
        printed: ["3 passed, 0 failed, 1 skipped"],
        runs: [`mocha ${local} ${endToEnd}`],
      });
    });

    it("runs only the long ones on request", async () => {
      assert.deepEqual((await tested({ long: true })).runs, [runLong]);
      assert.deepEqual((await tested({ kind: "e2e", suite: "local/soak" })).runs, [runLong, runLong]);
    });

    it("runs long ones whose sources changed after the others, as time allows, and lists those that it leaves out", async () => {
      const suite = { kind: "e2e", suite: "local" };
      const left = await tested({ ...suite, longUntil: 4 }, 20);
      assert.equal(left.runs.length, 1);
      assert.ok(left.printed.includes(`left out, for they do not fit into 4 minutes: ${soak}`));
      assert.deepEqual((await tested({ ...suite, longUntil: 6 })).runs.slice(1).at(-1), runLong);
      const again = await tested({ ...suite, longUntil: 6 }, 20);
      assert.equal(again.runs.filter((line) => line === runLong).length, 1);
      assert.deepEqual(again.printed.at(-1), "3 passed, 0 failed, 1 skipped");
    });
  });

  it("refuses an invalid seed", async () => {
    process.env.TOWPATH_TEST_SEED = "five";
    await assert.rejects(tested(), {
      message: 'TOWPATH_TEST_SEED: expected a whole number, got "five"; use the one that a run printed',
    });
  });
});
