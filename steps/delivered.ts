import { execa } from "execa";
import { extract } from "tar-stream";
import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { printable } from "../components/input/printable.ts";
import { blankOut } from "../components/secrets/blank-out.ts";
import { StepFailure } from "./step-failure.ts";

/** How long reading a container's secrets may take, in seconds. */
const readSeconds = 30;

const delivered = new Set<string>();
const read = new Set<string>();

/** Takes note of secret values that this step hands on, for `withoutSecrets` to blank out. */
export function delivers(values: Iterable<string>): void {
  for (const value of values) delivered.add(value);
}

/** What other programs printed, fit to be shown: without the secret values that the step knows, and on plain lines. */
export function withoutSecrets(text: string): string {
  return blankedOut(printable(text));
}

/** What other programs wrote, without the secret values that the step knows. */
export function blankedOut(text: string): string {
  return blankOut(text, delivered);
}

/** Takes note of the secrets that a container has as files, whether it runs or has ended. Throws a StepFailure. */
export async function deliveredTo(container: string): Promise<void> {
  if (read.has(container)) return;
  const answer = await execa("docker", ["cp", `${container}:/run/secrets`, "-"], {
    encoding: "buffer",
    reject: false,
    stdin: "ignore",
    timeout: readSeconds * 1000,
  });
  if (answer.failed) {
    const said = Buffer.from(answer.stderr).toString().trim();
    if (!/no such container:path|could not find the file/i.test(said)) {
      throw new StepFailure(`its secrets cannot be read, got ${JSON.stringify(said)}`);
    }
  } else {
    const archive = Readable.from([Buffer.from(answer.stdout)]).pipe(extract());
    for await (const entry of archive) delivers([(await buffer(entry)).toString()]);
  }
  read.add(container);
}
