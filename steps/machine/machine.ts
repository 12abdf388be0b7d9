import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { CommandRun, RunLimits } from "../../components/contract/command-run.ts";
import type { LimitedEnd } from "../../components/host/program/limits.mjs";
import type { Look, Printed } from "../../components/host/isolated-run.ts";

/**
 * The questions and orders of steps to the machine that they work on.
 *
 * Copies of services, backing services and the gateway are each called by the one name that they have on the machine. Every
 * question waits for a host that is away for a while, and throws a UserError when it stays away.
 */
export interface Machine {
  readonly state: (copy: string) => Promise<CopyState>;
  /** The number of restarts of each copy since it was made, by its name; one that does not run is left out. */
  readonly restarts: (copies: readonly string[]) => Promise<Restarts>;
  /** All copies with these labels, and which of them run or are about to run again by themselves. */
  readonly copies: (labels: Readonly<Record<string, string>>) => Promise<readonly FoundCopy[]>;
  /** Starts a copy; one that runs goes on. */
  readonly start: (copy: string) => Promise<void>;
  /** Stops a copy, so that only `start` brings it back, and waits until it has ended: at most so many seconds by itself. */
  readonly stop: (copy: string, graceSeconds: number) => Promise<void>;
  /** The IPv4 addresses at which others reach a copy; none of one that is gone. */
  readonly addresses: (copy: string) => Promise<readonly string[]>;
  /** The names of the networks that each of the copies is in; one that is gone is left out. */
  readonly networks: (copies: readonly string[]) => Promise<readonly (readonly string[])[]>;
  /** Has a copy join a network, also one that does not run, with one more name there; it stays in those that it is in. */
  readonly join: (copy: string, network: string, alias?: string) => Promise<void>;
  /** Has a copy leave a network; whatever of the two is gone has nothing left to do. */
  readonly leave: (copy: string, network: string) => Promise<void>;
  /**
   * Makes a network that leads nowhere, gives its name to `work`, and removes it, whoever is still in it.
   *
   * One whose maker was killed is removed by the next with its labels, once `lastsSeconds` are over.
   */
  readonly ownNetwork: <T>(network: OwnNetwork, work: (name: string) => Promise<T>) => Promise<T>;
  /** The exit code of a copy's last end, or of the one that comes next when it runs. */
  readonly exitCode: (copy: string) => Promise<number>;
  /** The last lines that a copy logged, 20 by default, each marked: without its secrets. */
  readonly log: (copy: string, lines?: number) => Promise<string>;
  /** Takes note of the secrets that a copy has as files, to blank them out of its words. Throws a StepFailure. */
  readonly knowSecrets: (copy: string) => Promise<void>;
  /** The value of a secret that a copy has; undefined where it has none of that name. Throws a StepFailure. */
  readonly secret: (copy: string, name: string) => Promise<string | undefined>;
  /** Limits the number of processes of a copy, for good; false for a copy that does not run. */
  readonly limitProcesses: (copy: string, most: number) => Promise<boolean>;

  /** Runs a command where a copy runs, with its programs, files and network. Returns what it printed. */
  readonly run: (copy: string, command: readonly string[], call?: CommandCall) => Promise<string>;
  /** Starts such a command and talks to it; `variables` are some of its own. It does not wait for a host that is away. */
  readonly open: (
    copy: string,
    command: readonly string[],
    variables?: Readonly<Record<string, string>>,
  ) => ChildProcessWithoutNullStreams;
  /** Removes files that something keeps, whether or not it runs. Returns true when it runs, and has to be notified. */
  readonly removeFiles: (of: string, paths: readonly string[]) => Promise<boolean>;

  /**
   * Runs a command of an image once, gives its result to `look`, and removes it.
   *
   * It is stopped after `timeoutSeconds`. With `signal` it is stopped before, and the signal's reason is thrown.
   */
  readonly once: <T>(
    run: CommandRun,
    timeoutSeconds: number,
    look: (ended: EndedRun) => Promise<T>,
    signal?: AbortSignal,
  ) => Promise<T>;
  /**
   * Runs a command once as a copy does: with its image, entrypoint, network, variables, secrets, volumes, rights and limits.
   *
   * It is stopped after `timeoutSeconds`.
   */
  readonly onceLike: <T>(
    run: LikeRun,
    timeoutSeconds: number,
    look: (ended: EndedRun) => Promise<T>,
  ) => Promise<T>;
  /** Runs a script once beside a server, gives its result to `look`, and removes it. */
  readonly onceBeside: <T>(
    run: ScriptRun,
    timeoutSeconds: number,
    look: (ended: EndedRun) => Promise<T>,
  ) => Promise<T>;
  /**
   * Starts a copy of an image that reaches nothing but what it is beside of, gives its name to `work`, and removes it.
   *
   * One whose starter was killed is removed by the next with its labels, once `timeoutSeconds` are over.
   */
  readonly scratch: <T>(copy: ScratchCopy, work: (name: string) => Promise<T>) => Promise<T>;
  /** Runs a command of an image in the surroundings of a release's plan, and returns what it prints. */
  readonly look: (look: Look) => Promise<Printed>;
  /** Waits for the runs with these labels, and removes what has ended. Returns those that go on after `timeoutSeconds`. */
  readonly awaitRuns: (
    labels: Readonly<Record<string, string>>,
    timeoutSeconds: number,
  ) => Promise<readonly string[]>;
  /** Asks the runs with these labels to end, and removes them. Returns how many there were. */
  readonly endRuns: (labels: Readonly<Record<string, string>>, graceSeconds: number) => Promise<number>;
  /** The limits of a command that no setting gives any. */
  readonly limits: () => Promise<RunLimits>;

  /** Writes files into a volume. */
  readonly writeFiles: (volume: FilledVolume) => Promise<void>;
  /** The time of the machine's clock: it may be ahead of this one's, or behind. */
  readonly time: () => Promise<Date>;
}

/** The state of a copy. */
export interface CopyState {
  readonly runs: boolean;
  /** True when it has ended and is not started again. */
  readonly hasEnded: boolean;
  /** The exit code of its last end. */
  readonly exitCode: number;
  readonly restarts: number;
  readonly createdAt: Date;
}

/** A copy that was found by its labels. */
export interface FoundCopy {
  readonly name: string;
  readonly isUp: boolean;
}

/** The numbers of restarts of copies, by their names. */
export type Restarts = ReadonlyMap<string, number>;

/** The first copy that has ended since, whether or not it was started again; undefined when all go on. */
export function endedSince(before: Restarts, now: Restarts): string | undefined {
  return [...before].find(([name, restarts]) => now.get(name) !== restarts)?.[0];
}

/** Options of a command. */
export interface CommandCall {
  /** The command's standard input. Secrets take this way, for arguments can be read by everyone. */
  readonly input?: string;
  /** The time that it may take, in seconds; 30 by default. */
  readonly timeoutSeconds?: number;
  /** True when it only looks, so that it can be given twice. */
  readonly looks?: boolean;
}

/** A command that has run once, and is about to be removed. */
export interface EndedRun {
  /** The exit code; undefined for one that was stopped when its time was up. */
  readonly exitCode: number | undefined;
  /** All that it printed on standard output. */
  readonly output: () => Promise<string>;
  /** Its last log lines, as those of a copy. */
  readonly log: (lines?: number) => Promise<string>;
  /** Writes all that it printed into a file, standard output and error in their order, without secrets. */
  readonly keepLog: (file: string) => Promise<void>;
  /** Copies one of its files or folders to a path of this machine; false when it is not there. */
  readonly copyOut: (path: string, to: string) => Promise<boolean>;
  /** The limit that ended it, if one did; `printed` is the end of its output. */
  readonly limited: (printed: string) => Promise<LimitedEnd | undefined>;
}

/** A command that runs as a copy does. */
export interface LikeRun {
  readonly like: string;
  /** Its own name: two of one name are never there at once. */
  readonly name: string;
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** The copy's variables that hold no secret: the others' values are blanked out of what it prints. */
  readonly plainVariables: readonly string[];
}

/** A shell script beside a server: with the server's own programs, at its own address, where it asks nobody for a password. */
export interface ScriptRun {
  readonly beside: string;
  readonly script: string;
  readonly arguments: readonly string[];
  /** The volume that it writes into: its working directory, and the only thing that it can change. Made where it is not there. */
  readonly volume: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  /** True when it is given the files of the server's secrets. */
  readonly secrets?: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly limits: RunLimits;
}

/** A copy that is there for some work only. */
export interface ScratchCopy {
  readonly image: string;
  readonly entrypoint?: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Secret values by name; each becomes a variable. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Secret values by name; each becomes the file `/run/secrets/<NAME>`, and that which `<NAME>_FILE` tells. */
  readonly files?: Readonly<Record<string, string>>;
  /** The copy at whose addresses it is; left out, it has only those of its own. */
  readonly beside?: string;
  /** The network that it is in instead. */
  readonly network?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly limits: RunLimits;
  readonly timeoutSeconds: number;
}

/** A network that is there for some work only. */
export interface OwnNetwork {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly lastsSeconds: number;
}

/** Files for a volume. */
export interface FilledVolume {
  readonly volume: string;
  /** The folder in which those who mount it see it. */
  readonly folder: string;
  /** Texts by the files' names, for every user to read. */
  readonly files: Readonly<Record<string, string>>;
  /** Something whose image lends its folders to the copying. */
  readonly lender: string;
  readonly labels: Readonly<Record<string, string>>;
}
