/** The common behaviour of all steps, shown by one of them. */
import assert from "node:assert/strict";
import { scene } from "./scene.ts";

describe("a step", function () {
  this.timeout(60_000);

  scene(
    "shows where it failed when that is a bug",
    { program: "health-gate", input: "{", script: "" },
    ({ exitCode, stdout, stderr }) => {
      assert.equal(exitCode, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /^SyntaxError: .*JSON.*\n {4}at /);
    },
  );
});
