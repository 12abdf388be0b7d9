import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CheckFailure, withResult } from "../../../steps/checks/check-result.ts";

describe("the result of a check", () => {
  let reports = "";
  beforeEach(() => {
    reports = mkdtempSync(join(tmpdir(), "towpath-result-"));
  });
  afterEach(() => {
    rmSync(reports, { recursive: true });
  });
  const result = (): unknown => {
    const { seconds, ...rest } = JSON.parse(readFileSync(join(reports, "api", "result.json"), "utf8")) as {
      seconds: unknown;
    };
    assert.equal(typeof seconds, "number");
    return rest;
  };

  it("contains nothing of an earlier run", async () => {
    await withResult(reports, "api", () => {
      writeFileSync(join(reports, "api", "junit.xml"), "<suite/>");
      return Promise.resolve({ coverage: 91.5 });
    });
    assert.deepEqual(result(), { outcome: "passed", coverage: 91.5 });
    const failing = withResult(reports, "api", () => Promise.reject(new Error("no engine")));
    await assert.rejects(failing, { message: "no engine" });
    assert.deepEqual(readdirSync(join(reports, "api")), ["result.json"]);
    assert.deepEqual(result(), { outcome: "failed", problem: "no engine" });
  });

  it("keeps the log apart from what the check found", async () => {
    const failure = new CheckFailure("checks.api: too bad", "  | line");
    assert.equal(failure.message, "checks.api: too bad; its last log lines:\n  | line");
    await assert.rejects(
      withResult(reports, "api", () => Promise.reject(failure)),
      failure,
    );
    assert.deepEqual(result(), { outcome: "failed", problem: "checks.api: too bad", log: "  | line" });
    assert.equal(new CheckFailure("checks.api.coverage: too low").message, "checks.api.coverage: too low");
  });
});
