import { execa } from "execa";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { compileAll } from "./compiled-copy.ts";
import { footprint, namespaces, wipe, type Footprint } from "./footprint.ts";
import { freePort } from "./free-port.ts";
import { killTree, runs } from "./process-tree.ts";
import { checkout, SourceTree } from "./source-tree.ts";
import { until } from "./until.ts";
import { waitingFor } from "./waits.ts";

/** The outcome of a command. */
export interface Ended {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Returns what it has printed on standard error so far. */
  stderr(): string;
}

/** The output of `npm start -- --json`. */
export interface StartedAnswer {
  readonly url: string;
  readonly namespace: string;
  readonly port: number;
  readonly release: { readonly id: string };
  readonly services: Readonly<Record<string, { readonly container: string; readonly health: string }>>;
  readonly reload: readonly string[];
  readonly changes: Readonly<Record<string, number>>;
  readonly connections: Readonly<Record<string, string>>;
}

/** The time that any command may take, in milliseconds: a slow machine builds all images within it. */
const patience = 900_000;

/** The variables that would tie a command under test to the one who runs the tests. */
const foreign =
  /^(npm_|BRANCH_NAME$|WORKSPACE_ID$|TOWPATH_PORT$|PULUMI_(BACKEND|CONFIG|STACK)|NODE_V8_COVERAGE$|NODE_OPTIONS$|FORCE_COLOR$|INIT_CWD$)/;

/** This process's variables without what ties a command under test to the one who runs the tests. */
export function ownVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

const prefix = "e2e-";
let count = 0;

/** A copy of the project with an environment of its own: namespace, port, state and passphrase. */
export class TestProject {
  readonly source: SourceTree;
  readonly namespace: string;
  readonly port: number;
  /** The processes of commands under way. */
  private readonly running = new Set<number>();

  private constructor(port: number) {
    this.namespace = `${prefix}${process.pid}-${++count}`;
    this.port = port;
    this.source = new SourceTree(mkdtempSync(join(tmpdir(), `towpath-${this.namespace}-`)));
    this.configure({});
  }

  static async create(): Promise<TestProject> {
    await compileAll(checkout);
    return new TestProject(await freePort());
  }

  get folder(): string {
    return this.source.folder;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Writes the settings of the stack local. Unless others are given, or `undefined`, namespace and port are its own, and images are as released. */
  configure(settings: Readonly<Record<string, unknown>>): void {
    const all: Record<string, unknown> = {
      environment: "local",
      namespace: this.namespace,
      port: this.port,
      reload: false,
      ...settings,
    };
    const set = Object.entries(all).filter(([, value]) => value !== undefined);
    const config = Object.fromEntries(set.map(([key, value]) => [`towpath:${key}`, value]));
    this.source.write("Pulumi.local.yaml", stringify({ config }));
  }

  /**
   * Leaves namespace and port to Towpath, as a clone with that branch checked out does. The branch is called as this
   * project's namespace and `name`, by which everything is found again when the project is removed.
   */
  checkOut(name: string, settings: Readonly<Record<string, unknown>> = {}): string {
    const branch = `${this.namespace}-${name}`;
    this.configure({ namespace: undefined, port: undefined, ...settings });
    this.source.write(".git/HEAD", `ref: refs/heads/${branch}\n`);
    return branch;
  }

  /** Takes back what a test changed of the source and the settings. */
  restore(): void {
    this.source.restore();
    this.configure({});
  }

  /** Starts a command, as people type it after `npm run`. */
  launch(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Running {
    return this.spawn(process.execPath, ["setup/bootstrap.mjs", ...args], environment);
  }

  /** Starts any program in the project's folder. */
  spawn(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Running {
    let said = "";
    const child = execa(command, args, {
      cwd: this.folder,
      env: { ...ownVariables(), ...environment },
      extendEnv: false,
      stdin: "ignore",
      reject: false,
      timeout: patience,
    });
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const { pid } = child;
    if (pid === undefined) throw new Error(`${command}: could not be started`);
    this.running.add(pid);
    const ended = child.then(({ exitCode, stdout, stderr }) => {
      this.running.delete(pid);
      return { code: exitCode, stdout, stderr };
    });
    const what = `the end of ${[command, ...args].join(" ").replace(/^.*setup\/bootstrap\.mjs /, "")}`;
    return { pid, ended: waitingFor(what, ended), stderr: () => said };
  }

  /** Runs a command to its end. */
  run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.launch(args, environment).ended;
  }

  /** Starts the environment, which has to succeed. */
  async start(environment: NodeJS.ProcessEnv = {}): Promise<StartedAnswer> {
    return JSON.parse((await this.succeed(["start", "--json"], environment)).stdout) as StartedAnswer;
  }

  /** Runs a command that has to succeed. */
  async succeed(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const ended = await this.run(args, environment);
    if (ended.code === 0) return ended;
    throw new Error(`${args.join(" ")}: exit code ${ended.code}\n${ended.stdout}\n${ended.stderr}`);
  }

  /** Starts the environment, which has to fail; returns all problems that it reports. */
  async refusal(environment: NodeJS.ProcessEnv = {}): Promise<string> {
    return refusalOf(await this.run(["start", "--json"], environment));
  }

  footprint(): Promise<Footprint> {
    return footprint(this.namespace);
  }

  /** Ends what still runs and removes the environment and the folder, in whatever condition they are. */
  async remove(): Promise<void> {
    for (const pid of this.running) await killTree(pid);
    for (const namespace of [this.namespace, ...(await this.ofBranches())]) await wipe(namespace);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The namespaces on the engine that Towpath made of this project's branches. */
  private async ofBranches(): Promise<string[]> {
    const own = new RegExp(`^notes-(?:local|ci)-${this.namespace}(?:-|$)`);
    return (await namespaces()).filter((namespace) => own.test(namespace));
  }
}

/** Returns the problems that a failed `start --json` reports; as JSON and as text, which must agree. */
export function refusalOf({ code, stdout, stderr }: Ended): string {
  if (code !== 1) throw new Error(`expected exit code 1, got ${code}\n${stdout}\n${stderr}`);
  const { error } = JSON.parse(stdout) as { error: string };
  if (!stderr.endsWith(error)) throw new Error(`expected the same words on standard error, got\n${stderr}`);
  return error;
}

/** Removes what test runs left that were killed before they could clear up. */
export async function removeLeftovers(): Promise<void> {
  for (const namespace of await namespaces()) {
    const owner = /^(?:notes-(?:local|ci)-)?e2e-(\d+)-\d+(?:-|$)/.exec(namespace)?.[1];
    if (owner === undefined || runs(Number(owner))) continue;
    // Another group of tests that begins may be removing it, too.
    await until(`the removal of ${namespace}`, 60, async () => {
      await wipe(namespace);
      return true;
    });
  }
}
