/** Real processes of mocha: what they report, and how one ends that hangs. */
import assert from "node:assert/strict";
import { execa } from "execa";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runGroup } from "../../run/run-group.ts";
import { runs } from "../../support/process-tree.ts";
import { checkout } from "../../support/source-tree.ts";
import { until } from "../../support/until.ts";

describe("a process of mocha", function () {
  // It starts with all that imports TypeScript.
  this.timeout(60_000);

  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-group-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function run(text: string, minutes = 1) {
    const file = join(folder, "one.test.ts");
    writeFileSync(file, text);
    const group = { name: "one", kind: "unit", files: [file], minutes, alone: false } as const;
    const printed: string[] = [];
    const line = (one: string) => printed.push(one);
    const manner = { root: checkout, line, covers: false, environment: { CI: "false" } };
    const result = await runGroup(group, manner);
    return { ...result, output: printed.join("\n") };
  }

  it("reports its counts, and the times of its suites and fixtures", async () => {
    const { report, problem, output } = await run(`
      const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
      describe("one", () => {
        before("a fixture", () => wait(300));
        it("passes", () => {});
        it("passes later", () => wait(200));
        it("fails", () => { throw new Error("as it should"); });
      });
    `);
    assert.equal(problem, undefined);
    assert.deepEqual([report.counts, report.ended], [{ passed: 2, failed: 1, skipped: 0 }, true]);
    const [suite] = report.suites;
    assert.match(suite?.file ?? "", /one\.test\.ts$/);
    assert.ok((suite?.seconds ?? 0) >= 0.5 && (suite?.seconds ?? 0) < 30, JSON.stringify(suite));
    const [fixture] = report.fixtures;
    assert.equal(fixture?.name, '"before all" hook: a fixture in "one"');
    assert.ok(fixture.seconds >= 0.3 && fixture.seconds < (suite?.seconds ?? 0), JSON.stringify(fixture));
    assert.match(output, /as it should/);
  });

  it("reports what a test was waiting for when its time is over", async () => {
    const { output } = await run(`
      import { until } from ${JSON.stringify(join(checkout, "test/support/until.ts"))};
      describe("one", () => {
        it("waits", function () {
          this.timeout(200);
          return until("the impossible", 1, () => undefined);
        });
      });
    `);
    assert.match(output, /Timeout of 200ms exceeded[^]*waiting for: the impossible/);
  });

  it("is ended, with everything that it started, when it hangs, even when nothing can interrupt it", async () => {
    const { report, problem, output } = await run(
      `
      import { execFileSync, spawn } from "node:child_process";
      import { until } from ${JSON.stringify(join(checkout, "test/support/until.ts"))};
      describe("one", () => {
        it("passes", () => {});
        it("hangs", async () => {
          console.log("child " + spawn("sleep", ["600"]).pid);
          void until("the impossible", 600, () => undefined);
          await new Promise((resolve) => setTimeout(resolve, 1500));
          execFileSync("sleep", ["600"]);
        });
      });
    `,
      0.15,
    );
    assert.equal(
      problem,
      'one: not at its end after 0.15 minutes, in "one hangs", which waited for the impossible',
    );
    assert.deepEqual(report.counts, { passed: 1, failed: 0, skipped: 0 });
    assert.ok(!runs(Number(/child (\d+)/.exec(output)?.[1])));
  });

  it("ends with the run that is asked to, once it has cleared up", async () => {
    const file = join(folder, "one.test.ts");
    writeFileSync(
      file,
      `
      describe("one", () => {
        after(() => console.log("cleared up"));
        it("goes on to its end", async () => {
          console.log("mocha " + process.pid);
          await new Promise((resolve) => setTimeout(resolve, 1_500));
        });
        it("never begins", () => console.log("began another"));
      });
    `,
    );
    const group = { name: "one", kind: "unit", files: [file], minutes: 1, alone: false };
    const program = `
      import { listenForInterrupts, duringInterrupts } from ${JSON.stringify(join(checkout, "cli/process/interrupts.ts"))};
      import { endGroups, runGroup } from ${JSON.stringify(join(checkout, "test/run/run-group.ts"))};
      listenForInterrupts();
      const manner = { root: ${JSON.stringify(checkout)}, line: console.log, covers: false, environment: { CI: "false" } };
      await duringInterrupts(
        (signal) => void endGroups(signal).finally(() => process.exit(130)),
        () => runGroup(${JSON.stringify(group)}, manner),
      );
    `;
    const child = execa(process.execPath, ["--input-type=module-typescript", "--eval", program], {
      cwd: checkout,
      reject: false,
      timeout: 50_000,
    });
    let printed = "";
    child.stdout.on("data", (text: Buffer) => (printed += text.toString()));
    const mocha = await until("a test that runs", 30, () => /mocha (\d+)/.exec(printed)?.[1]);
    child.kill("SIGTERM");
    const { exitCode, stdout } = await child;
    assert.equal(exitCode, 130, stdout);
    assert.match(stdout, /cleared up/);
    assert.doesNotMatch(stdout, /began another/);
    assert.ok(!runs(Number(mocha)));
  });
});
