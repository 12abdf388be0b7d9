import assert from "node:assert/strict";
import { execa } from "execa";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { compileCache } from "../../../setup/speed/compile-cache.mjs";
import { checkout } from "../../support/source-tree.ts";

const module = join(checkout, "setup/speed/compile-cache.mjs");

describe("the code that Node keeps", () => {
  it("is in the project, unless a person says where", () => {
    assert.equal(compileCache("/app/.towpath", {}), "/app/.towpath/compile-cache");
    assert.equal(compileCache("/app/.towpath", { NODE_COMPILE_CACHE: "/elsewhere" }), "/elsewhere");
  });

  it("is not kept without what is only there to be fast, nor where lines are counted", () => {
    assert.equal(compileCache("/app/.towpath", { TOWPATH_FAST: "false" }), undefined);
    assert.equal(compileCache("/app/.towpath", { NODE_V8_COVERAGE: "/coverage" }), undefined);
  });

  it("is written by a process that keeps it, and missed by none that cannot", async () => {
    const folder = mkdtempSync(join(tmpdir(), "towpath-code-"));
    try {
      const keeping = async (where: string): Promise<string> => {
        const program = `
          const { keepCode } = await import(${JSON.stringify(pathToFileURL(module).href)});
          keepCode(${JSON.stringify(where)});
          await import(${JSON.stringify(pathToFileURL(join(checkout, "setup/node-version.mjs")).href)});
          console.log("went on");`;
        const environment = { NODE_V8_COVERAGE: undefined, NODE_COMPILE_CACHE: undefined };
        const args = ["--input-type=module", "--eval", program];
        return (await execa(process.execPath, args, { env: environment, timeout: 20_000 })).stdout;
      };
      assert.equal(await keeping(folder), "went on");
      assert.notDeepEqual(readdirSync(join(folder, "compile-cache")), []);
      assert.equal(await keeping("/dev/null"), "went on");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
