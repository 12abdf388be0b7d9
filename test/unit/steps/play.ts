import { execa } from "execa";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** One call of the docker client. */
export interface Call {
  readonly args: readonly string[];
  /** What came on its standard input; of an HTTP request the head. */
  readonly input: Buffer;
  /** Its environment as `env` prints it. */
  readonly environment: string;
}

/** What became of a step. */
export interface Played {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly Call[];
}

/** The repository's folder: where steps are started, as by the `command` plugin. */
const root = join(import.meta.dirname, "../../..");

/** Calls something with a folder that holds a fake `docker`, which plays a script; see fake-docker.sh. */
async function withDocker<Result>(
  script: string,
  call: (path: string, folder: string) => Promise<Result>,
): Promise<{ result: Result; calls: Call[] }> {
  const folder = mkdtempSync(join(tmpdir(), "towpath-step-"));
  try {
    const programs = join(folder, "bin");
    const calls = join(folder, "calls");
    mkdirSync(programs);
    mkdirSync(calls);
    copyFileSync(join(import.meta.dirname, "fake-docker.sh"), join(programs, "docker"));
    chmodSync(join(programs, "docker"), 0o755);
    writeFileSync(`${calls}.play`, script);
    const result = await call(`${programs}${delimiter}${process.env.PATH ?? ""}`, calls);
    return { result, calls: callsIn(calls) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a step of the release as the `command` plugin does, with its input on standard input.
 *
 * `script` is what the fake `docker` does: the body of a shell program that knows the call's arguments as `$*`.
 */
export async function play(program: string, input: unknown, script: string): Promise<Played> {
  const { result, calls } = await withDocker(script, (path, folder) =>
    execa("node", ["--import", "tsx", `steps/${program}.ts`], {
      cwd: root,
      env: { PATH: path, FAKE_DOCKER: folder },
      input: typeof input === "string" ? input : JSON.stringify(input),
      reject: false,
    }),
  );
  const { exitCode, stdout, stderr } = result;
  return { exitCode, stdout, stderr, calls };
}

/** Calls a function of this process while the fake `docker` is the first on its PATH. */
export async function playing<Result>(
  script: string,
  call: () => Promise<Result>,
): Promise<{ result: Result; calls: Call[] }> {
  const before = process.env.PATH;
  return withDocker(script, async (path, folder) => {
    process.env.PATH = path;
    process.env.FAKE_DOCKER = folder;
    try {
      return await call();
    } finally {
      process.env.PATH = before;
      delete process.env.FAKE_DOCKER;
    }
  });
}

/** The calls as one would type them. */
export function typed(calls: readonly Call[]): string[] {
  return calls.map(({ args }) => args.join(" "));
}

function callsIn(folder: string): Call[] {
  const calls: Call[] = [];
  for (let number = 1; existsSync(join(folder, String(number))); number++) {
    const read = (name: string): Buffer => {
      const file = join(folder, String(number), name);
      return existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    };
    calls.push({
      args: read("arguments").toString().split("\0").slice(0, -1),
      input: read("input"),
      environment: read("environment").toString(),
    });
  }
  return calls;
}
