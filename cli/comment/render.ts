import { age } from "../terminal/duration.ts";
import type { StackPlan } from "../plan/stack-plan.ts";
import { concernKinds, concernsOf, type Concern } from "./concerns.ts";
import type { CheckFacts, CommentFacts, PreviewFacts, PreviewState } from "./facts.ts";
import { forkConcerns, forkLines, releaseLines } from "./fork.ts";
import { code, link } from "./markdown.ts";
import { markerOf } from "./marker.ts";
import { withoutSecrets } from "./without-secrets.ts";
import { sectionsOf, type Section } from "./sections.ts";

/** The most characters that GitHub takes in a comment. */
export const mostCharacters = 65_536;

/** The most lines above what is folded, so that all that decides is seen at once. */
const linesOnTop = 10;

const signs: Readonly<Record<PreviewState, string>> = {
  deploying: "⏳",
  running: "🟢",
  failed: "🔴",
  asleep: "💤",
  waiting: "⏸️",
  closed: "⚫",
};

const words: Readonly<Record<PreviewState, string>> = {
  deploying: "is being deployed",
  running: "is running",
  failed: "failed",
  asleep: "is asleep, and wakes when somebody opens it",
  waiting: "waits for room on the host",
  closed: "is gone",
};

/** A comment's text, and whether something had to be left out of it. */
export interface Rendered {
  readonly text: string;
  readonly isCut: boolean;
}

/**
 * Returns the comment in GitHub's Markdown: what decides on top, everything else folded, the least important left out where
 * it would be too long.
 *
 * Values of others stand in code only, and secret values nowhere.
 */
export function renderComment(facts: CommentFacts, most = mostCharacters): Rendered {
  const known = withoutSecrets(facts);
  const news = newConcerns(known.merging);
  const { fork } = known;
  const above = [
    ...(known.preview === undefined ? [] : [previewLine(known.preview, known.at)]),
    ...(fork === undefined ? [] : releaseLines(fork, known.preview)),
    ...checkLines(known),
  ];
  const ofFork = fork === undefined ? [] : forkConcerns(fork);
  const [shownOfFork = 0, ...shownOf] = shares(
    [ofFork, ...news.map(({ concerns }) => concerns)],
    linesOnTop - above.length - news.length - (fork === undefined ? 0 : 1),
  );
  const head = [
    markerOf(known),
    ...above,
    ...(fork === undefined ? [] : [forkLines(fork, ofFork.slice(0, shownOfFork).map(lineOf), ofFork.length)]),
    ...news.map((one, index) => planLines(one, shownOf[index] ?? 0)),
  ].join("\n\n");
  const sections = sectionsOf(
    known,
    news.map(({ plan, concerns }, index) => ({ plan, rest: concerns.slice(shownOf[index]).map(lineOf) })),
    ofFork.slice(shownOfFork).map(lineOf),
  );
  return withSections(head, sections, { most, wholeText: known.wholeText });
}

/** What is to be said of a plan. */
interface NewConcerns {
  readonly plan: StackPlan;
  /** What is not said of the plan before it already. */
  readonly concerns: readonly Concern[];
  /** The stack of which everything is said that goes for this one, too. */
  readonly likeStack?: string;
}

/** What goes for the first stack and for another one, too, is said once. */
function newConcerns([first, ...others]: readonly StackPlan[]): NewConcerns[] {
  if (first === undefined) return [];
  const said = concernsOf(first);
  const isIn = (list: readonly Concern[], { kind, words: text }: Concern): boolean =>
    list.some((one) => one.kind === kind && one.words === text);
  return [
    { plan: first, concerns: said },
    ...others.map((plan) => {
      const concerns = concernsOf(plan);
      if (said.length === 0 || !said.every((one) => isIn(concerns, one))) return { plan, concerns };
      return { plan, concerns: concerns.filter((one) => !isIn(said, one)), likeStack: first.stack };
    }),
  ];
}

/** The line on a preview: where it runs, the commit, its state and age. */
export function previewLine(
  { stack, address, state, commit, since, words: more }: PreviewFacts,
  at: string,
): string {
  const where = address === undefined || state === "closed" ? "" : ` at ${link(address)}`;
  const facts = [
    `${signs[state]} **Preview ${words[state]}**${where}`,
    ...(commit === undefined ? [] : [`commit ${code(commit.slice(0, 12))}`]),
    ...(since === undefined ? [] : [`for ${age(Date.parse(at) - Date.parse(since))}`]),
    `stack ${code(stack)}`,
  ].join(" · ");
  return more === undefined ? facts : `${facts}<br>${code(more, 300)}`;
}

/** The most checks that are named in their line. */
const mostChecks = 12;

/** The line on the checks, those that failed first. */
function checkLines({ checks = [] }: CommentFacts): string[] {
  if (checks.length === 0) return [];
  const failed = checks.filter(({ passed }) => !passed);
  const passed = checks.filter((check) => check.passed);
  const named = [...failed, ...passed].slice(0, mostChecks).map(checkInLine);
  const more = checks.length - named.length;
  return [
    [
      `**Checks**: ${passed.length} of ${checks.length} passed`,
      ...named,
      ...(more > 0 ? [`and ${more} more`] : []),
    ].join(" · "),
  ];
}

function checkInLine({ name, passed, words: why, address }: CheckFacts): string {
  const report = address === undefined ? "" : ` ${link(address, "report")}`;
  const reason = passed || why === undefined ? "" : ` ${code(why, 160)}`;
  return `${passed ? "✅" : "❌"} ${code(name, 60)}${reason}${report}`;
}

function planLines({ plan, concerns, likeStack }: NewConcerns, shown: number): string {
  const head = `**Merging, ${code(plan.stack)}**:`;
  if (isNothing(plan) && concerns.length === 0 && likeStack === undefined) return `${head} nothing changes`;
  const rest = concerns.length - shown;
  const line = [
    `${head} ${inShort(plan)}`,
    ...(rest > 0 ? [`${rest} more below`] : []),
    ...(likeStack === undefined
      ? []
      : [`all that ${code(likeStack)} has${concerns.length === 0 ? "" : ", and"}`]),
  ].join(" · ");
  return [line, "", ...concerns.slice(0, shown).map(lineOf)].join("\n").trimEnd();
}

function isNothing({ facts, resources, problem }: StackPlan): boolean {
  return problem === undefined && facts?.changes !== true && resources.length === 0;
}

function inShort({ facts, resources, problem }: StackPlan): string {
  if (problem !== undefined || facts === undefined) return "could not be planned";
  const { release, current, migration, images } = facts;
  const from =
    current === undefined ? "the first release" : `release ${code(current.id)} → ${code(release.id)}`;
  const revisions = migration.revisions.length;
  const changes = [
    ...(images.length === 0 ? [] : [`${images.length} image${images.length === 1 ? "" : "s"}`]),
    ...(revisions === 0 ? [] : [`${revisions} migration${revisions === 1 ? "" : "s"}`]),
    `${resources.length} resource${resources.length === 1 ? "" : "s"}`,
  ];
  return `${from} · ${changes.join(", ")}`;
}

const severities: Readonly<Record<Concern["kind"], string>> = {
  refused: "⛔",
  "data lost": "🔴",
  downtime: "🔴",
  locks: "🟠",
  "cannot be undone": "🟠",
  secrets: "🟡",
  variables: "🟡",
  memory: "🟡",
  jobs: "🔵",
  approval: "🔵",
  drift: "🟡",
  warning: "🟡",
};

function lineOf({ kind, words: text }: Concern): string {
  return `- ${severities[kind]} **${kind}**: ${text}`;
}

/** Shares some lines among the plans: the worst of each in any case, and then the worst of all. */
function shares(lists: readonly (readonly Concern[])[], lines: number): number[] {
  const taken = lists.map((list) => Math.min(1, list.length));
  const ranked = lists
    .flatMap((list, at) => list.slice(1).map(({ kind }) => ({ at, rank: concernKinds.indexOf(kind) })))
    .sort((one, other) => one.rank - other.rank);
  const left = lines - taken.reduce((sum, number) => sum + number, 0);
  for (const { at } of ranked.slice(0, Math.max(0, left))) taken[at] = (taken[at] ?? 0) + 1;
  return taken;
}

/** The least space for the line that says what was left out. */
const reserve = 300;

function withSections(
  head: string,
  sections: readonly Section[],
  { most, wholeText }: { readonly most: number; readonly wholeText: string | undefined },
): Rendered {
  const whole = [head, ...sections.map(({ summary, parts }) => fold(summary, parts))].join("\n\n");
  if (whole.length <= most) return { text: whole, isCut: false };
  const where =
    wholeText === undefined
      ? "run `npx towpath plan` to see it"
      : `it is in ${link(wholeText, "the whole text")}`;
  let left = most - head.length - reserve;
  const kept: string[] = [];
  for (const { summary, parts } of sections) {
    const frame = fold(summary, [cutLine]).length + 2;
    const fitting: string[] = [];
    left -= frame;
    for (const part of parts) {
      if (left < part.length + 2) break;
      left -= part.length + 2;
      fitting.push(part);
    }
    if (fitting.length > 0)
      kept.push(fold(summary, fitting.length < parts.length ? [...fitting, cutLine] : fitting));
    else left += frame;
  }
  return { text: [head, ...kept, `✂️ This comment is cut; ${where}.`].join("\n\n"), isCut: true };
}

const cutLine = "… and more.";

function fold(summary: string, parts: readonly string[]): string {
  return `<details><summary>${summary}</summary>\n\n${parts.join("\n\n")}\n\n</details>`;
}
