import { failedPull } from "./docker/failed-pull.ts";
import type { Diagnostic } from "./pulumi/events.ts";
import { plainText, type Outcome } from "./pulumi/operation.ts";
import { parseUrn } from "./pulumi/urn.ts";
import { partOf } from "./pulumi/words.ts";

/** A failure that is known: the engine's message, and what a person needs to know. */
interface KnownFailure {
  /** Part of the engine's, a plugin's or the CLI's message. */
  readonly theirs: RegExp;
  /** Puts it in our words; undefined when it turns out to be another failure. The whole message is `found.input`. */
  readonly ours: (found: RegExpExecArray) => string | undefined;
}

const engineGone: KnownFailure = {
  theirs:
    /cannot connect to the docker daemon|error during connect|docker\.sock: connect:|docker daemon is not running|error reading from server: EOF/i,
  ours: ({ input }) => {
    const socket = /\.towpath(?:\/|%2F)ssh(?:\/|%2F)[a-z0-9-]+(?:\/|%2F)([a-z0-9-]+)\.sock/i;
    const host = socket.exec(input)?.[1];
    if (host !== undefined) return hostLost(host);
    return (
      "docker: the engine stopped answering in the middle of the work; " +
      "start it and run the command again, which goes on where this run ended"
    );
  },
};

/** Pulumi's words for a state that another run has. */
const locked = "is currently locked by";

/** The failures that are known: the first that knows the message is the one that is shown. */
const knownFailures: readonly KnownFailure[] = [
  {
    // Another run holds the state, from Pulumi's own report: for states that are not in files here.
    theirs: new RegExp(locked),
    ours: ({ input }) => {
      const owner = /created by (.+) \(pid (\d+)\) at (\S+)/.exec(input);
      const stack = /\/locks\/[^/]+\/[^/]+\/([^/]+)\/[^/]+\.json/.exec(input)?.[1] ?? "<stack>";
      const who =
        owner === null
          ? "one that does not say who it is"
          : `${owner[1]} (process ${owner[2]}) since ${owner[3]?.replace("T", " ").slice(0, 16)}`;
      return (
        `state: locked by another run, got ${who}; ` +
        `wait until it ends, or if that process is dead, "npm run pulumi -- cancel --yes ${stack}"`
      );
    },
  },
  {
    theirs: /incorrect passphrase/,
    ours: () =>
      "passphrase: it does not open the secrets in the state, got another one than the state was made with; " +
      "put the right one back (in .towpath/passphrase, or PULUMI_CONFIG_PASSPHRASE when you set that), " +
      'or remove this environment with its data by "npm run destroy -- --by-labels" and start anew',
  },
  {
    theirs: /passphrase must be set/,
    ours: () =>
      "passphrase: a state outside this project needs one that its users share, got none; " +
      "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
  },
  {
    theirs: /port is already allocated|address already in use|ports are not available/,
    ours: ({ input }) => {
      const port = /(?:Bind for |exposing port TCP |listen tcp[46]? )[^ ]*:(\d+)/.exec(input)?.[1];
      return port === undefined ? undefined : portInUse(Number(port));
    },
  },
  {
    theirs: /resource "(urn:pulumi:[^"]+)" cannot be deleted\s+because it is protected/,
    ours: ([, urn]) => protectedData(urn, "delete"),
  },
  {
    theirs: /unable to replace resource "(urn:pulumi:[^"]+)"[\s\S]*?marked for protection/,
    ours: ([, urn]) => protectedData(urn, "replace"),
  },
  { theirs: /cannot be pulled: |unable to pull image /, ours: ({ input }) => failedPull(input) },
  {
    theirs: /non-overlapping IPv4 address pool|address pools have been fully subnetted/,
    ours: () =>
      "network: the engine has no addresses left for another one, each environment has its own; " +
      'remove environments that nobody uses, or give the engine more with "default-address-pools" in /etc/docker/daemon.json and restart it',
  },
  {
    // The engine's disk, when an image or a container does not fit, or the one with the state.
    theirs: /no space left on device|ENOSPC|disk quota exceeded/i,
    ours: ({ input }) => {
      const path = /(?:open|write|mkdir|copy_file_range) (\/[^\s:]+): no space left/.exec(input)?.[1];
      return (
        `disk: full${path === undefined ? "" : `, got no space for ${path}`}; ` +
        'free some ("docker system df" shows what Docker holds, "docker system prune" removes what nothing uses) ' +
        "and run the command again"
      );
    },
  },
  engineGone,
];

/** Says that the Docker engine went away in the middle of the work; undefined for any other failure. */
export function translateEngineGone(message: string): string | undefined {
  return translated(engineGone, message);
}

/** Says that a host went away in the middle of the work. */
export function hostLost(host: string): string {
  return (
    `towpath:hosts.${host}: the connection was lost in the middle of the work; what serves there goes on. ` +
    "See how the host is with npx towpath host check, and run the command again, which goes on where this run ended"
  );
}

/** Says that another program holds the port. */
export function portInUse(port: number): string {
  return (
    `towpath:port: port ${port} is in use by another program; ` +
    `choose another with "npm run pulumi -- config set towpath:port ${port + 1} --stack local" or stop that program`
  );
}

/** Says that the source of this machine cannot be mounted on the engine's machine. */
export function cannotMount(endpoint: string): string {
  return (
    `towpath:reload: the source can only be mounted by an engine on this machine, got ${endpoint}; ` +
    'build images as they are released with "npm run pulumi -- config set towpath:reload false --stack local"'
  );
}

/** Says which data a plan would have removed, from Pulumi's own refusal. */
function protectedData(urn = "", would: "delete" | "replace"): string | undefined {
  const name = parseUrn(urn)?.name;
  if (name === undefined) return undefined;
  return `${name}: users' data is protected, got a plan that would ${would} it; it was not touched: take back the change that removes it, or see "What is protected" in docs/data.md`;
}

/** Messages of the engine that add nothing to the error itself. */
const noise = [
  /^(?:error: )?(?:update|destroy|refresh|preview) (?:failed|canceled|cancelled)$/,
  /^(?:error: )?resource monitor shut down/,
  /^(?:error: )?(?:context canceled|operation was canceled)$/i,
  /^(?:error: )?an unhandled error occurred: Program exited with non-zero exit code/,
];

/** The result of an operation that failed. */
export type Failure = Pick<Outcome, "errors" | "log" | "ending"> &
  Partial<Pick<Outcome, "output" | "environmentName">>;

/** Explains why an operation failed, in the words that a person needs, each reason once. */
export function explain(outcome: Failure): string {
  const known = reasons(outcome);
  if (known.length > 0) return known.join("\n");
  const printed = translate(errorsOfLog(outcome.log), undefined);
  return printed === "" ? endedSilently(outcome.ending) : printed;
}

/** Tells whether Pulumi did nothing because another run has the state. */
export function isLocked({ errors, log }: Pick<Failure, "errors" | "log">): boolean {
  return [log, ...errors.map(({ message }) => message)].some((said) => said.includes(locked));
}

/** The messages of the engine, the plugins and the program that a person needs to know, each reason once. */
export function reasons(outcome: Pick<Failure, "errors" | "output" | "environmentName">): string[] {
  const said = outcome.errors.map(
    (error) => ofBuild(error, outcome) ?? translate(plainText(error.message), error.urn),
  );
  return withoutRepeats([...new Set(said.filter((line) => line !== ""))]);
}

/** Says that Pulumi was killed, or crashed without a word. */
export function endedSilently(ending: string): string {
  return `pulumi: ended before its work was done, got ${ending}; run the command again, which goes on where this run ended`;
}

function translate(message: string, urn: string | undefined): string {
  if (noise.some((pattern) => pattern.test(message))) return "";
  const said = saidByStep(message);
  // A step has chosen its words, and shows lines that others logged; only the docker client's go on as they came.
  if (said !== undefined && !/^docker [a-z-]+: /.test(said)) return said;
  for (const known of knownFailures) {
    const found = translated(known, message);
    if (found !== undefined) return found;
  }
  return said ?? cleanMessage(message, urn);
}

/**
 * Finds the message of a step of a release that failed, without what the command plugin puts around it.
 *
 * The plugin's message is `exit status 1: running "<the whole command>":` and then the program's output.
 */
function saidByStep(message: string): string | undefined {
  const said = /exit status \d+: running "(?:[^"\\]|\\.)*":?\n?([\s\S]*)/.exec(message)?.[1]?.trim();
  return said === "" ? undefined : said;
}

function translated({ theirs, ours }: KnownFailure, message: string): string | undefined {
  const found = theirs.exec(message);
  return found === null ? undefined : ours(found);
}

/** Prefixes that the engine, the bridge and the plugins put before a message, and that mean nothing to people. */
const wrappings = [
  /^error: /,
  /^\d+ errors? occurred:\s*\*?\s*/,
  /^(?:creating|updating|deleting|sdk-v2\/provider2\.go:\d+:) ?/,
  /^urn:pulumi:\S+:\s*/,
  /^(?:resource partially created but read failed )?/,
  /^Error response from daemon: /,
];

/** A message of the engine about a resource: that resource's name and the problem, once, without URNs. */
function cleanMessage(message: string, urn: string | undefined): string {
  let text = message.trim();
  for (let before = ""; before !== text;) {
    before = text;
    for (const wrapping of wrappings) text = text.replace(wrapping, "").trim();
  }
  text = text.replace(/urn:pulumi:\S+::([\w.-]+)(?=[\s:,'"]|$)/g, "$1");
  const { name, types = [] } = parseUrn(urn ?? "") ?? {};
  const isStack = types.at(-1) === "pulumi:pulumi:Stack";
  return name === undefined || text.includes(name) || isStack ? text : `${name}: ${text}`;
}

/** Leaves out messages that contain another: an engine that goes away or a full disk fails many resources at once. */
function withoutRepeats(messages: readonly string[]): string[] {
  return messages.filter(
    (message, index) =>
      !messages.some((other, at) => at !== index && other.length < message.length && message.includes(other)),
  );
}

/** The error that the CLI printed, outside the engine; the last ten lines when it did not mark any. */
function errorsOfLog(log: string): string {
  const text = plainText(log);
  const start = text.search(/^error: /m);
  return start === -1 ? text.split("\n").slice(-10).join("\n") : text.slice(start);
}

/** A failure of an image's build; its own lines say more than its error. */
function ofBuild(
  { message, urn = "" }: Diagnostic,
  { output, environmentName = "" }: Pick<Failure, "output" | "environmentName">,
): string | undefined {
  const { types, name } = parseUrn(urn) ?? { types: [], name: "" };
  if (types.at(-1) !== "docker:index/image:Image") return undefined;
  return failedBuild(plainText(message), partOf(name, environmentName), output?.get(urn) ?? []);
}

/** The words of the three builders (BuildKit old and new, and the classic one) for a command that failed. */
const failedCommand = [
  /executor failed running \[(?:\/bin\/sh -c )?([\s\S]*?)\]: exit code: (\d+)/,
  /process "(?:\/bin\/sh -c )?([\s\S]*?)" did not complete successfully: exit code: (\d+)/,
  /The command '(?:\/bin\/sh -c )?([\s\S]*?)' returned a non-zero code: (\d+)/,
];

/**
 * Lines that builders, and the docker plugins (the official one and ours), print between those of the commands that
 * they run: steps, and the layers that are fetched for them.
 */
const frame = new RegExp(
  [
    /^(?:digest: sha256:|name: |started: |completed: |\[[^\]]*\] |copy \/|error: )/,
    /^(?:Starting Docker build$|building \S+:\S+$|transferring (?:dockerfile|context):|resolve \S+$)/,
    /^(?:extracting |Digest: )?sha256:[0-9a-f]{64}$/,
    /^(?:Step \d+\/\d+ : | ?---> |Removing intermediate container )/,
    /^(?:Pulling (?:fs layer$|from \S+$)|Waiting$|Verifying Checksum$|(?:Download|Pull) complete$)/,
    /^(?:(?:Downloading|Extracting) +\[|Status: (?:Downloaded newer image|Image is up to date) for )/,
  ]
    .map(({ source }) => source)
    .join("|"),
);

/** The number of the build's lines that are shown. */
const shown = 15;

/** Says which image of `application.ts` does not build, and shows the build's own last lines. */
function failedBuild(message: string, image: string, output: readonly string[]): string | undefined {
  for (const pattern of failedCommand) {
    const [, command, code] = pattern.exec(message) ?? [];
    if (command === undefined) continue;
    const lines = output
      .flatMap((text) => text.split("\n"))
      .map((line) => line.trimEnd())
      .filter((line) => line !== "" && !frame.test(line));
    const tail = lines.slice(-shown).map((line) => `\n  | ${line}`);
    return (
      `images.${image}: does not build, got exit code ${code} from "${command.trim()}"` +
      (tail.length === 0 ? "" : `; its last lines:${tail.join("")}`)
    );
  }
  return undefined;
}
