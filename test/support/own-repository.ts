import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { footprint, namespaces, wipe, type Footprint } from "./footprint.ts";
import { ownVariables, type Ended } from "./project.ts";
import { checkout } from "./source-tree.ts";
import { waitingFor } from "./waits.ts";

/** The time that a command may take, in milliseconds: a slow machine builds all images within it. */
const patience = 600_000;

let count = 0;

/** A folder where Towpath is installed, as people install it: from the package that npm makes of this checkout. */
export class InstalledTowpath {
  readonly folder = mkdtempSync(join(tmpdir(), "towpath-installed-"));

  async install(): Promise<void> {
    await command(checkout, "npm", ["pack", "--silent", "--pack-destination", this.folder]);
    writeFileSync(join(this.folder, "package.json"), JSON.stringify({ private: true }));
    const quietly = ["--silent", "--no-audit", "--no-fund", "--prefer-offline"];
    await command(this.folder, "npm", ["install", ...quietly, ...this.packages()]);
  }

  /** A git repository below the folder, which finds Towpath as it would in its own node_modules. */
  repository(files: Readonly<Record<string, string>>): OwnRepository {
    return new OwnRepository(mkdtempSync(join(this.folder, "repository-")), files);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private packages(): string[] {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith(".tgz"))
      .map((name) => join(this.folder, name));
  }
}

/** Somebody's own git repository, on a branch of its own, by which its environments are found again. */
export class OwnRepository {
  readonly folder: string;
  readonly branch = `e2e-${process.pid}-own${++count}`;

  constructor(folder: string, files: Readonly<Record<string, string>>) {
    this.folder = folder;
    for (const [path, text] of Object.entries(files)) this.write(path, text);
    execFileSync("git", ["init", "--quiet", "--initial-branch", this.branch, folder]);
    execFileSync("git", ["-C", folder, "remote", "add", "origin", "https://github.com/example/notes.git"]);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Runs lines of a shell one after the other, up to the first that fails. */
  shell(script: string, variables: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const identity = { GIT_AUTHOR_NAME: "test", GIT_AUTHOR_EMAIL: "test@example.com" };
    const committer = { GIT_COMMITTER_NAME: "test", GIT_COMMITTER_EMAIL: "test@example.com" };
    return command(this.folder, "sh", ["-e", "-c", script], { ...identity, ...committer, ...variables });
  }

  /** Gives a project in here what was decided for this machine: where images come from. */
  takeOverImages(project: string): void {
    const decision = join(".towpath", "images.json");
    if (!existsSync(join(checkout, decision))) return;
    mkdirSync(join(this.folder, project, ".towpath"), { recursive: true });
    cpSync(join(checkout, decision), join(this.folder, project, decision));
  }

  async footprints(): Promise<Footprint[]> {
    return Promise.all((await this.namespaces()).map((namespace) => footprint(namespace)));
  }

  async wipe(): Promise<void> {
    for (const namespace of await this.namespaces()) await wipe(namespace);
  }

  private async namespaces(): Promise<string[]> {
    return (await namespaces()).filter((namespace) => namespace.includes(`-${this.branch}-`));
  }
}

/** Runs a program that has to succeed. */
async function command(
  cwd: string,
  program: string,
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const line = [program, ...args].join(" ");
  const child = execa(program, args, {
    ...{ cwd, extendEnv: false, reject: false, timeout: patience },
    env: { ...ownVariables(), ...variables },
    stdin: "ignore",
  });
  const { exitCode: code, stdout, stderr } = await waitingFor(`the end of ${line.split("\n", 1)[0]}`, child);
  if (code === 0) return { code, stdout, stderr };
  throw new Error(`${line}: exit code ${code}\n${stdout}\n${stderr}`);
}
