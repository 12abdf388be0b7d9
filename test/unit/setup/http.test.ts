import assert from "node:assert/strict";
import { execa } from "execa";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { http } from "../../../setup/speed/http.mjs";
import { checkout } from "../../support/source-tree.ts";

/** Prints at the end of a process whether it has loaded the client behind `fetch`. */
const telling = `data:text/javascript,${encodeURIComponent(
  `process.on("exit", () => {
    const loaded = process.moduleLoadList.includes("NativeModule internal/deps/undici/undici");
    process.stderr.write("undici: " + loaded);
  });`,
)}`;

describe("Node's HTTP client", () => {
  it("is the one of node:http", async () => {
    assert.equal(http.request, (await import("node:http")).request);
  });

  const compiled = pathToFileURL(join(checkout, "setup/speed/compiled.mjs")).href;
  const programs: Readonly<Record<string, readonly string[]>> = {
    "the command line": ["setup/bootstrap.mjs", "--help"],
    "a step": ["steps/run.mjs", "health-gate"],
    "a program": [
      "--input-type=module",
      "--eval",
      `const { compiled } = await import(${JSON.stringify(compiled)});
       await import(await compiled(${JSON.stringify(checkout)}, "components/index.ts"));`,
    ],
  };
  for (const [what, args] of Object.entries(programs)) {
    it(`does not bring the client behind fetch into ${what}`, async function () {
      this.timeout(60_000);
      const { stderr } = await execa(process.execPath, ["--import", telling, ...args], {
        cwd: checkout,
        // A step that is told nothing fails once all of it is loaded.
        input: "{}",
        reject: false,
        timeout: 50_000,
      });
      assert.match(stderr, /undici: false$/);
    });
  }
});
