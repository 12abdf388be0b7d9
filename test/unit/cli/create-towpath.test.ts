import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noRepository } from "../../../cli/init/repository.ts";
import { run } from "../../../cli/process/run.ts";

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

describe("npm create towpath", function () {
  // The command line is started, perhaps compiled.
  this.timeout(60_000);

  let folder: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "towpath-create-")));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("is towpath init, with its options", async () => {
    const packages = join(folder, "cache/node_modules");
    mkdirSync(packages, { recursive: true });
    cpSync("create-towpath", join(packages, "create-towpath"), { recursive: true });
    symlinkSync(process.cwd(), join(packages, "towpath"));
    const program = join(packages, "create-towpath/create.mjs");
    const { stdout } = await run(process.execPath, [program, "--dry-run", "--json"], {
      cwd: folder,
      timeout: 50_000,
    });
    assert.deepEqual(JSON.parse(stdout), { error: noRepository(folder, "fatal: not a git repository") });
  });

  it("has the version of towpath, and depends on it", () => {
    const [own, towpath] = [manifestOf("create-towpath"), manifestOf(".")];
    assert.equal(own.version, towpath.version);
    assert.deepEqual(own.dependencies, { towpath: towpath.version });
  });
});
