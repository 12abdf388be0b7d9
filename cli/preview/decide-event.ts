import type { TriggerSettings } from "../../components/settings/triggers.ts";
import { matchesPattern } from "../../components/input/pattern.ts";
import type { PullRequest } from "../github/pull-requests.ts";
import type { Event } from "./event.ts";

/** The facts that an event is judged by, as they are now. */
export interface EventFacts {
  /** The pull request; undefined when the repository has none of that number, or no longer. */
  readonly pullRequest: PullRequest | undefined;
  /** True when the one who did it may write to the repository. */
  readonly mayWrite: boolean;
  /** True when a maintainer released the commit at the end of its branch. */
  readonly isReleased: boolean;
  /** The files that it changes. */
  readonly files: readonly string[];
}

/** What an event leads to, and why. */
export interface Decision {
  /** `up`: the preview runs the pull request's newest commit. `down`: there is none. `leave`: it stays as it is. */
  readonly preview: "up" | "down" | "leave";
  readonly because: string;
  /** True when this event releases the newest commit, of a fork; false when it takes that back. */
  readonly releases?: boolean;
  /** True when the label that releases is to be taken off: the next commit needs it again. */
  readonly takesLabelOff?: true;
  /** True when the newest commit's images may not be there yet: the run of its own push then brings the preview up. */
  readonly mayWait?: true;
}

/** The actions that say of a commit that its images were, or are being, published. */
const pushes = new Set(["opened", "reopened", "synchronize"]);

/**
 * Decides what an event about a pull request leads to.
 *
 * The event only says that something happened. What counts is how the pull request is now: events come late, doubled and
 * in another order, and of those that wait for a run GitHub drops all but the last.
 */
export function decideEvent(
  event: Exclude<Event, { kind: "branch deleted" | "none" }>,
  facts: EventFacts,
  triggers: TriggerSettings,
): Decision {
  const { pullRequest } = facts;
  if (pullRequest === undefined)
    return { preview: "down", because: "the repository has no such pull request" };
  if (!pullRequest.isOpen) return { preview: "down", because: "it is closed" };
  if (pullRequest.isFork) return decideFork(event, { ...facts, pullRequest }, triggers);
  if (event.kind !== "pull request")
    return { preview: "leave", because: "only a fork's commits have to be released" };
  const unwanted = reasonAgainst(pullRequest, facts.files, triggers);
  if (unwanted !== undefined) return { preview: "down", because: unwanted };
  const { action, commit, changesBase } = event;
  const because = changesBase ? `it goes to ${pullRequest.base} now` : action;
  if (pushes.has(action) && commit === pullRequest.commit) return { preview: "up", because };
  return { preview: "up", because, mayWait: true };
}

function decideFork(
  event: Exclude<Event, { kind: "branch deleted" | "none" }>,
  { pullRequest, mayWrite, isReleased }: EventFacts & { pullRequest: PullRequest },
  { forkLabel: label }: TriggerSettings,
): Decision {
  const { commit, labels } = pullRequest;
  const hasLabel = labels.some((one) => isSame(one, label));
  const waits: Decision = {
    preview: "leave",
    because: `it comes from a fork: a maintainer releases ${short(commit)} with the label ${label} or the comment /preview ${short(commit)}`,
  };
  if (event.kind === "comment") {
    const asked = releasedIn(event.text);
    if (asked === undefined) return { preview: "leave", because: "the comment asks for no preview" };
    if (!mayWrite) return { preview: "leave", because: `${event.by} may not release commits` };
    if (!commit.startsWith(asked))
      return { preview: "leave", because: `${asked} is not its newest commit, which is ${short(commit)}` };
    return { preview: "up", because: `${event.by} released ${short(commit)}`, releases: true };
  }
  if (event.kind === "build") {
    if (event.commit !== commit) return superseded(event.commit, pullRequest);
    return isReleased ? { preview: "up", because: `${short(commit)} is released` } : waits;
  }
  const { action, by } = event;
  const isTheLabel = event.label !== undefined && isSame(event.label, label);
  if (action === "labeled" && isTheLabel) {
    if (!mayWrite) return { preview: "leave", because: `${by} may not release commits`, takesLabelOff: true };
    if (event.commit !== commit)
      return { ...superseded(event.commit, pullRequest), ...(!isReleased && { takesLabelOff: true }) };
    return { preview: "up", because: `${by} released ${short(commit)}`, releases: true };
  }
  if (action === "unlabeled" && isTheLabel && isReleased && event.commit === commit && !hasLabel)
    return { preview: "down", because: `${by} took the label ${label} off`, releases: false };
  if (!pushes.has(action)) return { preview: "leave", because: `${action} changes nothing of a preview` };
  if (isReleased) return { preview: "up", because: `${short(commit)} is released` };
  return hasLabel ? { ...waits, takesLabelOff: true } : waits;
}

/** The commit, or its first digits, that a comment releases: `/preview 0123abc` on a line of its own. */
function releasedIn(text: string): string | undefined {
  return /^\/preview[ \t]+([0-9a-f]{7,40})[ \t]*$/m.exec(text.replaceAll("\r", ""))?.[1];
}

/** The reason why a pull request shall have no preview; undefined when it shall have one. */
function reasonAgainst(
  { isDraft, labels }: PullRequest,
  files: readonly string[],
  { drafts, labels: wanted, paths }: TriggerSettings,
): string | undefined {
  if (isDraft && !drafts) return "it is a draft";
  if (wanted.length > 0 && !labels.some((label) => wanted.some((one) => isSame(one, label))))
    return `it has no label of ${wanted.join(", ")}`;
  if (paths.length > 0 && !files.some((file) => paths.some((pattern) => matchesPattern(pattern, file))))
    return `it changes nothing of ${paths.join(", ")}`;
  return undefined;
}

function superseded(old: string, { commit }: PullRequest): Decision {
  return {
    preview: "leave",
    because: `${short(old)} is no longer its newest commit, which is ${short(commit)}`,
  };
}

function short(commit: string): string {
  return commit.slice(0, 12);
}

/** GitHub compares labels without regard to case. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
