import type { PlanFacts } from "../../components/environment/plan-facts.ts";
import { size } from "../../components/input/size.mjs";
import type { Finding, MigrationFacts, StatementFacts } from "../../components/migration/migration-facts.ts";
import { waitsFor } from "../../components/migration/lock-modes.ts";
import { isData } from "../../components/settings/ports.ts";
import type { ResourceChange, StackPlan } from "../plan/stack-plan.ts";
import { code } from "./markdown.ts";
import { count, milliseconds } from "./words.ts";

/** The kinds of what a reviewer has to know of a merge, the worst first. */
export const concernKinds = [
  "refused",
  "data lost",
  "downtime",
  "locks",
  "cannot be undone",
  "secrets",
  "variables",
  "memory",
  "jobs",
  "approval",
  "drift",
  "warning",
] as const;

/** Something that a reviewer has to know, in one line of Markdown. */
export interface Concern {
  readonly kind: (typeof concernKinds)[number];
  readonly words: string;
}

/** Returns what a reviewer has to know of a plan, the worst first. */
export function concernsOf(plan: StackPlan): Concern[] {
  const { facts, problem } = plan;
  const found = [
    ...(problem === undefined ? [] : [{ kind: "refused", words: code(problem.words, 300) } as const]),
    ...(facts === undefined ? [] : ofFacts(facts)),
    ...plan.warnings.map((words) => concern("warning", code(words, 300))),
    ...lostVolumes(plan.resources),
    ...restarts(plan.resources),
    ...(plan.drift ?? []).map(({ where, what, found: there }) =>
      concern("drift", `${code(where)} ${code(what)}: ${code(there)}`),
    ),
  ];
  return worstFirst(found);
}

/** The concerns, the worst first. */
export function worstFirst(concerns: readonly Concern[]): Concern[] {
  return [...concerns].sort((one, other) => rankOf(one) - rankOf(other));
}

function rankOf({ kind }: Concern): number {
  return concernKinds.indexOf(kind);
}

function concern(kind: Concern["kind"], words: string): Concern {
  return { kind, words };
}

function ofFacts(facts: PlanFacts): Concern[] {
  return [
    ...refusals(facts),
    ...ofMigration(facts),
    ...(facts.maintenance ? [concern("downtime", "everyone is answered 503: maintenance is on")] : []),
    ...ofSecrets(facts),
    ...ofVariables(facts),
    ...ofMemory(facts),
    ...ofJobs(facts),
    ...ofApproval(facts),
  ];
}

function refusals({ freeze, refusals: others }: PlanFacts): Concern[] {
  const frozen =
    freeze === undefined ? [] : [`no release until ${code(freeze.until)}: ${code(freeze.reason)}`];
  return [...frozen, ...others.map((words) => code(words, 300))].map((words) => concern("refused", words));
}

/** What a reviewer has to know of migrations. */
export function ofMigration({ migration, current }: Pick<PlanFacts, "migration" | "current">): Concern[] {
  const { statements, oldRelease } = migration.facts;
  const all = statements.flatMap((statement) =>
    statement.findings.map((finding) => ({ ...finding, statement })),
  );
  const lost = all.filter(({ kind }) => kind === "data");
  const breaking = all.filter(({ kind }) => kind === "breaks");
  const failing = all.filter(({ kind }) => kind === "fails");
  const running =
    current === undefined ? "the release that runs" : `release ${code(current.id)}, which runs,`;
  return [
    ...failing.map((finding) => concern("refused", `the migration fails: ${inWords(finding)}`)),
    ...lost.map((finding) => concern("data lost", inWords(finding))),
    ...(oldRelease?.lives === false
      ? [concern("downtime", `${running} fails on the new schema: ${code(oldRelease.words, 160)}`)]
      : breaking.map((finding) => concern("downtime", `${running} may fail meanwhile: ${inWords(finding)}`))),
    ...ofLocks(migration.facts),
    ...(lost.length === 0
      ? []
      : [concern("cannot be undone", "a rollback does not bring back what is lost; only the backup does")]),
    ...(migration.unknown === undefined
      ? all
          .filter(({ kind }) => kind === "unknown")
          .map((finding) => concern("cannot be undone", `nobody knows what this does: ${inWords(finding)}`))
      : [concern("cannot be undone", `nobody knows what the migration does: ${code(migration.unknown)}`)]),
  ];
}

function inWords({ words, relation, rows, fix }: Finding): string {
  const where = relation === undefined || words.includes(relation) ? "" : ` in ${code(relation)}`;
  const lost = rows === undefined ? "" : ` (${rows.exact ? "" : "about "}${count(rows.rows, "row")})`;
  return `${code(words)}${where}${lost}${fix === undefined ? "" : `; ${code(fix)}`}`;
}

/** One line a table: what was measured where that was possible, else what is read from the SQL. */
function ofLocks({ statements, on }: MigrationFacts): Concern[] {
  const found = statements.flatMap(({ findings }) => findings.filter(({ kind }) => kind === "lock"));
  const measured = longestLocks(statements, on?.kind === "schema" ? " without rows" : "");
  const loud = found.map((finding) => {
    const time = finding.relation === undefined ? undefined : measured.get(finding.relation);
    const mode =
      finding.mode === undefined ? "" : `${finding.mode}${time === undefined ? "" : ` for ${time}`}: `;
    return concern("locks", `${mode}${inWords(finding)}`);
  });
  if (loud.length > 0) return loud;
  // A lock that is taken for a moment is one all the same.
  const brief = [
    ...new Map(statements.flatMap(({ locks }) => locks).map((lock) => [lock.relation, lock])).values(),
  ]
    .filter(({ mode }) => waitsFor(mode) !== undefined)
    .map(({ relation, mode }) => {
      const time = measured.get(relation);
      return `${code(relation)} ${mode}${time === undefined ? "" : ` for ${time}`}`;
    });
  return brief.length === 0 ? [] : [concern("locks", `for a moment only: ${brief.join(", ")}`)];
}

/** The longest time for which each table was locked, in words. */
function longestLocks(statements: readonly StatementFacts[], where: string): ReadonlyMap<string, string> {
  const longest = new Map<string, number>();
  for (const { relation, milliseconds: time } of statements.flatMap(({ measured }) => measured?.locks ?? []))
    longest.set(relation, Math.max(time, longest.get(relation) ?? 0));
  return new Map([...longest].map(([relation, time]) => [relation, `${milliseconds(time)}${where}`]));
}

function ofSecrets({ secrets }: PlanFacts): Concern[] {
  const order = ["missing", "removed", "changed", "new"] as const;
  return order.flatMap((change) => {
    const names = secrets.filter((one) => one.change === change).map(({ name }) => code(name));
    return names.length === 0 ? [] : [concern("secrets", `${change}: ${listed(names)}`)];
  });
}

function ofVariables({ variables }: PlanFacts): Concern[] {
  if (variables.length === 0) return [];
  const each = variables.map(({ service, name, before, after }) => {
    const change = before === undefined ? "new" : after === undefined ? "removed" : "changed";
    return `${code(`${service}.${name}`)} ${change}`;
  });
  return [concern("variables", listed(each))];
}

function ofMemory({ memory: { before = 0, after, free }, services }: PlanFacts): Concern[] {
  if (before === after && services.length === 0) return [];
  const change = before === 0 || before === after ? size(after) : `${size(before)} → ${size(after)}`;
  const room = free === undefined ? "" : `, ${size(free)} are free`;
  const comeAndGo = (["new", "removed"] as const).flatMap((kind) => {
    const names = services.filter((one) => one.change === kind).map(({ name }) => code(name));
    return names.length === 0 ? [] : [`; ${kind}: ${listed(names)}`];
  });
  return [concern("memory", `copies of services may use ${change}${room}${comeAndGo.join("")}`)];
}

function ofJobs({ jobs = [] }: PlanFacts): Concern[] {
  const times = { "before-release": "before anything of it starts", "after-release": "once users have it" };
  return Object.entries(times).flatMap(([time, words]) => {
    const names = jobs.filter(({ runs }) => runs === time).map(({ name }) => code(name));
    return names.length === 0 ? [] : [concern("jobs", `${words}: ${listed(names)}`)];
  });
}

function ofApproval({ approval }: PlanFacts): Concern[] {
  if (approval === undefined || approval.approvedBy.length >= approval.required) return [];
  const { required, signers, approvedBy } = approval;
  const there = approvedBy.length === 0 ? "" : `, ${listed(approvedBy.map((one) => code(one)))} did`;
  return [
    concern("approval", `${required} of ${listed(signers.map((one) => code(one)))} have to approve${there}`),
  ];
}

/** The volumes whose data goes with them. */
function lostVolumes(resources: readonly ResourceChange[]): Concern[] {
  return resources
    .filter(({ type, change }) => type === "docker:index/volume:Volume" && isGone(change))
    .map(({ part }) => concern("data lost", `the volume of ${code(part)} with all that is in it`));
}

/** The servers that are stopped before the next one is there: everything but what is released create-first. */
function restarts(resources: readonly ResourceChange[]): Concern[] {
  return resources
    .filter(({ type, change, deletesFirst }) => {
      if (type !== "docker:index/container:Container") return false;
      return change === "replace" && deletesFirst === true;
    })
    .map(({ part, fields }) => {
      const why = fields.length === 0 ? "" : `; what changes: ${listed(fields.map((field) => code(field)))}`;
      const anew = isData(part)
        ? `services are without ${code(part)} while it is stopped and started anew`
        : `${code(part)} is stopped and started anew`;
      return concern("downtime", `${anew}, some seconds${why}`);
    });
}

function isGone(change: ResourceChange["change"]): boolean {
  return change === "delete" || change === "replace";
}

/** The most names in a line; the others are below. */
const mostListed = 6;

/** The first names of a list, and how many there are more. */
export function listed(names: readonly string[]): string {
  const more = names.length - mostListed;
  return names.slice(0, mostListed).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
