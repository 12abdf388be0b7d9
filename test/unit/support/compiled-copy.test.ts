import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { copyCompiled } from "../../support/compiled-copy.ts";

describe("a copy of compiled modules", () => {
  let original: string;
  let copy: string;
  const entry = (): string => join(copy, ".towpath/compiled/steps-say/entry.mjs");

  /** Returns what the step prints in the copy, from the folder in which it believes to be. */
  function say(folder: string): string {
    const script = `
      const { compiled } = await import(${JSON.stringify(resolve("setup/speed/compiled.mjs"))});
      await import(await compiled(${JSON.stringify(folder)}, "steps/say.ts"));`;
    return execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  }

  beforeEach(() => {
    [original = "", copy = ""] = ["original", "copy"].map((name) =>
      realpathSync(mkdtempSync(join(tmpdir(), `towpath-${name}-`))),
    );
    symlinkSync(resolve("node_modules"), join(original, "node_modules"));
    mkdirSync(join(original, "steps"));
    writeFileSync(join(original, "steps/word.ts"), 'export const word: string = "one";\n');
    writeFileSync(
      join(original, "steps/say.ts"),
      'const { word } = await import("./word.ts");\nconsole.log(word, import.meta.url);\n',
    );
    say(original);
    cpSync(join(original, "steps"), join(copy, "steps"), { recursive: true });
    symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
  });
  afterEach(() => {
    for (const folder of [original, copy]) rmSync(folder, { recursive: true });
  });

  it("is used unchanged, and knows its own folder", () => {
    copyCompiled(original, copy);
    const { ctimeMs } = statSync(entry());
    assert.equal(say(copy), `one file://${copy}/steps/say.ts\n`);
    assert.equal(statSync(entry()).ctimeMs, ctimeMs);
  });

  it("is compiled again for changes in the copy", () => {
    copyCompiled(original, copy);
    writeFileSync(join(copy, "steps/word.ts"), 'export const word: string = "two";\n');
    assert.equal(say(copy), `two file://${copy}/steps/say.ts\n`);
  });

  it("leaves out modules whose sources have changed in the original", () => {
    writeFileSync(join(original, "steps/word.ts"), 'export const word: string = "three";\n');
    copyCompiled(original, copy);
    assert.equal(statSync(entry(), { throwIfNoEntry: false }), undefined);
  });
});
