import { spanKinds, type Span } from "../../components/timing/spans.ts";

/**
 * The parts of a run in the Trace Event Format, which the profilers of Chrome and Firefox and ui.perfetto.dev open: a track
 * for each kind of part, with rows beside each other where parts overlap.
 */
export function traceOf(spans: readonly Span[]): string {
  const rows = spanKinds.flatMap((kind, process) =>
    beside(spans.filter((span) => span.kind === kind)).map(({ span, row }) => ({
      name: span.name,
      cat: kind,
      ph: "X",
      // In microseconds.
      ts: Math.round(span.began * 1000),
      dur: Math.round((span.ended - span.began) * 1000),
      pid: process,
      tid: row,
      args: { pid: span.pid },
    })),
  );
  const names = spanKinds.map((kind, process) => ({
    ...{ name: "process_name", ph: "M", pid: process },
    args: { name: tracks[kind] },
  }));
  return JSON.stringify({ traceEvents: [...names, ...rows], displayTimeUnit: "ms" });
}

const tracks: Readonly<Record<Span["kind"], string>> = {
  command: "command line and resources",
  program: "the program",
  step: "programs of resources",
  call: "calls of engines, hosts and registries",
};

/** Gives each part the first row in which none is under way. */
function beside(spans: readonly Span[]): { readonly span: Span; readonly row: number }[] {
  const ends: number[] = [];
  return spans.map((span) => {
    const free = ends.findIndex((end) => end <= span.began);
    const row = free === -1 ? ends.length : free;
    ends[row] = span.ended;
    return { span, row };
  });
}
