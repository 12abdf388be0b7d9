import assert from "node:assert/strict";
import { commandsOf } from "../../support/docs.ts";
import { freePort } from "../../support/free-port.ts";
import { TestProject } from "../../support/project.ts";
import { request } from "../../support/request.ts";
import { until } from "../../support/until.ts";

describe("docs/reload.md", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create();
    project.configure({ reload: true });
  });
  after(() => project.remove());

  it("contains commands that work, one after the other", async () => {
    const port = String(await freePort());
    const commands = commandsOf("reload.md").map((command) => command.replaceAll("8001", port));
    assert.equal(commands.length, 7, commands.join("\n"));

    for (const command of commands) {
      // Ctrl+C at a terminal reaches all processes that npx starts; here one is told, so it is the only one.
      const direct = command.replace("npx towpath run", "node setup/bootstrap.mjs run");
      const running = project.spawn("sh", ["-c", `exec ${direct}`]);
      if (direct !== command) {
        // It runs until then; the page is the machine's own.
        await until("the page from the machine", 120, async () => {
          const page = await (await request(`${project.url}/src/main.tsx`)).text();
          return page.includes(project.folder) || undefined;
        });
        process.kill(running.pid, "SIGINT");
        assert.equal((await running.ended).code, 130);
        continue;
      }
      const { code, stdout, stderr } = await running.ended;
      assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
    }

    const page = await (await request(project.url)).text();
    assert.doesNotMatch(page, /@vite/);
  });
});
