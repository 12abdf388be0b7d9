import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { nodeProblem, oldestNode, useOf } from "../../../setup/node-version.mjs";

describe("the check of Node's version", () => {
  const uses: Readonly<Record<ReturnType<typeof useOf>, readonly string[]>> = {
    run: ["22.18.0", "22.23.5", "24.0.0", "25.1.0", "26.12.1"],
    provide: ["16.0.0", "18.20.4", "20.20.2", "22.17.1", "23.11.1"],
    refuse: ["8.0.0", "14.21.3"],
  };
  for (const [use, versions] of Object.entries(uses)) {
    it(`answers "${use}" for ${versions.join(", ")}`, () => {
      for (const version of versions) assert.equal(useOf(version), use, version);
    });
  }

  it("names the version that is too old", () => {
    assert.equal(
      nodeProblem("14.21.3"),
      "node: version 22.18, or 24 and newer, is needed, got 14.21.3; install one from https://nodejs.org or with your version manager",
    );
  });

  it("requires what package.json declares", () => {
    const { engines } = JSON.parse(readFileSync("package.json", "utf8")) as { engines: { node: string } };
    const { major, minor, next } = oldestNode;
    assert.equal(engines.node, `^${major}.${minor}.0 || >=${next}.0.0`);
  });

  it("accepts the provided versions, and the unit tests run on the oldest", () => {
    const versionsIn = (folder: string): string[] => {
      const { optionalDependencies } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as {
        optionalDependencies: Record<string, string>;
      };
      return Object.values(optionalDependencies);
    };
    const oldest = versionsIn("test/run/nodes/oldest");
    for (const version of [...versionsIn("setup/node"), ...versionsIn("test/run/nodes/newest"), ...oldest])
      assert.equal(useOf(version), "run", version);
    assert.ok(oldest.includes(`${oldestNode.major}.${oldestNode.minor}.0`));
  });

  it("is written in a syntax that old versions can read", () => {
    for (const file of ["setup/bootstrap.mjs", "setup/node.mjs", "setup/node-version.mjs"]) {
      const code = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|^#!.*/g, "");
      assert.doesNotMatch(code, /\?\.|\?\?|"node:[a-z]|=>|async |`|#|(^|\n)await/, file);
    }
  });
});
