import assert from "node:assert/strict";
import { decideEvent, type EventFacts } from "../../../../cli/preview/decide-event.ts";
import type { Event } from "../../../../cli/preview/event.ts";
import { triggers } from "../../../../components/settings/triggers.ts";

const newest = "b".repeat(40);
const older = "a".repeat(40);

const open: NonNullable<EventFacts["pullRequest"]> = {
  ...{ number: 12, isOpen: true, isDraft: false, labels: [], commit: newest },
  ...{ branch: "feature", base: "main", isFork: false },
};
const fork = { ...open, isFork: true };

/** An event about the pull request; what counts is mostly its action. */
function happened(action: string, change: object = {}): Event {
  const event = { kind: "pull request", number: 12, action, commit: newest, by: "alice", changesBase: false };
  return { ...event, ...change } as Event;
}

function comment(text: string): Event {
  return { kind: "comment", number: 12, by: "alice", text };
}

function build(commit: string): Event {
  return { kind: "build", commit, owner: "someone", branch: "feature" };
}

/** The decision in one line: what becomes of the preview, what else is done, and why. */
function decided(
  event: Event,
  pullRequest: object | undefined,
  more: object = {},
  settings: object = {},
): string {
  const facts = { pullRequest, mayWrite: true, isReleased: false, files: [], ...more } as EventFacts;
  const { preview, because, releases, takesLabelOff, mayWait } = decideEvent(
    event as Parameters<typeof decideEvent>[0],
    facts,
    triggers.parse(settings),
  );
  const also = [
    ...(releases === undefined ? [] : [releases ? "release" : "take back"]),
    ...(takesLabelOff === true ? ["label off"] : []),
  ];
  return `${[preview, ...also].join(" + ")}${mayWait === true ? ", or waits" : ""}: ${because}`;
}

const [n, o] = [newest.slice(0, 12), older.slice(0, 12)];
const label = { label: "preview" };
const labelled = { ...fork, labels: ["Preview"] };
const waits = `leave: it comes from a fork: a maintainer releases ${n} with the label preview or the comment /preview ${n}`;
const stacked = { ...open, base: "other-feature" };

/** What happened; the event; the pull request as it is now; more facts; the triggers; and what it leads to. */
type Row = [string, Event, object | undefined, object, object, string];

// prettier-ignore
const rows: Row[] = [
  ["opened", happened("opened"), open, {}, {}, "up: opened"],
  ["pushed", happened("synchronize"), open, {}, {}, "up: synchronize"],
  ["force-pushed to an older commit", happened("synchronize", { commit: older }), { ...open, commit: older }, {}, {}, "up: synchronize"],
  ["reopened", happened("reopened"), open, {}, {}, "up: reopened"],
  ["ready for review", happened("ready_for_review"), open, {}, {}, "up, or waits: ready_for_review"],
  ["closed", happened("closed"), { ...open, isOpen: false }, {}, {}, "down: it is closed"],
  ["closed, told twice", happened("closed"), { ...open, isOpen: false }, {}, {}, "down: it is closed"],
  ["closed, told after it was reopened", happened("closed"), open, {}, {}, "up, or waits: closed"],
  ["pushed, told after it was closed", happened("synchronize"), { ...open, isOpen: false }, {}, {}, "down: it is closed"],
  ["pushed, told after another push", happened("synchronize", { commit: older }), open, {}, {}, "up, or waits: synchronize"],
  ["opened, told after a push", happened("opened", { commit: older }), open, {}, {}, "up, or waits: opened"],
  ["its branch deleted, which closes it", happened("closed"), { ...open, isOpen: false }, {}, {}, "down: it is closed"],
  ["transferred, or its repository is another one", happened("synchronize"), undefined, {}, {}, "down: the repository has no such pull request"],
  ["its title edited", happened("edited"), open, {}, {}, "up, or waits: edited"],
  ["assigned", happened("assigned"), open, {}, {}, "up, or waits: assigned"],
  ["its base changed", happened("edited", { changesBase: true }), open, {}, {}, "up, or waits: it goes to main now"],
  ["stacked on another one", happened("opened"), stacked, {}, {}, "up: opened"],
  ["stacked, and retargeted when that was merged", happened("edited", { changesBase: true, commit: older }), open, {}, {}, "up, or waits: it goes to main now"],
  ["a comment", comment(`/preview ${newest}`), open, {}, {}, "leave: only a fork's commits have to be released"],

  ["converted to a draft, which may have one", happened("converted_to_draft"), { ...open, isDraft: true }, {}, {}, "up, or waits: converted_to_draft"],
  ["converted to a draft, which may have none", happened("converted_to_draft"), { ...open, isDraft: true }, {}, { drafts: false }, "down: it is a draft"],
  ["opened without a label that is wanted", happened("opened"), open, {}, { labels: ["app", "web"] }, "down: it has no label of app, web"],
  ["labelled as is wanted", happened("labeled", { label: "app" }), { ...open, labels: ["App"] }, {}, { labels: ["app"] }, "up, or waits: labeled"],
  ["labelled as is wanted, told after a push", happened("labeled", { label: "app", commit: older }), { ...open, labels: ["app"] }, {}, { labels: ["app"] }, "up, or waits: labeled"],
  ["the label taken off", happened("unlabeled", { label: "app" }), open, {}, { labels: ["app"] }, "down: it has no label of app"],
  ["nothing of the paths changed", happened("opened"), open, { files: ["docs/a.md"] }, { paths: ["app/**", "*.ts"] }, "down: it changes nothing of app/**, *.ts"],
  ["one of the paths changed", happened("opened"), open, { files: ["docs/a.md", "app/api/x.py"] }, { paths: ["app/**"] }, "up: opened"],

  ["opened from a fork", happened("opened"), fork, {}, {}, waits],
  ["labelled by a maintainer", happened("labeled", label), labelled, {}, {}, `up + release: alice released ${n}`],
  ["labelled by somebody else", happened("labeled", label), labelled, { mayWrite: false }, {}, "leave + label off: alice may not release commits"],
  ["labelled, told after a push", happened("labeled", { ...label, commit: older }), labelled, {}, {}, `leave + label off: ${o} is no longer its newest commit, which is ${n}`],
  ["labelled with another label", happened("labeled", { label: "bug" }), fork, {}, {}, "leave: labeled changes nothing of a preview"],
  ["pushed to a fork that was labelled", happened("synchronize"), labelled, {}, {}, waits.replace("leave", "leave + label off")],
  ["pushed back to a commit that was released", happened("synchronize"), labelled, { isReleased: true }, {}, `up: ${n} is released`],
  ["a fork's pull request reopened", happened("reopened"), fork, { isReleased: true }, {}, `up: ${n} is released`],
  ["a fork's pull request closed", happened("closed"), { ...labelled, isOpen: false }, { isReleased: true }, {}, "down: it is closed"],
  ["the label taken off a commit that is released", happened("unlabeled", label), fork, { isReleased: true }, {}, "down + take back: alice took the label preview off"],
  ["the label taken off after a push", happened("unlabeled", label), fork, {}, {}, "leave: unlabeled changes nothing of a preview"],
  ["images of a fork built before it is released", build(newest), fork, {}, {}, waits],
  ["images of a fork built after it was released", build(newest), labelled, { isReleased: true }, {}, `up: ${n} is released`],
  ["images of a fork's older commit built", build(older), labelled, { isReleased: true }, {}, `leave: ${o} is no longer its newest commit, which is ${n}`],
  ["released by a comment", comment(`Looks harmless.\r\n/preview ${newest.slice(0, 7)}\r\n`), fork, {}, {}, `up + release: alice released ${n}`],
  ["a comment of somebody else", comment(`/preview ${newest}`), fork, { mayWrite: false }, {}, "leave: alice may not release commits"],
  ["a comment on an older commit", comment(`/preview ${older}`), fork, {}, {}, `leave: ${older} is not its newest commit, which is ${n}`],
  ["a comment without a commit", comment("/preview"), fork, {}, {}, "leave: the comment asks for no preview"],
  ["a comment that quotes another", comment(`> /preview ${newest}`), fork, {}, {}, "leave: the comment asks for no preview"],
];

describe("an event about a pull request", () => {
  for (const [what, event, pullRequest, facts, settings, expected] of rows) {
    it(`is judged by how it is now: ${what}`, () => {
      assert.equal(decided(event, pullRequest, facts, settings), expected);
    });
  }
});
