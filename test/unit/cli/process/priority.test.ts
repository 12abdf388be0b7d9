import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants, getPriority } from "node:os";
import { yieldToOthers } from "../../../../cli/process/priority.ts";

describe("a release that shares the machine", () => {
  it("runs at a lower priority, as a process and as a session", function () {
    const child = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
    try {
      const pid = child.pid ?? assert.fail("sleep could not be started");
      yieldToOthers(pid);
      assert.equal(getPriority(pid), constants.priority.PRIORITY_BELOW_NORMAL);
      const session = `/proc/${pid}/autogroup`;
      if (existsSync(session)) {
        assert.match(
          readFileSync(session, "utf8"),
          new RegExp(` nice ${constants.priority.PRIORITY_BELOW_NORMAL}\\n`),
        );
      }
    } finally {
      child.kill();
    }
  });

  it("ignores a process that has ended", () => {
    assert.doesNotThrow(() => {
      yieldToOthers(2 ** 30);
    });
  });
});
