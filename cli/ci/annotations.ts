import type { CiReport } from "./report.ts";

/** The lines by which GitHub Actions marks a workflow's run with what went wrong: one a failure or warning. */
export function annotations({ checks, problems }: Pick<CiReport, "checks" | "problems">): string[] {
  return [
    ...problems.map((problem) => annotation("ci", problem)),
    ...checks.flatMap(({ name, problem, log }) =>
      problem === undefined ? [] : [annotation(name, log === undefined ? problem : `${problem}\n${log}`)],
    ),
    ...checks.flatMap(({ name, warnings = [] }) =>
      warnings.map((warning) => annotation(name, warning, "warning")),
    ),
  ];
}

/** A workflow command; what would end it, or begin another one, is written as GitHub reads it back. */
function annotation(title: string, message: string, kind: "error" | "warning" = "error"): string {
  const value = title.replace(/[%\r\n:,]/g, encoded);
  return `::${kind} title=${value}::${message.replace(/[%\r\n]/g, encoded)}`;
}

function encoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
