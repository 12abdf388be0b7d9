import { play, type Files, type Played } from "./play.ts";

/** One run of a step. */
export interface Scene {
  readonly program: string;
  /** The input of the step; a text goes to its standard input as it is. */
  readonly input: unknown;
  /** The script of the fake `docker`; see fake-docker.sh. */
  readonly script: string;
  /** The contents of the gateway's folder `/etc/caddy` at the start. */
  readonly gateway?: Files;
  /** True when a shell starts it, which may end before it. */
  readonly inShell?: boolean;
}

/** The scenes in the order of their tests; the same scene is played once. */
const scenes: Scene[] = [];
const started = new Map<string, Promise<Played>>();

/**
 * One test of a step that is run as a program.
 *
 * The next scene starts while this one runs: starting a program is most of what these tests take.
 */
export function scene(title: string, run: Scene, check: (played: Played) => void): void {
  const next = scenes.push(run);
  it(title, async () => {
    const played = start(run);
    if (scenes[next] !== undefined) void start(scenes[next]);
    check(await played);
  });
}

function start(run: Scene): Promise<Played> {
  const key = JSON.stringify(run);
  const played = started.get(key) ?? play(run.program, run.input, run.script, run);
  started.set(key, played);
  played.catch(() => undefined); // told by the test that waits for it
  return played;
}

/** The receipt that a step printed, without how long it took; fails when it printed anything else. */
export function receiptOf({ exitCode, stdout, stderr }: Played): unknown {
  if (exitCode !== 0 || stderr !== "") throw new Error(`exit code ${String(exitCode)}: ${stderr}`);
  const { seconds, ...receipt } = JSON.parse(stdout) as Record<string, unknown>;
  if (typeof seconds !== "number") throw new Error(`no time in ${stdout}`);
  return receipt;
}

/** The lines of the message that a step failed with; fails when it did not. */
export function failureOf({ exitCode, stdout, stderr }: Played): string[] {
  if (exitCode !== 1 || stdout !== "") throw new Error(`exit code ${String(exitCode)}: ${stdout}`);
  return stderr.split("\n");
}
