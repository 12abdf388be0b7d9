import { randomBytes } from "node:crypto";
import { hostname, userInfo } from "node:os";

/** The label that says which run made something whose name is fixed. */
export const runLabel = "towpath.run";

/** The variable by which the command line tells the program which run it is. */
export const runVariable = "TOWPATH_RUN";

/** The known facts of the run that made something. */
export interface RunMark {
  /** `<user>@<machine>`. */
  readonly who: string;
  /** Minutes in UTC: `2026-01-02 03:04`. */
  readonly when: string;
  /** The location of its state, without anything that could be a credential. */
  readonly state: string;
}

/** A run's mark: 16 random digits that no other run has, who made it, when, and where its state is. */
export function markOf({ who, when, state }: RunMark, digits = randomBytes(8).toString("hex")): string {
  return [digits, who, when, state].join(" ");
}

/** Returns the facts in a mark; undefined when it is none. */
export function readMark(mark: string): RunMark | undefined {
  const [, who, when, state] = /^[0-9a-f]{16} (\S+) (\S+ \S+) (.+)$/.exec(mark) ?? [];
  return who === undefined || when === undefined || state === undefined ? undefined : { who, when, state };
}

/** The mark of a run that begins now, on this machine, with the state at that address. */
export function newMark(backend: string): string {
  const when = new Date().toISOString().replace("T", " ").slice(0, 16);
  return markOf({ who: `${userInfo().username}@${hostname()}`, when, state: stateAddress(backend) });
}

/**
 * The labels of what has a fixed name, in the run that makes it.
 *
 * Each run has another mark, so what carries one ignores changes of its labels: it keeps those that it was made with.
 */
export function marked(
  given: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const mark = environment[runVariable];
  return { ...given, ...(mark !== undefined && mark !== "" && { [runLabel]: mark }) };
}

/** A state's address as marks name it: without password and query. */
export function stateAddress(backend: string): string {
  return backend
    .replace(/\?.*$/s, "")
    .replace(/\/\/[^/@]*@/, "//")
    .replace(/\s/g, "%20");
}
