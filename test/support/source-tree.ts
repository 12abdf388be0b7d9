import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyCompiled } from "./compiled-copy.ts";

/** The checkout that the tests belong to. */
export const checkout = fileURLToPath(new URL("../..", import.meta.url));

/** A copy of the working tree that a test may change as it likes. */
export class SourceTree {
  readonly folder: string;
  /** The earlier contents of changed files; undefined for those that were not there. */
  private readonly before = new Map<string, string | undefined>();

  /** Copies all that git knows of, or would, and points to the packages that are installed already. */
  constructor(folder: string) {
    this.folder = folder;
    const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: checkout,
      encoding: "utf8",
    });
    for (const path of listed.split("\0")) {
      const source = join(checkout, path);
      if (path !== "" && existsSync(source)) cpSync(source, join(folder, path), { mode: 0 });
    }
    symlinkSync(join(checkout, "node_modules"), join(folder, "node_modules"));
    // Where images come from was decided for this machine already; asking the registry again takes its time.
    const decision = join(".towpath", "images.json");
    if (existsSync(join(checkout, decision))) cpSync(join(checkout, decision), join(folder, decision));
    copyCompiled(checkout, folder);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  write(path: string, text: string): void {
    const file = join(this.folder, path);
    if (!this.before.has(path)) {
      this.before.set(path, existsSync(file) ? readFileSync(file, "utf8") : undefined);
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Replaces one passage, which has to be there exactly once: a test must not pass because it changed nothing. */
  edit(path: string, passage: string, replacement: string): void {
    const text = this.read(path);
    const found = text.split(passage).length - 1;
    if (found !== 1) throw new Error(`${path}: expected once, found ${found} times: ${passage}`);
    this.write(
      path,
      text.replace(passage, () => replacement),
    );
  }

  append(path: string, text: string): void {
    this.write(path, this.read(path) + text);
  }

  /** Takes all changes back. */
  restore(): void {
    for (const [path, text] of this.before) {
      if (text === undefined) rmSync(join(this.folder, path), { force: true });
      else writeFileSync(join(this.folder, path), text);
    }
    this.before.clear();
  }
}
