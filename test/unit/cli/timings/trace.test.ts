import assert from "node:assert/strict";
import { traceOf } from "../../../../cli/timings/trace.ts";
import type { Span } from "../../../../components/timing/spans.ts";

interface Trace {
  readonly traceEvents: readonly (Record<string, unknown> & { readonly ph: string })[];
}

const span = (name: string, began: number, ended: number): Span => ({
  ...{ name, kind: "step", pid: 7, began, ended },
});

describe("a trace", () => {
  it("has each part in microseconds, on the track of its kind", () => {
    const { traceEvents } = JSON.parse(traceOf([span("health-gate of api", 10.5, 20)])) as Trace;
    assert.deepEqual(
      traceEvents.filter(({ ph }) => ph === "X"),
      [
        {
          ...{ name: "health-gate of api", cat: "step", ph: "X", ts: 10_500, dur: 9_500 },
          ...{ pid: 2, tid: 0, args: { pid: 7 } },
        },
      ],
    );
    assert.deepEqual(
      traceEvents.filter(({ ph }) => ph === "M").map(({ args }) => args),
      [
        { name: "command line and resources" },
        { name: "the program" },
        { name: "programs of resources" },
        { name: "calls of engines, hosts and registries" },
      ],
    );
  });

  it("puts those that overlap in rows beside each other, and uses a row again", () => {
    const spans = [span("a", 0, 10), span("b", 5, 8), span("c", 8, 12), span("d", 10, 11)];
    const { traceEvents } = JSON.parse(traceOf(spans)) as Trace;
    assert.deepEqual(
      traceEvents.filter(({ ph }) => ph === "X").map(({ name, tid }) => [name, tid]),
      [
        ["a", 0],
        ["b", 1],
        ["c", 1],
        ["d", 0],
      ],
    );
  });
});
