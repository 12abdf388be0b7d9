import assert from "node:assert/strict";
import { run } from "../../../../cli/process/run.ts";

describe("a program that is run", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  it("returns its exit code and its output, line by line", async () => {
    const lines: string[] = [];
    const result = await run("sh", ["-c", "cat; echo b >&2; exit 3"], {
      input: "a\n",
      onLine: (line) => lines.push(line),
    });
    assert.deepEqual(result, { code: 3, stdout: "a\n", stderr: "b\n" });
    assert.deepEqual(lines.sort(), ["a", "b"]);
  });

  it("returns a result when it does not exist, hangs, or is killed", async () => {
    assert.equal((await run("towpath-no-such-program", [])).failure, "ENOENT");
    assert.equal((await run("sleep", ["60"], { timeout: 50 })).failure, "TIMEOUT");
    assert.equal((await run("sh", ["-c", "kill -9 $$"])).code, -1);
  });
});
