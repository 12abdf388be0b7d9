import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { nodeProblem, oldestNode } from "../../../setup/node-version.mjs";

describe("the check of Node's version", () => {
  it("accepts the oldest and what is newer", () => {
    for (const version of ["20.19.0", "20.20.2", "21.0.0", "22.0.0", "24.1.0"]) {
      assert.equal(nodeProblem(version), null, version);
    }
  });

  it("names the version that is too old", () => {
    for (const version of ["18.20.4", "20.18.3", "8.0.0"]) {
      assert.equal(
        nodeProblem(version),
        `node: version 20.19 or newer is needed, got ${version}; install one from https://nodejs.org or with your version manager`,
      );
    }
  });

  it("asks for what package.json declares", () => {
    const { engines } = JSON.parse(readFileSync("package.json", "utf8")) as { engines: { node: string } };
    assert.equal(engines.node, `>=${oldestNode.major}.${oldestNode.minor}`);
  });

  it("is written in a syntax that old versions read", () => {
    for (const file of ["setup/bootstrap.mjs", "setup/node-version.mjs"]) {
      const code = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|^#!.*/g, "");
      assert.doesNotMatch(code, /\?\.|\?\?|"node:[a-z]|=>|async |`|#|(^|\n)await/, file);
    }
  });
});
