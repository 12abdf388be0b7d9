import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandsOf } from "../../support/docs.ts";
import { nothing } from "../../support/footprint.ts";
import { freePort } from "../../support/free-port.ts";
import { TestProject } from "../../support/project.ts";
import { sampled } from "../../support/quick.ts";

describe("docs/local.md", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create();
  });
  after(() => project.remove());

  sampled("contains commands that work, one after the other", async () => {
    const port = await freePort();
    const commands = commandsOf("local.md").map((command) =>
      command.replaceAll("notes-local", project.namespace).replaceAll("8081", String(port)),
    );
    assert.ok(commands.length > 8, commands.join("\n"));

    let address: string | undefined;
    let waterfall = "";
    for (const command of commands) {
      const { code, stdout, stderr } = await project.spawn("sh", ["-c", command]).ended;
      assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
      address = /^url: (.*)$/m.exec(stdout)?.[1] ?? address;
      if (command.endsWith(" --timings")) waterfall = stderr;
      if (command.endsWith(" --timings")) checkTrace(project.folder);
    }

    for (const part of [/ towpath: starts$/m, / {3}the program: starts$/m]) assert.match(waterfall, part);
    assert.equal(address, `http://localhost:${port}`);
    assert.deepEqual(await project.footprint(), nothing);
  });
});

/** Makes sure that the trace of `npm start -- --timings` has what a start without changes does. */
function checkTrace(folder: string): void {
  const text = readFileSync(join(folder, ".towpath/timings/start.json"), "utf8");
  const { traceEvents } = JSON.parse(text) as { traceEvents: readonly { ph: string; cat?: string }[] };
  const kinds = traceEvents.filter(({ ph }) => ph === "X").map(({ cat }) => cat);
  // Nothing has changed since the start before it, so that no resource runs a program.
  assert.deepEqual([...new Set(kinds)].sort(), ["call", "command", "program"]);
}
