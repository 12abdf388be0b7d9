import assert from "node:assert/strict";
import { execa } from "execa";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { checkout } from "../../support/source-tree.ts";

describe("the modules that a program rarely needs", () => {
  it("are not loaded with Pulumi's SDK", async () => {
    const large = await inProgram(`
      await import("@pulumi/pulumi");
      const loaded = Object.keys(createRequire(import.meta.url).cache);
      console.log(loaded.filter((file) => /node_modules.*(typescript|opentelemetry.(sdk|exporter))/.test(file)).length);
    `);
    assert.equal(large, "0");
  });

  it("are not loaded with the part of it that runs programs, until a trace is asked for", async () => {
    const found = await inProgram(`
      const require = createRequire(import.meta.url);
      const tracing = require("@pulumi/pulumi/cmd/run/tracing.js");
      const loaded = () => Object.keys(require.cache)
        .filter((file) => /opentelemetry.(?!api)/.test(file)).length > 0;
      const before = loaded();
      tracing.start("http://127.0.0.1:9/api/v2/spans");
      console.log(JSON.stringify([before, loaded(), tracing.newSpan("a").constructor.name]));
      process.exit();
    `);
    assert.deepEqual(JSON.parse(found), [false, true, "SpanImpl"]);
  });

  it("are loaded when a function is serialized", async () => {
    const text = await inProgram(`
      const pulumi = await import("@pulumi/pulumi");
      const greeting = "hello";
      console.log((await pulumi.runtime.serializeFunction(() => greeting)).text);
    `);
    assert.match(text, /greeting: "hello"/);
  });
});

/** Runs a program as Pulumi starts it, and returns what it printed. */
async function inProgram(text: string): Promise<string> {
  const { runtime } = parse(readFileSync(join(checkout, "Pulumi.yaml"), "utf8")) as {
    runtime: { options: { nodeargs: string } };
  };
  const { stdout } = await execa(
    process.execPath,
    [
      ...runtime.options.nodeargs.split(" "),
      "--input-type=module",
      "--eval",
      `import { createRequire } from "node:module"; ${text}`,
    ],
    { cwd: checkout },
  );
  return stdout;
}
