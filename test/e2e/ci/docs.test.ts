import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nothing } from "../../support/footprint.ts";
import { TestProject } from "../../support/project.ts";
import { configureCi, processesOf } from "./tiny.ts";
import { sampled } from "../../support/quick.ts";

describe("docs/ci.md", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create();
    configureCi(project);
  });
  after(() => project.remove());

  sampled("contains commands that work on the sample application, one after the other", async () => {
    const page = readFileSync(new URL("../../../docs/ci.md", import.meta.url), "utf8");
    const commands = [...page.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = ""]) =>
      block.trim().split("\n"),
    );
    assert.equal(commands.length, 4);
    for (const command of commands) {
      const { code, stdout, stderr } = await project.spawn("sh", ["-c", command]).ended;
      assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
      if (command !== "npm run ci") continue;
      const rows = [...stdout.matchAll(/^(\S+) +passed/gm)].map(([, name]) => name);
      assert.deepEqual(rows, ["api-lint", "api-tests", "web-types", "web-tests", "migrations", "all"]);
      const junit = readFileSync(
        join(project.folder, "reports", project.namespace, "api-tests", "junit.xml"),
        "utf8",
      );
      assert.match(junit, /errors="0" failures="0" skipped="0"/);
      assert.match(stdout, /^CREATE TABLE notes \($/m);
      assert.deepEqual(await project.footprint(), nothing);
    }
    assert.deepEqual(await project.footprint(), nothing);
    assert.deepEqual(processesOf(project), []);
  });
});
