import { execa } from "execa";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** One call of the docker client. */
export interface Call {
  readonly args: readonly string[];
  /** The bytes on its standard input; of an HTTP request the head. */
  readonly input: Buffer;
  /** Its environment as `env` prints it. */
  readonly environment: string;
}

/** The outcome of a step. */
export interface Played {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly Call[];
  /** The contents of the gateway's folder `/etc/caddy` in the end. */
  readonly gateway: Files;
}

/** Texts by path; that of a link is `-> ` and where it points. */
export type Files = Readonly<Record<string, string>>;

/** The repository's folder: where steps are started, as by the `command` plugin. */
const root = join(import.meta.dirname, "../../..");

/** Calls something with a folder that holds a fake `docker`, which plays a script; see fake-docker.sh. */
async function withDocker<Result>(
  script: string,
  before: Files,
  call: (path: string, folder: string) => Promise<Result>,
): Promise<{ result: Result; calls: Call[]; gateway: Files }> {
  const folder = mkdtempSync(join(tmpdir(), "towpath-step-"));
  try {
    const programs = join(folder, "bin");
    const calls = join(folder, "calls");
    mkdirSync(programs);
    mkdirSync(calls);
    copyFileSync(join(import.meta.dirname, "fake-docker.sh"), join(programs, "docker"));
    chmodSync(join(programs, "docker"), 0o755);
    writeFileSync(`${calls}.play`, script);
    write(`${calls}.gateway`, before);
    const result = await call(`${programs}${delimiter}${process.env.PATH ?? ""}`, calls);
    return { result, calls: callsIn(calls), gateway: filesBelow(`${calls}.gateway`) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a step of the release with its input on standard input, as the `command` plugin does.
 *
 * `script` is what the fake `docker` does: the body of a shell program that knows the call's arguments as `$*`. `gateway`
 * is what the gateway's folder `/etc/caddy` holds at the start; `inShell` starts the step from a shell, which stays its
 * parent.
 */
export async function play(
  program: string,
  input: unknown,
  script: string,
  { gateway: before = {}, inShell = false }: { gateway?: Files; inShell?: boolean } = {},
): Promise<Played> {
  // Compiled, as a release starts it; where lines are counted, those of its sources.
  const line =
    process.env.NODE_V8_COVERAGE === undefined
      ? ["node", "steps/run.mjs", program]
      : ["node", `steps/programs/${program}.ts`];
  const [command = "", ...args] = inShell ? ["sh", "-c", `${line.join(" ")}; true`] : line;
  const { result, calls, gateway } = await withDocker(script, before, (path, folder) =>
    execa(command, args, {
      cwd: root,
      env: { PATH: path, FAKE_DOCKER: folder },
      input: typeof input === "string" ? input : JSON.stringify(input),
      reject: false,
    }),
  );
  const { exitCode, stdout, stderr } = result;
  return { exitCode, stdout, stderr, calls, gateway };
}

/** Calls a function of this process while the fake `docker` is the first on its PATH. */
export async function playing<Result>(
  script: string,
  call: () => Promise<Result>,
): Promise<{ result: Result; calls: Call[] }> {
  const before = process.env.PATH;
  return withDocker(script, {}, async (path, folder) => {
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
      const file = join(folder, `${number}.told`, name);
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

function write(folder: string, files: Files): void {
  mkdirSync(join(folder, "sites"), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (text.startsWith("-> ")) symlinkSync(text.slice("-> ".length), join(folder, path));
    else writeFileSync(join(folder, path), text);
  }
}

function filesBelow(folder: string): Files {
  const files: Record<string, string> = {};
  const read = (path: string): void => {
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      const name = join(path, entry.name);
      const file = join(folder, name);
      // Node's own walk through folders follows links, in some versions.
      if (entry.isDirectory()) read(name);
      else files[name] = entry.isSymbolicLink() ? `-> ${readlinkSync(file)}` : readFileSync(file, "utf8");
    }
  };
  read("");
  return files;
}
