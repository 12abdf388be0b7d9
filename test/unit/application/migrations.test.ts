import assert from "node:assert/strict";
import {
  commandFrom,
  isRevision,
  pendingOf,
  revisionOf,
} from "../../../components/application/migrations.ts";

describe("the commands of the migrations", () => {
  it("get the revision to start from wherever they ask for it", () => {
    const command = ["sh", "-c", "list {revision}:head | grep -v {revision}"];
    assert.deepEqual(commandFrom(command, "0003"), ["sh", "-c", "list 0003:head | grep -v 0003"]);
  });

  it("print the schema's revision first, or nothing", () => {
    assert.equal(revisionOf("0004 (head)\n"), "0004");
    assert.equal(revisionOf(" \n"), undefined);
    assert.equal(revisionOf("2b (head)\n1a (head)\n"), "1a+2b");
  });

  it("print the revisions that they would apply, one on a line", () => {
    assert.deepEqual(pendingOf("0003\n0004\n"), ["0003", "0004"]);
    assert.deepEqual(pendingOf("\n"), []);
    assert.deepEqual(pendingOf("1a\n2b+1a\n"), ["1a", "1a+2b"]);
  });

  it("get no revision that a shell would take for more than a word", () => {
    for (const text of ["v1.2_rc-3", "1a+2b"]) assert.equal(isRevision(text), true, text);
    for (const text of ["", "+", "1a+", "a b", "$(id)", "a;b", "a'b"])
      assert.equal(isRevision(text), false, text);
  });
});
