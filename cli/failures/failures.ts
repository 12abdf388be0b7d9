import { partOf } from "../pulumi/words.ts";
import type { Diagnostic } from "../pulumi/events.ts";
import { plainText, type Outcome } from "../pulumi/operation.ts";
import { parseUrn } from "../pulumi/urn.ts";
import { translateBuild } from "./build.ts";
import { translateDiskFull } from "./disk.ts";
import { translateEngineGone } from "./engine.ts";
import { translateLocked } from "./locked.ts";
import { translateNoPassphrase, translateWrongPassphrase } from "./passphrase.ts";
import { translatePortInUse } from "./port.ts";
import { translateProtected } from "./protected.ts";
import { cleanMessage } from "./resource.ts";
import { saidByStep } from "./step.ts";

/** Known failures, from the engine's words to ours: the first that knows the message is the one that is shown. */
const translations: readonly ((message: string) => string | undefined)[] = [
  translateLocked,
  translateWrongPassphrase,
  translateNoPassphrase,
  translatePortInUse,
  translateProtected,
  translateDiskFull,
  translateEngineGone,
];

/** What the engine reports besides the error itself. */
const noise = [
  /^(?:error: )?(?:update|destroy|refresh|preview) (?:failed|canceled|cancelled)$/,
  /^(?:error: )?resource monitor shut down/,
  /^(?:error: )?(?:context canceled|operation was canceled)$/i,
  /^(?:error: )?an unhandled error occurred: Program exited with non-zero exit code/,
];

/** What is left of an operation that failed. */
export type Failure = Pick<Outcome, "errors" | "log" | "ending"> &
  Partial<Pick<Outcome, "output" | "environmentName">>;

/** Why an operation failed, in the words that a person needs, each reason once. */
export function explain(outcome: Failure): string {
  const known = reasons(outcome);
  if (known.length > 0) return known.join("\n");
  const printed = translate(errorsOfLog(outcome.log), undefined);
  return printed === "" ? endedSilently(outcome.ending) : printed;
}

/** What the engine, the plugins and the program said that a person needs to know, each reason once. */
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

/** A failure of an image's build; its own lines say more than its error. */
function ofBuild(
  { message, urn = "" }: Diagnostic,
  { output, environmentName = "" }: Pick<Failure, "output" | "environmentName">,
): string | undefined {
  const { types, name } = parseUrn(urn) ?? { types: [], name: "" };
  if (types.at(-1) !== "docker:index/image:Image") return undefined;
  return translateBuild(plainText(message), partOf(name, environmentName), output?.get(urn) ?? []);
}

function translate(message: string, urn: string | undefined): string {
  if (noise.some((pattern) => pattern.test(message))) return "";
  const said = saidByStep(message);
  // A step has chosen its words, and shows lines that others logged; only the docker client's go on as they came.
  if (said !== undefined && !/^docker [a-z-]+: /.test(said)) return said;
  for (const translation of translations) {
    const found = translation(message);
    if (found !== undefined) return found;
  }
  return said ?? cleanMessage(message, urn);
}

/** An engine that goes away or a full disk fails many resources at once; a cause says more than what contains it. */
function withoutRepeats(messages: readonly string[]): string[] {
  return messages.filter(
    (message, index) =>
      !messages.some((other, at) => at !== index && other.length < message.length && message.includes(other)),
  );
}

/** What the CLI printed as its error, outside the engine; all of its last lines when it did not mark any. */
function errorsOfLog(log: string): string {
  const text = plainText(log);
  const start = text.search(/^error: /m);
  return start === -1 ? text.split("\n").slice(-10).join("\n") : text.slice(start);
}
