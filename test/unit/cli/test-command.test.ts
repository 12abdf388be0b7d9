/** How tests are run: mocha and c8 are played. What can be asked for is tested with the other commands. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "../../../cli/commands/test.ts";
import { FakeMachine } from "./fake-machine.ts";
import { recordedProgress } from "./quiet.ts";

/** What mocha is told, notes, and answers: its counts and its exit code stand in files. */
const mocha = `
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require("node:fs");
appendFileSync("runs", ["mocha", ...process.argv.slice(2)].join(" ") + "\\n");
if (existsSync("counts")) writeFileSync(process.env.TOWPATH_TEST_COUNTS, readFileSync("counts"));
process.exit(existsSync("failing") ? 2 : 0);
`;

/** c8 runs what stands behind its own options; its report fails where something is not covered. */
const c8 = `
const { appendFileSync, existsSync } = require("node:fs");
const args = process.argv.slice(2);
const at = args.indexOf(process.execPath);
const lines = args[args.indexOf("--lines") + 1];
appendFileSync("runs", (at === -1 ? "c8 report of " : "c8 at ") + lines + "\\n");
if (at === -1) process.exit(existsSync("uncovered") ? 1 : 0);
process.exit(require("node:child_process").spawnSync(args[at], args.slice(at + 1)).status);
`;

describe("the command test", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;

  beforeEach(() => {
    machine = new FakeMachine();
    machine.write("test/unit/naming/names.test.ts", "");
    machine.write("test/e2e/.mocharc.json", "{}");
    machine.write("node_modules/mocha/bin/mocha.js", mocha);
    machine.write("node_modules/c8/bin/c8.js", c8);
    machine.write("counts", JSON.stringify({ passed: 3, failed: 0, skipped: 1 }));
  });
  afterEach(() => {
    machine.remove();
  });

  /** Its exit code, what it printed, and what it ran. */
  async function tested(kind?: string, suite?: string) {
    const printed: string[] = [];
    const print = (text: string) => printed.push(text);
    const code = await test(recordedProgress(), kind, suite, machine.project, print);
    const runs = readFileSync(join(machine.root, "runs"), "utf8").trimEnd().split("\n");
    return { code, printed: printed.join(""), runs };
  }
  const unit = "mocha test/unit/**/*.test.ts";
  const e2e = "mocha test/e2e/**/*.test.ts --config test/e2e/.mocharc.json";

  it("runs both kinds, and measures what the unit tests cover", async () => {
    assert.deepEqual(await tested(), {
      code: 0,
      printed: "6 passed, 0 failed, 2 skipped\n",
      runs: ["c8 at 92", unit, "c8 report of 100", e2e],
    });
  });

  it("does not measure one suite alone", async () => {
    assert.deepEqual(await tested("unit", "naming/names"), {
      code: 0,
      printed: "3 passed, 0 failed, 1 skipped\n",
      runs: ["mocha test/unit/naming/names.test.ts"],
    });
  });

  it("fails with the tests, and runs the other kind all the same", async () => {
    machine.write("failing", "");
    machine.write("counts", JSON.stringify({ passed: 2, failed: 1, skipped: 0 }));
    assert.deepEqual(await tested(), {
      code: 1,
      printed: "4 passed, 2 failed, 0 skipped\n",
      runs: ["c8 at 92", unit, e2e],
    });
  });

  it("fails when the tests pass and something is not covered", async () => {
    machine.write("uncovered", "");
    const { code, printed } = await tested("unit");
    assert.deepEqual([code, printed], [1, "3 passed, 0 failed, 1 skipped\n"]);
  });

  it("counts a run that ends before it counts as a failure", async () => {
    machine.write(
      "node_modules/mocha/bin/mocha.js",
      `require("node:fs").writeFileSync("runs", "x"); process.exit(7);`,
    );
    const { code, printed } = await tested("e2e");
    assert.deepEqual([code, printed], [1, "0 passed, 1 failed, 0 skipped\n"]);
  });

  it("fails when mocha was interrupted, which ends well then and has not counted", async () => {
    machine.write(
      "node_modules/mocha/bin/mocha.js",
      `require("node:fs").writeFileSync("runs", "x"); process.exit(0);`,
    );
    const { code, printed } = await tested("e2e");
    assert.deepEqual([code, printed], [1, "0 passed, 1 failed, 0 skipped\n"]);
  });
});
