import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandsOf } from "../../support/docs.ts";
import { docker, footprint } from "../../support/footprint.ts";
import { TestProject, type Ended, type StartedAnswer } from "../../support/project.ts";
import { request } from "../../support/request.ts";
import { until } from "../../support/until.ts";

describe("the command line beside a running environment", () => {
  let project: TestProject;
  let branch: string;
  let started: StartedAnswer;
  let database: string;

  before(async () => {
    project = await TestProject.create();
    branch = project.checkOut("main");
    started = await project.start();
    database = started.namespace.replaceAll("-", "_");
  });
  afterEach(async function () {
    // Whatever a failure left must not be the next one's trouble.
    if (this.currentTest?.state === "failed") await project.start();
  });
  after(() => project.remove());

  /** Runs a shell's command line in the project's folder. */
  const typed = (line: string): Promise<Ended> => project.spawn("sh", ["-c", line]).ended;

  /** Waits until the environment is so: the engine's own first look at a new container comes after some seconds. */
  const untilHealth = (health: string): Promise<boolean> =>
    until(`"${health}"`, 60, async () => {
      const shown = JSON.parse((await project.succeed(["status", "--json"])).stdout) as { health: string }[];
      if (shown[0]?.health !== health) throw new Error(shown[0]?.health);
      return true;
    });

  it("shows the status, as a table and as JSON", async () => {
    await untilHealth("healthy");
    const { code, stdout, stderr } = await typed("npx towpath status");
    assert.equal(code, 0, stderr);
    const [head = "", row = ""] = stdout.split("\n").map((line) => line.split(/ {2,}/));
    assert.deepEqual(head, ["environment", "namespace", "release", "health", "address", "age"]);
    assert.deepEqual(row.slice(0, 5), [
      ...["local", started.namespace, started.release.id],
      ...["healthy", started.url],
    ]);
    assert.match(row[5] ?? "", /^\d+ (s|min)$/);
    const [shown] = JSON.parse((await project.succeed(["status", "--json"])).stdout) as {
      current: boolean;
    }[];
    assert.equal(shown?.current, true);
  });

  it("tells a service that keeps restarting from one that runs", async () => {
    const worker = started.services.worker?.container ?? "";
    await until("the worker to be started again twice", 60, async () => {
      const [restarts] = await docker(["container", "inspect", "--format", "{{.RestartCount}}", worker]);
      if (Number(restarts) >= 2) return true;
      // Not heard by one that has just begun, and not by one that ends already.
      return docker(["exec", worker, "sh", "-c", "kill 1"]).then(
        () => undefined,
        () => undefined,
      );
    });
    const words = /^restarting \([2-9] times\)$/;
    await until("the status to say so", 60, async () => {
      const shown = JSON.parse((await project.succeed(["status", "--json"])).stdout) as { health: string }[];
      const [part, ...health] = (shown[0]?.health ?? "").split(" ");
      if (part !== "worker" || !words.test(health.join(" "))) throw new Error(shown[0]?.health);
      return true;
    });
    assert.match((await project.start()).services.worker?.health ?? "", words);
  });

  it("shows what does not run, and what is stopped", async () => {
    await docker(["stop", started.services.worker?.container ?? ""]);
    await untilHealth("worker exited");
    assert.deepEqual(await project.run(["shell", "worker"]), {
      code: 1,
      stdout: "",
      stderr: 'worker: its container has to run, got exited; "npm start" starts it',
    });
    await project.succeed(["stop"]);
    await untilHealth("stopped");
    await project.start();
    await untilHealth("healthy");
  });

  it("prints the logs of one service, and those of all in chronological order", async () => {
    await request(`${started.url}/api/notes`);
    const one = await project.succeed(["logs", "api"]);
    assert.match(one.stdout, /"\/api\/notes"/);
    assert.doesNotMatch(one.stdout, /^api +\| /m);
    const all = await project.succeed(["logs"]);
    assert.match(all.stdout, /^api {4}\| /m);
    assert.match(all.stdout, /^worker \| /m);
    const lines = (await project.succeed(["logs", "--json"])).stdout
      .split("\n")
      .map((line) => JSON.parse(line) as { service: string; time: string; stream: string; text: string });
    const times = lines.map(({ time }) => time);
    assert.deepEqual(times, [...times].sort());
    assert.deepEqual([...new Set(lines.map(({ service }) => service))].sort(), ["api", "web", "worker"]);
  });

  it("follows the logs until it is interrupted", async () => {
    const following = project.spawn("sh", ["-c", "exec node setup/bootstrap.mjs logs -f api > followed"]);
    const followed = (): string => readFileSync(join(project.folder, "followed"), "utf8");
    const before = await until("the log so far", 30, () => (followed() === "" ? undefined : followed()));
    await until("a line of now", 30, async () => {
      await request(`${started.url}/api/notes`);
      return followed().slice(before.length).includes("/api/notes") || undefined;
    });
    process.kill(following.pid, "SIGINT");
    assert.equal((await following.ended).code, 130);
  });

  it("opens a shell in a container, and ends with its exit code", async () => {
    const inside = await typed("echo 'hostname; exit 7' | node setup/bootstrap.mjs shell api");
    const [id = ""] = await docker(["ps", "--quiet", "--filter", `name=${started.services.api?.container}`]);
    assert.deepEqual([inside.code, inside.stdout, inside.stderr], [7, id, ""]);
  });

  it("opens psql as the application's role on its database, without a password", async () => {
    const who = "select current_user, current_database()";
    const expected = `${database}_app|${database}`;
    const asked = await project.succeed(["psql", "-At", "-c", who]);
    assert.equal(asked.stdout, expected);
    const piped = await typed(`echo '${who}' | npx towpath psql -At`);
    assert.deepEqual([piped.code, piped.stdout], [0, expected]);
    const wrong = await project.run(["psql", "-c", "select nothing"]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /column "nothing" does not exist/);
  });

  it("shows the namespace and its origin, with the names that are there", async () => {
    const { stdout } = await project.succeed(["namespace", "--json"]);
    const answer = JSON.parse(stdout) as { namespace: string; why: string; names: Record<string, string> };
    assert.deepEqual(
      [answer.namespace, answer.why],
      [started.namespace, `git's branch "${branch}", the folder ${project.folder}`],
    );
    const found = await footprint(started.namespace);
    const of = (kind: string): string[] =>
      Object.entries(answer.names).flatMap(([name, value]) => (name.startsWith(`${kind} `) ? [value] : []));
    for (const name of of("container")) {
      const pattern = new RegExp(`^${name.replace("<7 digits>", "[0-9a-f]{7}")}$`);
      assert.ok(
        found.containers.some((container) => pattern.test(container)),
        name,
      );
    }
    for (const name of of("volume")) assert.ok(found.volumes.includes(name), name);
    for (const name of of("image")) assert.ok(found.images.includes(`${name}:latest`), name);
    assert.deepEqual(found.networks, [answer.names.network]);
    assert.equal(answer.names.database, database);
    const [bucket] = of("bucket");
    const buckets = await docker(["exec", String(answer.names["container object storage"]), "ls", "/data"]);
    assert.ok(buckets.includes(String(bucket)), buckets.join(" "));
  });

  it("finds no problem with the machine, and changes nothing", async () => {
    const before = await footprint(started.namespace);
    const { stdout } = await project.succeed(["doctor"]);
    assert.match(stdout, /^well {2}docker$/m);
    assert.match(stdout, /\neverything is there$/);
    assert.deepEqual(await footprint(started.namespace), before);
  });

  for (const page of ["namespaces.md", "commands.md"]) {
    it(`works as docs/${page} describes, one command after the other`, async () => {
      const auth = `${project.namespace}-auth`;
      const commands = commandsOf(page).map((command) => command.replace("feature/auth-v2", auth));
      assert.ok(commands.length > 3, commands.join("\n"));
      for (const command of commands) {
        const { code, stdout, stderr } = await project.spawn("bash", ["-c", command]).ended;
        assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
      }
    });
  }
});
