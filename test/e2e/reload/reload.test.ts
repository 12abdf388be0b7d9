import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { docker } from "../../support/footprint.ts";
import { freePort } from "../../support/free-port.ts";
import { askVersion, countWords, writeNote } from "../../support/notes.ts";
import { killTree, runs } from "../../support/process-tree.ts";
import { TestProject, type Running, type StartedAnswer } from "../../support/project.ts";
import { request } from "../../support/request.ts";
import { until } from "../../support/until.ts";
import { HotUpdates } from "./hot-updates.ts";

/**
 * The longest wait for a change, in seconds. It takes one or two; a machine that does five things at once takes longer.
 */
const patience = 60;

describe("a local environment with its source mounted", () => {
  let project: TestProject;
  let started: StartedAnswer;

  before(async () => {
    project = await TestProject.create();
    project.configure({ reload: true });
    started = await project.start();
  });
  after(() => project.remove());

  it("lists the services that reload, and works as when it is released", async () => {
    assert.deepEqual(started.reload, ["api", "worker", "web"]);
    assert.deepEqual(
      Object.values(started.services).map(({ health }) => health),
      ["healthy", "healthy", "healthy"],
    );
    await writeNote(project.url, "with the source mounted");
  });

  it("serves changed lines of the API and of the worker", async () => {
    project.source.edit("app/api/notes/api.py", 'else "healthy"', 'else "edited"');
    await until("the edited answer", patience, async () => {
      const answer = (await (await request(`${project.url}/api/health`)).json()) as { status: string };
      return answer.status === "edited" || undefined;
    });
    project.source.edit("app/api/notes/api.py", 'else "edited"', 'else "healthy"');

    project.source.edit("app/api/notes/work.py", "len(note.body.split())", "len(note.body.split()) + 1000");
    await until("the edited count", patience, async () => {
      return (await countWords(project.url, "three short words", 5)) === 1003 || undefined;
    });
  });

  it("notifies the open page of a changed line, through the gateway", async () => {
    const page = await HotUpdates.open(project.url, ["/src/main.tsx", "/src/App.tsx"]);
    try {
      project.source.append("app/web/src/App.tsx", "// edited\n");
      const update = await until("the hot update", patience, async () => {
        // What the page knew is void then, also the line that was just changed.
        if (await page.reloadsIfAsked()) project.source.append("app/web/src/App.tsx", "// edited\n");
        return page.updates("/src/App.tsx");
      });
      assert.equal(update, "js-update");
      const served = await request(`${project.url}/src/App.tsx`);
      assert.match(await served.text(), /\/\/ edited/);
    } finally {
      page.close();
    }
  });

  it("changes nothing when it is started again after edits", async () => {
    const before = await containersOf(project);
    const { changes } = await project.start();
    assert.deepEqual(Object.keys(changes), ["same"], JSON.stringify(changes));
    assert.deepEqual(await containersOf(project), before);
    assert.deepEqual(await changesOf(project), []);
  });

  it("reports which file of an image has changed, and builds the image at the next start", async () => {
    project.source.edit("app/web/index.html", "<title>Notes</title>", "<title>Other notes</title>");
    assert.deepEqual(await changesOf(project), [
      "images.web: app/web/index.html changed since npm start; run npm start again",
    ]);

    const { services } = await project.start();

    assert.notEqual(services.web?.container, started.services.web?.container);
    assert.equal(services.api?.container, started.services.api?.container);
    assert.match(await (await request(project.url)).text(), /Other notes/);
    assert.deepEqual(await changesOf(project), []);
  });

  describe("and a service on the machine itself", () => {
    const program = fileURLToPath(new URL("host-api.mjs", import.meta.url));
    const hostRuns = (): string[] => {
      const folder = join(project.folder, ".towpath", "namespaces", project.namespace, "host");
      return existsSync(folder) ? readdirSync(folder) : [];
    };
    const answer = async (): Promise<Record<string, unknown>> =>
      (await (await request(`${project.url}/api/health`)).json()) as Record<string, unknown>;
    const byHost = (running: Running) =>
      until("the answer of the host", patience, async () => {
        const found = await answer();
        if (found.by === "the host") return found;
        throw new Error(`${JSON.stringify(found)}, and the run says: ${running.stderr()}`);
      });

    it("sends it the requests, with the containers behind it, until Ctrl+C", async () => {
      const before = await containersOf(project);
      const running = project.launch([
        "run",
        "--port",
        String(await freePort()),
        "api",
        "--",
        "node",
        program,
      ]);
      assert.deepEqual(await byHost(running), {
        status: "healthy",
        by: "the host",
        environment: "local",
        jwtSecret: 32,
        redis: "+OK\r\n",
        postgres: "N",
        storage: 403,
      });
      assert.deepEqual(hostRuns(), ["api"]);

      process.kill(running.pid, "SIGINT");
      const { code, stderr } = await running.ended;

      assert.equal(code, 130, stderr);
      assert.equal((await askVersion(project.url)).environment, "local");
      assert.equal((await answer()).by, undefined);
      assert.deepEqual(await containersOf(project), before);
      assert.deepEqual(hostRuns(), []);
      assert.deepEqual(processesOf(program), []);
    });

    it("lets it replace a container without routes, which is stopped meanwhile", async () => {
      const worker = started.services.worker?.container ?? "";
      const state = async (): Promise<string> =>
        (await docker(["inspect", "--format", "{{.State.Status}}", worker])).join("");
      const running = project.launch([
        "run",
        "worker",
        "--",
        "sh",
        "-c",
        "echo worker here; exec sleep 1000",
      ]);
      await until("the container's rest", patience, async () => (await state()) === "exited" || undefined);
      process.kill(running.pid, "SIGTERM");
      assert.equal((await running.ended).code, 130);
      assert.equal(await state(), "running");
    });

    it("returns to the container at the next start when the run was killed", async () => {
      const running = project.launch([
        "run",
        "--port",
        String(await freePort()),
        "api",
        "--",
        "node",
        program,
      ]);
      await byHost(running);
      await killTree(running.pid);
      await running.ended;
      await project.start();
      assert.equal((await askVersion(project.url)).environment, "local");
      assert.deepEqual(hostRuns(), []);
    });

    it("ends with the command's own exit code", async () => {
      const { code } = await project.run(["run", "worker", "--", "sh", "-c", "exit 7"]);
      assert.equal(code, 7);
    });
  });
});

/** The processes that have a text in their command lines. */
function processesOf(text: string): string[] {
  return readdirSync("/proc").filter((id) => {
    const file = join("/proc", id, "cmdline");
    return /^\d+$/.test(id) && runs(Number(id)) && readFileSync(file, "utf8").includes(text);
  });
}

/** Returns the changes of images that the status lists. */
async function changesOf(project: TestProject): Promise<readonly string[] | undefined> {
  const { stdout } = await project.succeed(["status", "--json"]);
  const environments = JSON.parse(stdout) as { namespace: string; outdated: string[] }[];
  return environments.find(({ namespace }) => namespace === project.namespace)?.outdated;
}

/** The containers by name with their ids: equal when nothing was replaced. */
async function containersOf(project: TestProject): Promise<readonly string[]> {
  const of = ["--filter", `label=towpath.namespace=${project.namespace}`];
  return (await docker(["ps", "--format", "{{.Names}} {{.ID}}", ...of])).sort();
}
