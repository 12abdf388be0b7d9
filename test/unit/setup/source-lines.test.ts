import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

describe("a stack trace of a compiled module", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "towpath-lines-"));
    mkdirSync(join(root, "steps"));
    symlinkSync(join(process.cwd(), "node_modules"), join(root, "node_modules"));
    const write = (path: string, text: string): void => {
      writeFileSync(join(root, "steps", path), text);
    };
    write(
      "fail.ts",
      "interface None {}\n\nexport function fail(_: None): never {\n  throw new Error('lost');\n}\n",
    );
    write("say.ts", 'import { fail } from "./fail.ts";\n\nfail({});\n');
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it("refers to the lines of the sources", async () => {
    const setup = pathToFileURL(join(process.cwd(), "setup/speed")).href;
    const script = `import { compiled } from "${setup}/compiled.mjs";
      import { showSourceLines } from "${setup}/source-lines.mjs";
      showSourceLines();
      await import(await compiled("${root}", "steps/say.ts"));`;
    const said = await new Promise<string>((resolve) => {
      execFile(process.execPath, ["--input-type=module", "-e", script], (_error, _stdout, stderr) => {
        resolve(stderr);
      });
    });
    const [, trace = ""] = said.split("Error: lost\n");
    const [first, second] = trace.split("\n");
    assert.equal(first, `    at fail (${root}/steps/fail.ts:4:9)`);
    assert.equal(second, `    at ${root}/steps/say.ts:3:1`);
  });
});
