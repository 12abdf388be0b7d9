import { measuredOnInWords } from "../../components/migration/measured-facts.ts";
import type { MigrationFacts, StatementFacts } from "../../components/migration/migration-facts.ts";
import type { ResourceChange, StackPlan } from "../plan/stack-plan.ts";
import type { CheckFacts, CommentFacts } from "./facts.ts";
import { block, code, codeInHtml, picture, shortened } from "./markdown.ts";
import { count, milliseconds } from "./words.ts";

/** A folded part of the comment: below a line in HTML, parts in Markdown of which the last may be left out. */
export interface Section {
  readonly summary: string;
  readonly parts: readonly string[];
}

/** Returns what is folded, the most important first. */
export function sectionsOf(
  { preview, fork, checks = [] }: CommentFacts,
  plans: readonly { readonly plan: StackPlan; readonly rest: readonly string[] }[],
  restOfFork: readonly string[],
): Section[] {
  const each = (make: (plan: StackPlan) => Section[]): Section[] => plans.flatMap(({ plan }) => make(plan));
  return [
    ...(restOfFork.length === 0
      ? []
      : [{ summary: `${restOfFork.length} more to know`, parts: inParts(restOfFork) }]),
    ...plans.flatMap(({ plan: { stack }, rest }) =>
      rest.length === 0
        ? []
        : [{ summary: `${codeInHtml(stack)}: ${rest.length} more to know`, parts: inParts(rest) }],
    ),
    ...(preview?.log === undefined ? [] : [logSection("The preview's last log lines", preview.log)]),
    ...checks.flatMap(({ name, log }) =>
      log === undefined ? [] : [logSection(`The last log lines of ${codeInHtml(name)}`, log)],
    ),
    ...each(({ stack, problem }) =>
      problem?.log === undefined
        ? []
        : [logSection(`${codeInHtml(stack)}: the log of its plan`, problem.log)],
    ),
    ...(fork?.migration === undefined || fork.migration.facts.statements.length === 0
      ? []
      : [migrationSection(["fork"], fork.migration.facts)]),
    ...migrationSections(plans.map(({ plan }) => plan)),
    ...pictureSection(checks),
    ...each(({ stack, resources }) => resourceSection(stack, resources)),
  ];
}

/** The pictures of the preview's pages. */
function pictureSection(checks: readonly CheckFacts[]): Section[] {
  const parts = checks.flatMap(({ name, picture: address }) =>
    address === undefined ? [] : [`${code(name)}\n\n${picture(address)}`],
  );
  return parts.length === 0 ? [] : [{ summary: `The preview: ${count(parts.length, "picture")}`, parts }];
}

/** The last lines of a log say why it failed. */
const longestLog = 12_000;

function logSection(summary: string, log: string): Section {
  const text = log.length > longestLog ? `…\n${log.slice(-longestLog)}` : log;
  return { summary, parts: [block(text, "text")] };
}

const longestStatement = 4_000;

/** What is the same for several stacks is shown once. */
function migrationSections(plans: readonly StackPlan[]): Section[] {
  const stacks = new Map<string, { readonly facts: MigrationFacts; readonly of: string[] }>();
  for (const { stack, facts } of plans) {
    if (facts === undefined || facts.migration.facts.statements.length === 0) continue;
    const key = JSON.stringify(facts.migration.facts);
    const same = stacks.get(key);
    if (same === undefined) stacks.set(key, { facts: facts.migration.facts, of: [stack] });
    else same.of.push(stack);
  }
  return [...stacks.values()].map(({ facts, of }) => migrationSection(of, facts));
}

function migrationSection(
  stacks: readonly string[],
  { statements, on, oldRelease, untried }: MigrationFacts,
): Section {
  const measured = on === undefined ? [] : [code(measuredOnInWords(on), 300)];
  const lives =
    oldRelease === undefined
      ? untried === undefined
        ? []
        : [code(untried)]
      : [
          `The release that runs now ${oldRelease.lives ? "**works**" : "**does not work**"} on the new schema: ${code(oldRelease.words)}`,
        ];
  const of = stacks.map((stack) => codeInHtml(stack)).join(", ");
  return {
    summary: `${of}: what the migrations do, ${count(statements.length, "statement")}`,
    parts: [...measured, ...lives, ...statements.map(statementPart)],
  };
}

function statementPart({ revision, statement, findings, measured, locks }: StatementFacts): string {
  const took = measured === undefined ? [] : [measuredLine(measured)];
  const read =
    measured === undefined && locks.length > 0
      ? [`- 🔒 ${locks.map(({ relation, mode, work }) => `${code(relation)} ${mode}, ${work}`).join("; ")}`]
      : [];
  return [
    ...(revision === undefined ? [] : [`Revision ${code(revision, 100)}`, ""]),
    block(shortened(statement, longestStatement), "sql"),
    "",
    ...findings.map(
      ({ kind, words, fix }) =>
        `- ${kind === "note" ? "ℹ️" : "⚠️"} ${code(words)}${fix === undefined ? "" : `; ${code(fix)}`}`,
    ),
    ...took,
    ...read,
  ]
    .join("\n")
    .trimEnd();
}

function measuredLine({
  milliseconds: time,
  locks,
  rewrites,
  rows,
  walBytes,
}: NonNullable<StatementFacts["measured"]>): string {
  return `- ⏱️ ${[
    `measured: ${milliseconds(time)}`,
    ...locks.map(
      ({ relation, mode, milliseconds: held }) => `${code(relation)} ${mode} for ${milliseconds(held)}`,
    ),
    ...rewrites.map((table) => `${code(table)} is written anew`),
    ...(rows === undefined ? [] : [count(rows, "row")]),
    ...(walBytes === undefined ? [] : [`${(walBytes / 1024).toFixed(0)} KiB of WAL`]),
  ].join(", ")}`;
}

const deeds: Readonly<Record<ResourceChange["change"], string>> = {
  delete: "🔴 delete",
  replace: "🔁 replace",
  update: "✏️ update",
  create: "➕ create",
};

/** The most fields of a resource that are named. */
const mostFields = 8;

function resourceSection(stack: string, resources: readonly ResourceChange[]): Section[] {
  if (resources.length === 0) return [];
  const order = Object.keys(deeds);
  const sorted = [...resources].sort((one, other) => order.indexOf(one.change) - order.indexOf(other.change));
  const lines = sorted.map(({ change, type, part, fields }) => {
    const more = fields.length > mostFields ? ` and ${fields.length - mostFields} more` : "";
    const named = fields.slice(0, mostFields).map((field) => code(field, 60));
    return `- ${deeds[change]} ${code(part)} (${code(nounOf(type))})${named.length === 0 ? "" : `: ${named.join(", ")}${more}`}`;
  });
  return [{ summary: `${codeInHtml(stack)}: ${count(resources.length, "resource")}`, parts: inParts(lines) }];
}

/** The last word of a resource's type: `Container`. */
function nounOf(type: string): string {
  return type.split(":").at(-1) ?? type;
}

/** Lines of a list, some together, so that a long list can be cut. */
function inParts(lines: readonly string[]): string[] {
  const size = 20;
  const parts: string[] = [];
  for (let at = 0; at < lines.length; at += size) parts.push(lines.slice(at, at + size).join("\n"));
  return parts;
}
