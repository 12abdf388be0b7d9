import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { parse } from "yaml";

describe("the measurement of a program's own share", () => {
  for (const program of ["../index.ts", "@pulumi/pulumi"]) {
    it(`reports how long ${program} takes, started as Pulumi starts it`, async () => {
      const { runtime } = parse(readFileSync("Pulumi.yaml", "utf8")) as {
        runtime: { options: { nodeargs: string } };
      };
      const args = [...runtime.options.nodeargs.split(" "), "bench/program.mjs", program];
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
      assert.match(stdout, /^\d+\.\d{3}\n$/);
    });
  }
});
