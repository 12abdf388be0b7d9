import assert from "node:assert/strict";
import { commandsOf } from "../../support/docs.ts";
import { nothing } from "../../support/footprint.ts";
import { freePort } from "../../support/free-port.ts";
import { TestProject } from "../../support/project.ts";

describe("docs/local.md", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create();
  });
  after(() => project.remove());

  it("contains commands that work, one after the other", async () => {
    const port = await freePort();
    const commands = commandsOf("local.md").map((command) =>
      command.replaceAll("notes-local", project.namespace).replaceAll("8081", String(port)),
    );
    assert.ok(commands.length > 8, commands.join("\n"));

    let address: string | undefined;
    for (const command of commands) {
      const { code, stdout, stderr } = await project.spawn("sh", ["-c", command]).ended;
      assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
      address = /^url: (.*)$/m.exec(stdout)?.[1] ?? address;
    }

    assert.equal(address, `http://localhost:${port}`);
    assert.deepEqual(await project.footprint(), nothing);
  });
});
