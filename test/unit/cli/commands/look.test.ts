import assert from "node:assert/strict";
import { logs } from "../../../../cli/commands/logs.ts";
import { asOwner, psql } from "../../../../cli/commands/psql.ts";
import { exec } from "../../../../cli/commands/shell.ts";
import { routeId } from "../../../../components/gateway/served-site.ts";
import { healthInWords, status, statusInWords } from "../../../../cli/commands/status.ts";
import { age } from "../../../../cli/terminal/duration.ts";
import { run } from "../../../../cli/process/run.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

const api = "1\tnotes-local-api-1a\trunning\tUp 2 minutes (healthy)\tapi\tr1\t";

describe("towpath", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  let machine: FakeMachine;
  const progress = recordedProgress();

  beforeEach(() => {
    machine = new FakeMachine();
    machine.docker("ps", api);
    progress.lines.length = 0;
  });
  afterEach(() => {
    process.chdir(folder);
    machine.remove();
  });

  describe("status", () => {
    function withState(folder: string, stack: string, latest: object): void {
      machine.write(
        `.towpath/${folder}/.pulumi/stacks/towpath/${stack}.json`,
        JSON.stringify({ checkpoint: { latest } }),
      );
    }
    const stackOf = (outputs: object) => ({
      resources: [{ urn: "u", type: "pulumi:pulumi:Stack", modified: "2026-01-02T03:04:05Z", outputs }],
    });

    it("shows every stack with a state, of all namespaces", async () => {
      const url = "http://localhost:8080";
      withState(
        "namespaces/notes-local/state",
        "local",
        stackOf({
          ...{ namespace: "notes-local", url, release: { id: "r1" } },
          ports: { postgres: { port: 5434, wanted: 5433 }, web: { port: 5174, wanted: 5174 } },
        }),
      );
      // Killed before it was done: the state has no outputs yet.
      const environment = "urn:pulumi:local::towpath::towpath:index:Environment::notes-local-fix-1";
      withState("namespaces/notes-local-fix-1/state", "local", {
        resources: [{ urn: environment, type: "towpath:index:Environment" }],
      });
      withState(
        "state",
        "staging",
        stackOf({ namespace: "notes-staging", url: "https://x.example.com", release: { id: "r2" } }),
      );
      const connections = {
        postgres:
          "postgresql://notes_local_app@127.0.0.1:5434/notes_local (in place of 5433, which was taken)",
        web: "http://localhost:5174",
      };
      const found = await status(progress, machine.project);
      const changed = "2026-01-02T03:04:05Z";
      assert.deepEqual(found, [
        {
          ...{ environment: "staging", namespace: "notes-staging", current: true, release: "r2" },
          ...{ health: "away", address: "https://x.example.com", connections: {}, changed, outdated: [] },
          // It has no settings here.
          ...{ released: { id: "r2" }, copies: [], hosts: [], answer: null, certificateUntil: null },
          ...{ backup: null, jobs: [], run: null, route: null, problems: found[0]?.problems },
        },
        {
          ...{ environment: "local", namespace: "notes-local", current: true, release: "r1" },
          ...{ health: "healthy", address: url, connections, changed, outdated: [], route: null },
        },
        {
          ...{ environment: "local", namespace: "notes-local-fix-1", current: false, release: null },
          ...{ health: "healthy", address: null, connections: {}, changed: null, outdated: [], route: null },
        },
      ]);
      assert.equal(
        statusInWords(found, { now: Date.parse("2026-01-02T05:04:06Z") }),
        [
          "environment  namespace                           release  health   address                age  commit  by",
          "staging      notes-staging                       r2       away     https://x.example.com  2 h  -       -",
          "local        notes-local                         r1       healthy  http://localhost:8080  2 h  -       -",
          "local        notes-local-fix-1 (another branch)  -        healthy  -                      -    -       -",
          "",
          `notes-local: port of postgres: ${connections.postgres}`,
          "notes-local: port of web: http://localhost:5174",
          ...(found[0]?.problems ?? []).map((problem) => `staging: ${problem}`),
        ].join("\n"),
      );
      machine.docker("version", "", 1);
      assert.deepEqual(
        (await status(progress, machine.project)).map(({ health }) => health),
        ["away", "unknown", "unknown"],
      );
    });

    it("shows which service keeps restarting", async () => {
      withState("namespaces/notes-local/state", "local", stackOf({ namespace: "notes-local" }));
      machine.docker("container", "1 /notes-local-api-1a restarting 4 2026-01-02T03:04:05Z\n");
      assert.equal((await status(progress, machine.project))[0]?.health, "api restarting (4 times)");
    });

    it("reports that the gateway serves another route than the last complete run left", async () => {
      const serves = { text: "text", release: "release" };
      const route = { serves: routeId(serves), since: "2026-01-02T03:04:05Z" };
      withState("namespaces/notes-local/state", "local", stackOf({ namespace: "notes-local", route }));
      machine.docker("exec", "text\0release\n\0loaded");
      assert.equal((await status(progress, machine.project))[0]?.route, null);
      machine.docker("exec", "text\0another\n\0loaded");
      const found = await status(progress, machine.project);
      const words = "the gateway serves another route than the last complete run left";
      assert.equal(found[0]?.route, words);
      assert.equal(statusInWords(found).split("\n").at(-1), `local: ${words}; the next start switches again`);
      machine.docker("exec", "no such container", 1);
      assert.equal((await status(progress, machine.project))[0]?.route, null);
    });

    it("shows for which changes images with mounted source have to be built again, as followed logs do", async () => {
      withState("namespaces/notes-local/state", "local", stackOf({ namespace: "notes-local" }));
      for (const file of ["Dockerfile", "requirements.txt", "notes/api.py"]) {
        machine.write(`app/api/${file}`, "as it is built");
      }
      const folder = ".towpath/namespaces/notes-local/development/api";
      const inputs = { "app/api/Dockerfile": "of old", "app/api/alembic.ini": "gone" };
      machine.write(`${folder}/inputs.json`, JSON.stringify(inputs));
      const message =
        "images.api: app/api/Dockerfile, app/api/alembic.ini, app/api/requirements.txt changed since npm start; run npm start again";
      const [local] = await status(progress, machine.project);
      assert.deepEqual(local?.outdated, [message]);
      assert.equal(statusInWords([local]).split("\n").at(-1), message);

      await logs(progress, { service: "api", follow: true, json: false }, machine.project);
      assert.deepEqual(progress.lines, [message]);
      machine.write("app/api/a", "1");
      const more =
        "images.api: app/api/Dockerfile, app/api/a, app/api/alembic.ini, 1 more changed since npm start; run npm start again";
      assert.deepEqual((await status(progress, machine.project))[0]?.outdated, [more]);
    });

    it("asks Pulumi when the state is elsewhere", async () => {
      const given = { PULUMI_BACKEND_URL: "s3://bucket" };
      machine.pulumi("stack", [], 255, "error: no credentials");
      await assert.rejects(status(progress, machine.project, given), {
        message:
          'PULUMI_BACKEND_URL: the state at s3://bucket cannot be read, got "no credentials"; log in there, or unset it to keep the state in .towpath',
      });
      machine.write("answers/pulumi-stack", "[]");
      machine.write("answers/pulumi-stack.code", "0");
      assert.deepEqual(await status(progress, machine.project, given), []);
    });

    it("has nothing to show before the first start", async () => {
      assert.equal(
        statusInWords(await status(progress, machine.project)),
        'no environment yet; "npm start" makes the local one',
      );
    });

    it("shows the state of the containers, and since when", () => {
      const one = (part: string, state: string, health?: "starting" | "healthy" | "unhealthy") => ({
        ...{ part, state },
        ...(health === undefined ? {} : { health }),
      });
      assert.equal(healthInWords([]), "gone");
      assert.equal(healthInWords([one("api", "exited"), one("web", "created")]), "stopped");
      assert.equal(healthInWords([one("api", "running", "healthy"), one("web", "running")]), "healthy");
      assert.equal(
        healthInWords([one("web", "exited"), one("api", "running", "unhealthy"), one("redis", "running")]),
        "api unhealthy, web exited",
      );
      assert.equal(
        healthInWords([{ ...one("worker", "running"), restarts: 3 }, one("api", "running", "healthy")]),
        "worker restarting (3 times)",
      );
      const day = 86_400_000;
      assert.deepEqual([-5, 4_900, 60_000, 7_300_000, day, 47 * 3_600_000, 2 * day].map(age), [
        "0 s",
        "4 s",
        "1 min",
        "2 h",
        "24 h",
        "47 h",
        "2 days",
      ]);
    });
  });

  describe("logs, shell and psql", () => {
    const all = {
      logs: (service?: string) => logs(progress, { service, follow: false, json: false }, machine.project),
      shell: (part: string) => exec({ part }, progress, machine.project),
      psql: () => psql({ args: [] }, progress, machine.project),
    };

    it("refuse a service that the application does not have", async () => {
      for (const ask of [all.logs, all.shell]) {
        await assert.rejects(ask("apo"), {
          name: "Problem",
          message: 'service: no such service of notes, got "apo"; did you mean "api"',
        });
        await assert.rejects(ask("db"), {
          message:
            'service: no such service of notes, got "db"; known are api, gateway, object-storage, postgres, redis, web, worker',
        });
      }
    });

    it("report that the environment does not exist", async () => {
      machine.docker("ps", "");
      const message = 'local: notes-local is not there, got no container of it; "npm start" starts it';
      for (const ask of [() => all.logs(), () => all.logs("api"), () => all.shell("api"), all.psql])
        await assert.rejects(ask(), { name: "Problem", message });
      // Something of it is, but no service.
      machine.docker("ps", "1\tnotes-local-redis\trunning\tUp\tredis\t\t");
      await assert.rejects(all.logs(), { message });
    });

    it("report that the container does not exist or does not run", async () => {
      await assert.rejects(all.psql(), {
        message: 'postgres: has to have a container, got none; "npm start" makes it',
      });
      machine.docker("ps", "1\tnotes-local-postgres\texited\tExited (0)\tpostgres\t\t");
      await assert.rejects(all.psql(), {
        message: 'postgres: its container has to run, got exited; "npm start" starts it',
      });
    });

    it("report that no engine answers", async () => {
      machine.docker("version", "", 1);
      for (const ask of [() => all.logs(), () => all.shell("api"), all.psql])
        await assert.rejects(ask(), { name: "Problem", message: /^docker: no engine answers/ });
    });

    it("print the logs of several containers in chronological order, or one's unchanged", async () => {
      machine.docker("ps", `${api}\n2\tnotes-local-worker-1a\trunning\tUp\tworker\tr1\t`);
      machine.docker("logs", "2026-01-02T00:00:01Z one | {}\n2026-01-02T00:00:02Z two\n");
      const printed = async (...args: string[]) =>
        (await run(process.execPath, ["setup/bootstrap.mjs", "logs", ...args])).stdout;
      assert.equal(
        (await printed()).replace(/^(?:api {3}|worker) \| /gm, ""),
        "one | {}\none | {}\ntwo\ntwo\n",
      );
      assert.equal(await printed("api", "--follow"), "one | {}\ntwo\n");
      const [first] = (await printed("api", "--json")).split("\n");
      assert.deepEqual(JSON.parse(String(first)), {
        ...{ service: "api", time: "2026-01-02T00:00:01Z" },
        ...{ stream: "stdout", text: "one | {}" },
      });
    });

    it("print both streams of a container in chronological order, however much it printed to one before the other", async () => {
      // No pipe holds a stretch of 20,000 lines.
      machine.write(
        "answers/docker-logs.sh",
        `stretch() { awk -v from=$1 'BEGIN { for (n = 0; n < 20000; n++) printf "%d %d %092d\\n", from + n, from, n }'; }
        stretch 100000
        stretch 200000 >&2
        stretch 300000`,
      );
      const { stdout } = await run(process.execPath, ["setup/bootstrap.mjs", "logs", "api"]);
      const stretches = stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.slice(0, 6));
      assert.equal(stretches.length, 60_000);
      assert.deepEqual(
        stretches.filter((stretch, index) => stretch !== stretches[index - 1]),
        ["100000", "200000", "300000"],
      );
    });

    it("open a container, and end with its exit code", async () => {
      machine.docker("exec", "", 3);
      assert.equal(await all.shell("api"), 3);
      machine.docker("ps", "7\tnotes-local-postgres\trunning\tUp\tpostgres\t\t");
      assert.equal(await psql({ args: ["-c", "select 1"] }, progress, machine.project), 3);
      assert.deepEqual(machine.calls, [
        'docker exec --interactive 1 sh -c exec "$(command -v bash || command -v sh)"',
        `docker exec --interactive 7 sh -ec ${asOwner} sh notes_local -c select 1`,
      ]);
    });
  });
});
