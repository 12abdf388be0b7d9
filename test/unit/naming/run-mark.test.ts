import assert from "node:assert/strict";
import { hostname, userInfo } from "node:os";
import { marked, markOf, newMark, readMark } from "../../../components/naming/run-mark.ts";

describe("a run's mark", () => {
  const mark = { who: "ann@desk", when: "2026-01-02 03:04", state: "file:///notes/my state" };

  it("names who made something, when, and with which state", () => {
    assert.equal(
      markOf(mark, "0123456789abcdef"),
      "0123456789abcdef ann@desk 2026-01-02 03:04 file:///notes/my state",
    );
    assert.deepEqual(readMark(markOf(mark)), mark);
    assert.equal(readMark("something else"), undefined);
  });

  it("is unique to each run", () => {
    assert.notEqual(markOf(mark), markOf(mark));
  });

  it("contains no credentials from the state's address", () => {
    const found = readMark(newMark("s3://key:secret@bucket?endpoint=x&secret=y"));
    assert.equal(found?.state, "s3://bucket");
    assert.equal(found.who, `${userInfo().username}@${hostname()}`);
  });

  it("labels what is made while the command line runs the program", () => {
    const labels = { "towpath.part": "redis" };
    assert.deepEqual(marked(labels, { TOWPATH_RUN: "x" }), { ...labels, "towpath.run": "x" });
    assert.deepEqual(marked(labels, {}), labels);
    assert.deepEqual(marked(labels, { TOWPATH_RUN: "" }), labels);
  });
});
