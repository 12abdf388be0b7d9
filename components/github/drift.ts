import type { ProtectionSettings } from "../settings/github.ts";
import type { EnvironmentFacts } from "./facts.ts";

/** The state of an environment on GitHub that a run left, for the next one to compare with. */
export interface LeftOnGithub {
  /** The reviewers, what may be deployed, and the variables. */
  readonly protection: ProtectionSettings;
  /** The time at which each secret was last written, by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A part of an environment on GitHub that is not as the last run left it. */
export interface Drift {
  /** `reviewers`, `secret JWT_SECRET`. */
  readonly what: string;
  /** Its state, in people's words. */
  readonly found: string;
  /** True when only the plugin can make it again, which it does with `--refresh`. */
  readonly needsRefresh: boolean;
  /** True when it is left as it is, because nothing of ours was lost. */
  readonly isLeft?: boolean;
}

/**
 * Returns what somebody changed by hand in an environment; nothing before the first run.
 *
 * Values of secrets cannot be read: one that is newer than what the last run left was changed.
 */
export function environmentDrift(
  left: LeftOnGithub | undefined,
  found: EnvironmentFacts | undefined,
): Drift[] {
  if (left === undefined) return [];
  const wanted = left.protection;
  if (found === undefined) return [{ what: "the environment", found: "is gone", needsRefresh: true }];
  return [
    ...protectionDrift(wanted, found),
    ...missingPatterns("branch", wanted.branches, found.branches),
    ...missingPatterns("tag", wanted.tags, found.tags),
    ...Object.entries(wanted.variables).flatMap(([name, value]) => {
      const there = found.variables[name.toUpperCase()];
      if (there === value) return [];
      const words = there === undefined ? "is gone" : "has another value";
      return [{ what: `variable ${name}`, found: words, needsRefresh: false }];
    }),
    ...secretDrift(left, found),
  ];
}

function protectionDrift(wanted: ProtectionSettings, found: EnvironmentFacts): Drift[] {
  const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase()).sort();
  const people = ({ users, teams }: EnvironmentFacts["reviewers"]): string =>
    [...lower(users), ...lower(teams).map((team) => `team ${team}`)].join(", ");
  const [asked, there] = [people(wanted.reviewers), people(found.reviewers)];
  const drift = (what: string, words: string): Drift => ({ what, found: words, needsRefresh: false });
  return [
    ...(asked === there ? [] : [drift("reviewers", `are ${there === "" ? "none" : there}`)]),
    // GitHub keeps it with the reviewers, and not without.
    ...(there !== "" && !found.preventSelfReview ? [drift("self-review", "is allowed")] : []),
    ...(found.canAdminsBypass ? [drift("administrators", "may pass by")] : []),
    ...(wanted.waitMinutes === found.waitMinutes
      ? []
      : [drift("the wait", `is ${found.waitMinutes} minutes`)]),
  ];
}

function missingPatterns(kind: string, wanted: readonly string[], found: readonly string[]): Drift[] {
  const gone = wanted.filter((pattern) => !found.includes(pattern));
  const added = found.filter((pattern) => !wanted.includes(pattern));
  return [
    ...gone.map((pattern) => ({ what: `${kind} ${pattern}`, found: "is gone", needsRefresh: true })),
    ...added.map((pattern) => ({
      what: `${kind} ${pattern}`,
      found: "was added",
      needsRefresh: false,
      isLeft: true,
    })),
  ];
}

function secretDrift(left: LeftOnGithub, found: EnvironmentFacts): Drift[] {
  return Object.entries(left.secrets).flatMap(([name, at]) => {
    const there = found.secrets[name];
    const drift = (words: string): Drift => ({ what: `secret ${name}`, found: words, needsRefresh: false });
    if (there === undefined) return [drift("is gone")];
    return Date.parse(there) > Date.parse(at) ? [drift(`was changed at ${there}`)] : [];
  });
}

/** A drift in the words of a plan's warning; `command` is the run that brings it back when this one cannot. */
export function driftWarning(
  place: string,
  { what, found, needsRefresh, isLeft }: Drift,
  command: string,
): string {
  const kept = isLeft === true ? "remove it there, or take it into the settings" : "this run brings it back";
  const fix = needsRefresh ? `bring it back with ${command}` : kept;
  return `${place}: somebody changed GitHub by hand: ${what} ${found}; ${fix}`;
}
