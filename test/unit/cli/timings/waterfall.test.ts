import assert from "node:assert/strict";
import { waterfall } from "../../../../cli/timings/waterfall.ts";
import type { Span } from "../../../../components/timing/spans.ts";

/** A run of two seconds that began at some time. */
const spans: readonly Span[] = [
  { name: "deploy", kind: "command", pid: 1, began: 1000, ended: 3000 },
  { name: "connecting to app1", kind: "program", pid: 2, began: 1500, ended: 2000 },
  { name: "ssh", kind: "call", pid: 2, began: 1500, ended: 1990 },
  { name: "docker inspect", kind: "call", pid: 2, began: 2000, ended: 2049 },
];

describe("a waterfall", () => {
  it("shows when each part began, how long it took and where it lies in the whole", () => {
    assert.equal(
      waterfall(spans),
      [
        "began   took                                      what",
        "0.00 s  2.00 s  ████████████████████████████████  deploy",
        "0.50 s  0.50 s  ········████████················    connecting to app1",
        "0.50 s  0.49 s  ········████████················        ssh",
        "1 part took less than 0.05 s",
      ].join("\n"),
    );
  });

  it("counts those that are too short for it", () => {
    const short = spans.map((span) => ({ ...span, ended: span.began + 1 }));
    assert.match(waterfall([...spans, ...short]), /\n5 parts took less than 0\.05 s each$/);
  });

  it("has nothing to say of those that are not there", () => {
    assert.doesNotMatch(waterfall(spans.slice(0, 3)), /less than/);
  });

  it("gives the last part a bar, however short", () => {
    const last: Span = { name: "end", kind: "command", pid: 1, began: 100_000, ended: 100_060 };
    assert.match(
      waterfall([{ ...last, began: 0, ended: 100_000 }, last]),
      /\n100\.00 s {2}0\.06 s {4}·{31}█ {2}end$/,
    );
  });
});
