import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../../cli/process/run.ts";
import { madeFrom, notIgnored, prepareEnvFile, tracked } from "../../../../cli/stack/env-file.ts";

describe("the .env of a project", () => {
  let folder: string;
  const git = (...args: string[]): void => {
    execFileSync("git", args, { cwd: folder, stdio: "ignore", timeout: 10_000 });
  };
  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text);
  };
  const prepare = (isNew: boolean): Promise<string[]> => prepareEnvFile(folder, isNew, run);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-env-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("is made from its example for a new environment, once, for its owner alone (003-49)", async () => {
    assert.deepEqual(await prepare(true), []);
    write(".env.example", "LOG_LEVEL=debug\n");
    assert.deepEqual(await prepare(false), []);
    assert.equal(existsSync(join(folder, ".env")), false);
    assert.deepEqual(await prepare(true), [madeFrom]);
    assert.equal(readFileSync(join(folder, ".env"), "utf8"), "LOG_LEVEL=debug\n");
    assert.equal(statSync(join(folder, ".env")).mode & 0o777, 0o600);
    write(".env", "LOG_LEVEL=info\n");
    assert.deepEqual(await prepare(true), []);
    assert.equal(readFileSync(join(folder, ".env"), "utf8"), "LOG_LEVEL=info\n");
  });

  it("is warned of where git would keep it, or does so", async () => {
    git("init");
    write(".env", "LOG_LEVEL=debug\n");
    assert.deepEqual(await prepare(false), [notIgnored]);
    write(".gitignore", ".env\n");
    assert.deepEqual(await prepare(false), []);
    git("add", "--force", ".env");
    assert.deepEqual(await prepare(false), [tracked]);
    assert.equal(
      tracked,
      ".env: git keeps it, with all its values; run git rm --cached .env and add .env to .gitignore",
    );
  });
});
