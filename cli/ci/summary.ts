import Table from "cli-table3";
import XMLBuilder from "fast-xml-builder";
import { percent } from "../../components/ci/coverage.ts";
import { printable } from "../../components/input/printable.ts";
import { noBorders } from "../terminal/table.ts";
import type { CheckReport, CiReport } from "./report.ts";

/** The run in people's words: the SQL, what went wrong, what was published, and the table of checks. */
export function ciInWords(report: CiReport): string {
  return [
    ...(report.sql === undefined ? [] : [`-- the SQL of the migrations\n${report.sql.trim()}\n`]),
    ...failures(report).map((text) => `${text}\n`),
    ...warningsOf(report).map(
      (text) => `warning: ${text}
`,
    ),
    ...(report.checks.length === 0 ? [nothingChecked] : [checkTable(report)]),
    ...report.published.map(({ reference, tags }) => `published ${reference} (${tags.join(", ")})`),
    `reports: ${report.reports}`,
    ...(report.kept ?? []),
  ].join("\n");
}

/** The line in place of the table where no check is described: what is published was only built. */
const nothingChecked =
  "nothing was checked: application.ts describes neither checks nor migrations; the images were only built";

/** All problems, each with what the check last printed. */
export function failures({ checks, problems }: Pick<CiReport, "checks" | "problems">): string[] {
  const ofChecks = checks.flatMap(({ problem, log }) =>
    problem === undefined ? [] : [log === undefined ? problem : `${problem}; its last log lines:\n${log}`],
  );
  return [...problems, ...ofChecks];
}

function warningsOf({ checks }: Pick<CiReport, "checks">): string[] {
  return checks.flatMap(({ warnings = [] }) => warnings);
}

function checkTable({ checks, seconds }: CiReport): string {
  const table = new Table({
    head: ["check", "result", "seconds", "coverage"],
    colAligns: ["left", "left", "right", "right"],
    chars: noBorders,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  for (const check of checks) table.push(cells(check));
  table.push([
    "all",
    checks.every(({ outcome }) => outcome === "passed") ? "passed" : "failed",
    seconds.toFixed(1),
    "",
  ]);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** The run as a Markdown page, as GitHub shows it beside a workflow's run. */
export function ciInMarkdown(report: CiReport): string {
  const head = `## ${report.passed ? "✅" : "❌"} ci of \`${report.namespace}\` in ${report.seconds.toFixed(1)} s`;
  const rows = report.checks.map((check) => `| ${cells(check).join(" | ")} |`);
  return `${[
    head,
    report.checks.length === 0
      ? nothingChecked
      : ["| check | result | seconds | coverage |", "| --- | --- | ---: | ---: |", ...rows].join("\n"),
    ...report.problems.map((problem) => fenced(problem)),
    ...report.checks.flatMap(({ problem, log }) =>
      problem === undefined ? [] : [fenced(log === undefined ? problem : `${problem}\n${log}`)],
    ),
    ...warningsOf(report).map((text) => `⚠️\n\n${fenced(text)}`),
    ...(report.published.length === 0
      ? []
      : [
          report.published.map(({ reference, tags }) => `- \`${reference}\` (${tags.join(", ")})`).join("\n"),
        ]),
    ...(report.sql === undefined
      ? []
      : [
          `<details><summary>SQL of the migrations</summary>\n\n${fenced(report.sql.trim(), "sql")}\n\n</details>`,
        ]),
  ].join("\n\n")}\n`;
}

/** The run as JUnit: a test case a check, for tools that show such files. */
export function ciInJUnit({ namespace, checks, seconds, problems }: CiReport): string {
  const cases = checks.map(({ name, outcome, seconds: took = 0, problem = "", log = "" }) => ({
    "@name": name,
    "@classname": "checks",
    "@time": took,
    ...(outcome === "failed" && { failure: { "@message": problem, "#text": log } }),
    ...(outcome === "skipped" && { skipped: {} }),
  }));
  const others = problems.map((problem, index) => ({
    "@name": `environment ${index + 1}`,
    "@classname": "environment",
    "@time": 0,
    error: { "@message": problem },
  }));
  const count = (wanted: CheckReport["outcome"]): number =>
    checks.filter(({ outcome }) => outcome === wanted).length;
  const xml = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@", format: true }).build({
    "?xml": { "@version": "1.0", "@encoding": "UTF-8" },
    testsuites: {
      testsuite: {
        "@name": namespace,
        "@tests": cases.length + others.length,
        "@failures": count("failed"),
        "@errors": others.length,
        "@skipped": count("skipped"),
        "@time": seconds,
        testcase: [...cases, ...others],
      },
    },
  });
  return printable(xml);
}

function cells({ name, outcome, seconds, coverage }: CheckReport): string[] {
  return [name, outcome, seconds?.toFixed(1) ?? "", coverage === undefined ? "" : percent(coverage)];
}

/** A block of text in Markdown, whatever stands in it. */
function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
