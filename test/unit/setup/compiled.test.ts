import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { compiled } from "../../../setup/speed/compiled.mjs";

describe("a compiled module", () => {
  let root: string;
  const entry = (): string => join(root, ".towpath/compiled/steps-say/entry.mjs");
  const write = (path: string, text: string): void => {
    writeFileSync(join(root, path), text);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "towpath-compiled-"));
    mkdirSync(join(root, "steps"));
    mkdirSync(join(root, "setup/speed"), { recursive: true });
    for (const file of ["compiled.mjs", "switch.mjs"])
      copyFileSync(`setup/speed/${file}`, join(root, "setup/speed", file));
    symlinkSync(join(process.cwd(), "node_modules"), join(root, "node_modules"));
    write("steps/word.ts", 'export const word: string = "first";\n');
    write("steps/say.ts", 'import { word } from "./word.ts";\nconsole.log(word);\n');
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  /** Returns what the module prints in a process of its own, which compiles it when that is needed. */
  async function said(variables: NodeJS.ProcessEnv = {}): Promise<string> {
    const compile = pathToFileURL(join(root, "setup/speed/compiled.mjs")).href;
    const script = `import { compiled } from "${compile}"; await import(await compiled("${root}", "steps/say.ts"));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      env: { ...process.env, ...variables },
    });
    return stdout;
  }

  it("does what its source does, and is compiled once", async () => {
    assert.equal(await said(), "first\n");
    const made = statSync(entry()).ino;

    assert.equal(await said(), "first\n");

    assert.equal(statSync(entry()).ino, made);
  });

  it("is left out, and its source runs, when optimizations for speed are turned off", async () => {
    assert.equal(await said({ TOWPATH_FAST: "false" }), "first\n");
    assert.equal(existsSync(entry()), false);
  });

  it("is compiled again when a module that it imports changes", async () => {
    await said();
    write("steps/word.ts", 'export const word: string = "other";\n');

    assert.equal(await said(), "other\n");
  });

  it("is compiled again when the compilation itself changes", async () => {
    await said();
    const way = join(root, "setup/speed/compiled.mjs");
    writeFileSync(
      way,
      readFileSync(way, "utf8").replace('target: "node22"', 'target: "node22", minify: true'),
    );

    assert.equal(await said(), "first\n");

    assert.doesNotMatch(readFileSync(entry(), "utf8"), /var word =/);
  });

  it("is compiled again when its file is incomplete", async () => {
    await said();
    writeFileSync(entry(), readFileSync(entry(), "utf8").slice(0, -20));

    assert.equal(await said(), "first\n");
  });

  it("can be compiled by several processes at once", async () => {
    const words = await Promise.all(Array.from({ length: 4 }, said));

    assert.deepEqual(words, Array(4).fill("first\n"));
  });

  it("can be compiled by several processes at once even when it has many files", async () => {
    const parts = Array.from({ length: 40 }, (_, index) => `part-${index}.ts`);
    for (const part of parts) write(`steps/${part}`, `export const name = "${part}";\n`);
    write(
      "steps/say.ts",
      parts.map((part) => `await import("./${part}");\n`).join("") + 'console.log("all");\n',
    );
    for (let round = 0; round < 3; round++) {
      rmSync(join(root, ".towpath"), { recursive: true, force: true });
      const words = await Promise.all(Array.from({ length: 4 }, said));
      assert.deepEqual(words, Array(4).fill("all\n"));
    }
  });

  it("names the error in its source", async () => {
    write("steps/word.ts", "export const word = ;\n");

    await assert.rejects(compiled(root, "steps/say.ts"), /steps\/word\.ts:1:20: ERROR: Unexpected ";"/);
  });
});
