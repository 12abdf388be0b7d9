import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { commandsOf } from "../../support/docs.ts";
import { docker, nothing, remains } from "../../support/footprint.ts";
import { freePort, occupy } from "../../support/free-port.ts";
import { askVersion, checkNote, writeNote } from "../../support/notes.ts";
import { TestProject, type StartedAnswer } from "../../support/project.ts";
import { askPort, isPostgres } from "../../support/raw-port.ts";
import { request } from "../../support/request.ts";
import { until } from "../../support/until.ts";
import { quick, sampled } from "../../support/quick.ts";

const levelOfMine = "level-of-mine";
const secretOfMine = "secret-of-mine-0123456789abcdef";

/** The files below a folder that hold a text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(text));
}

/** The addresses of this machine itself. */
function loopback(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all);
  return ["127.0.0.1", ...(addresses.some(({ address }) => address === "::1") ? ["[::1]"] : [])];
}

/** The application with a mail catcher of a ready-made image, which is there locally. */
function withCatcher(application: string, from: string, answer = "caught"): string {
  const command = ["caddy", "respond", "--listen", ":8025", answer];
  const placed = { only: ["local"], routes: ["/mail/*"], port: 8025, volumes: { mails: "/mails" } };
  const service = { image: "catcher", command, ...placed };
  return application
    .replace("  images: {\n", `$&    catcher: { from: "${from}" },\n`)
    .replace("  services: {\n", `  volumes: ["mails"],\n$&    catcher: ${JSON.stringify(service)},\n`);
}

describe("the local environment", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create();
  });
  after(() => project.remove());

  it("starts from a bare clone and prints the url at which the application answers", async () => {
    await project.succeed(["destroy", "--yes"]);
    project.configure({ variables: { LOG_LEVEL: "info" } });
    project.source.write(".env.example", `LOG_LEVEL=${levelOfMine}\nJWT_SECRET=${secretOfMine}\n`);

    const { code, stdout, stderr } = await project.spawn("npm", ["start"]).ended;

    assert.equal(code, 0, stderr);
    assert.match(stderr, /^\.env: made from \.env\.example; put your own values in$/m);
    const lines = stdout.split("\n");
    assert.equal(lines.at(-1), `url: ${project.url}`);
    const table = new Map(lines.map((line) => [line.split(/ {2,}/)[0], line.split(/ {2,}/)[1]]));
    assert.equal(table.get("address"), project.url);
    for (const service of ["api", "web", "worker"]) {
      assert.match(
        table.get(service) ?? "",
        new RegExp(`^healthy \\(${project.namespace}-${service}-[0-9a-f]{7}\\)$`),
      );
    }
    assert.match(table.get("release") ?? "", /^[0-9a-f]{12}$/);
    const page = await request(project.url);
    assert.match(await page.text(), /<div id="root">/);
    // Browsers ask IPv6 first for localhost.
    const { port } = new URL(project.url);
    for (const host of loopback()) assert.equal((await request(`http://${host}:${port}`)).status, 200, host);
    await writeNote(project.url, "the first one");
    const version = await askVersion(project.url);
    assert.equal(version.environment, "local");
  });

  it("has the values of .env, which no file of the state shows (000-50, 003-49, 003-71, 004-360)", async () => {
    const { services } = await project.start();
    const { container = "" } = services.api ?? {};
    const shown = await docker([
      "exec",
      container,
      "sh",
      "-c",
      "echo $LOG_LEVEL; cat /run/secrets/JWT_SECRET",
    ]);
    assert.deepEqual(shown, [levelOfMine, secretOfMine]);
    const state = join(project.folder, ".towpath");
    for (const value of [levelOfMine, secretOfMine]) assert.deepEqual(filesWith(state, value), [], value);
  });

  it("changes nothing when it is started again, twice", async () => {
    await project.start();
    const before = await containersOf(project);

    for (const time of ["first", "second"]) {
      const { changes } = await project.start();
      assert.deepEqual(Object.keys(changes), ["same"], `${time}: ${JSON.stringify(changes)}`);
      assert.deepEqual(await containersOf(project), before, time);
    }
  });

  it("has no changes for Pulumi's own command line", async () => {
    await project.start();
    const before = await containersOf(project);
    const flags = ["--stack", "local", "--yes", "--skip-preview", "--non-interactive", "--expect-no-changes"];

    for (const time of ["first", "second"]) {
      const { stdout } = await project.succeed(["pulumi", "up", ...flags]);
      assert.match(stdout, /^Resources:\n {4}\d+ unchanged$/m, time);
      assert.deepEqual(await containersOf(project), before, time);
    }
    await project.succeed(["pulumi", "preview", "--refresh", "--stack", "local", "--expect-no-changes"]);
  });

  it("runs PostgreSQL of another image, with settings and extensions, and Redis as a cache, beneath the copies that use them", async () => {
    await project.start();
    const note = await writeNote(project.url, "in any image");
    const before = await containersOf(project);
    const [server, cache] = [`${project.namespace}-postgres`, `${project.namespace}-redis`];
    const described = project.source.read("application.ts");
    const postgres = (more: string): void => {
      const other = described.replace("postgres: { version: 15 }", `postgres: { version: 15, ${more} }`);
      assert.notEqual(other, described);
      project.source.write("application.ts", other);
    };
    const [official = ""] = await docker(["inspect", "--format", "{{.Config.Image}}", server]);
    // Made from the official one, as pgvector's is.
    await docker(["tag", official, official.replace("library/postgres:15", "example/postgres:pg15")]);
    const image = 'image: "example/postgres:pg15"';
    try {
      postgres(`${image}, extensions: ["no_such_thing"]`);
      const refused = await project.run(["start"]);
      assert.notEqual(refused.code, 0);
      assert.match(
        refused.stdout + refused.stderr,
        /postgres\.extensions: "no_such_thing" cannot be created in the database template1, got "[^\n]*extension \\?"no_such_thing\\?" is not available[^\n]*name an image that has it in postgres\.image/,
      );

      const settings = 'settings: { max_connections: 77, shared_preload_libraries: "pg_stat_statements" }';
      postgres(`${image}, ${settings}, extensions: ["pg_stat_statements", "pg_trgm"]`);
      const both = project.source.read("application.ts");
      const kept = 'persistent: false, settings: { maxmemory: "64mb", "maxmemory-policy": "allkeys-lru" }';
      project.source.write(
        "application.ts",
        both.replace("redis: { version: 7 }", `redis: { version: 7, ${kept} }`),
      );
      const { stderr } = await project.succeed(["start"]);
      assert.ok(
        stderr.includes(
          `redis.persistent: it is false now, and the volume ${cache} is removed with what is in it`,
        ),
        stderr,
      );
      assert.deepEqual(await docker(["volume", "ls", "--quiet", "--filter", `name=^${cache}$`]), []);
      const reads = [
        "CONFIG GET maxmemory",
        "CONFIG GET maxmemory-policy",
        "CONFIG GET save",
        "CONFIG GET appendonly",
      ];
      const password = "$(sed -n 's/^requirepass //p' /run/secrets/redis.conf)";
      const read = `export REDISCLI_AUTH="${password}"; ${reads.map((one) => `redis-cli ${one}`).join("; ")}`;
      assert.deepEqual(
        (await docker(["exec", cache, "sh", "-c", read])).filter((line) => line !== ""),
        ["maxmemory", "67108864", "maxmemory-policy", "allkeys-lru", "save", "appendonly", "no"],
      );
      const asked = async (database: string): Promise<string[]> => {
        const sql =
          "SELECT current_setting('max_connections') || ' ' || string_agg(extname, ' ' ORDER BY extname) FROM pg_extension";
        const role = project.namespace.replaceAll("-", "_");
        const client = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--username", role];
        return docker(["exec", server, ...client, "--dbname", database, "--command", sql]);
      };
      for (const database of [project.namespace.replaceAll("-", "_"), "template1"])
        assert.deepEqual(await asked(database), ["77 pg_stat_statements pg_trgm plpgsql"], database);
      await checkNote(project.url, note, "in any image");
      const { changes } = await project.start();
      assert.deepEqual(Object.keys(changes), ["same"]);
    } finally {
      project.source.write("application.ts", described);
      await project.start();
    }
    // The copies outlived it all.
    const after = await containersOf(project);
    const gone = before.filter((line) => !after.includes(line)).map((line) => line.split(" ")[0]);
    assert.deepEqual(gone, [server, cache]);
  });

  it("keeps the data when it is stopped and started again", async () => {
    await project.start();
    const note = await writeNote(project.url, "still here");
    const before = await containersOf(project);

    await project.succeed(["stop"]);
    const running = await docker([
      "ps",
      "--quiet",
      "--filter",
      `label=towpath.namespace=${project.namespace}`,
    ]);
    assert.deepEqual(running, []);
    await assert.rejects(request(project.url));
    const { changes } = await project.start();

    assert.deepEqual(Object.keys(changes), ["same"]);
    assert.deepEqual(await containersOf(project), before);
    await checkNote(project.url, note, "still here");
  });

  sampled(
    "publishes ports of choice, and loses neither data nor requests (001-161, 001-192, 002-32, 003-101)",
    async () => {
      await project.start();
      const note = await writeNote(project.url, "before the ports");
      const foreign = await occupy(await freePort());
      const [postgres, storage, api, web] = [
        await freePort(),
        await freePort(),
        await freePort(),
        await freePort(),
      ];
      const ports = { postgres, redis: foreign.port, "object-storage": storage, api, web };
      project.configure({ ports });

      const { code, stdout, stderr } = await project.spawn("npm", ["start"]).ended;
      await foreign.release();

      assert.equal(code, 0, stderr);
      const redis = Number(/redis:\/\/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1]);
      assert.ok(redis > foreign.port, stdout);
      assert.match(
        stderr,
        new RegExp(`towpath:ports.redis: ${foreign.port} is taken by another program; redis gets ${redis}`),
      );
      await checkNote(project.url, note, "before the ports");
      const file = /^passwords +(.*)$/m.exec(stdout)?.[1] ?? "";
      const connections = parseEnv(readFileSync(join(project.folder, file), "utf8"));
      const { password } = new URL(connections.REDIS_URL ?? "");
      assert.equal(await isPostgres(postgres), true);
      assert.equal(await askPort(redis, `AUTH ${password}\r\n`), "+OK\r\n");
      assert.equal((await request(connections.S3_ENDPOINT ?? "")).status, 403);
      assert.match(await (await request(`http://localhost:${web}`)).text(), /<div id="root">/);
      const again = await project.succeed(["start", "--refresh", "--json"]);
      const { connections: shown, changes: none } = JSON.parse(again.stdout) as StartedAnswer;
      assert.deepEqual(Object.keys(none), ["same"], JSON.stringify(none));
      assert.match(
        shown.redis ?? "",
        new RegExp(`:${redis}/0 \\(in place of ${foreign.port}, which was taken\\)$`),
      );
      const { stdout: status } = await project.succeed(["status"]);
      assert.ok(status.includes(`port of api: http://localhost:${api}`), status);

      // Another release, while requests go to the services' own ports.
      project.configure({ ports, variables: { SHOWN: "other" } });
      const failed: string[] = [];
      const over = new AbortController();
      const releasing = project.start().finally(() => {
        over.abort();
      });
      while (!over.signal.aborted) {
        for (const url of [`http://localhost:${api}/api/health`, `http://localhost:${web}/`]) {
          const answer = await request(url).then(({ status }) => String(status), String);
          if (answer !== "200") failed.push(answer);
        }
      }
      const { changes } = await releasing;
      assert.ok((changes.replace ?? 0) > 0, JSON.stringify(changes));
      assert.deepEqual(failed, []);
    },
  );

  const deleted = quick(["api", "postgres"], ["worker", "web", "redis", "object-storage", "gateway"], 1);
  for (const part of deleted) {
    it(`restores the ${part} when its container was deleted by hand`, async () => {
      await project.start();
      const note = await writeNote(project.url, `before ${part} went`);

      const of = [
        "--filter",
        `label=towpath.namespace=${project.namespace}`,
        "--filter",
        `label=towpath.part=${part}`,
      ];
      const [container = ""] = await docker(["ps", "--quiet", ...of]);
      await docker(["rm", "--force", container]);
      const { services } = await project.start();

      assert.deepEqual(
        Object.entries(services).map(([name, { health }]) => `${name} ${health}`),
        ["api healthy", "web healthy", "worker healthy"],
      );
      await checkNote(project.url, note, `before ${part} went`);
      await writeNote(project.url, `after ${part} went`);
    });
  }

  it("runs its jobs as docs/jobs.md says, like a copy of their service (003-110)", async () => {
    await project.start();
    await project.succeed(["psql", "--command", "TRUNCATE notes CASCADE"]);
    const before = await containersOf(project);
    const [command = ""] = commandsOf("jobs.md").filter((one) => !one.includes("--stack"));

    const { code, stdout, stderr } = await project.spawn("sh", ["-c", command]).ended;

    assert.equal(code, 0, stderr);
    assert.match(stdout, /^local: seed \("python -m notes\.seed"\) ended well in \d/m);
    const notes = (await (await request(`${project.url}/api/notes`)).json()) as { title: string }[];
    assert.deepEqual(notes.map(({ title }) => title).sort(), ["A long one", "A shopping list", "Welcome"]);
    assert.deepEqual(await containersOf(project), before);

    const described = project.source.read("application.ts");
    const count = async (): Promise<string> =>
      (await project.succeed(["psql", "--command", "SELECT 'notes: ' || count(*) FROM notes"])).stdout;
    await project.succeed(["psql", "--command", "TRUNCATE notes CASCADE"]);
    project.source.write(
      "application.ts",
      described.replace("timeoutSeconds: 60 } }", 'timeoutSeconds: 60, runs: "before-release" } }'),
    );
    await project.start();
    assert.match(await count(), /notes: 3/);
    // It ran for these images.
    await project.succeed(["psql", "--command", "TRUNCATE notes CASCADE"]);
    await project.start();
    assert.match(await count(), /notes: 0/);
    project.source.write("application.ts", described);
    await project.start();
  });

  sampled(
    "runs a ready-made image as it is, pulled once, with a volume, and names one that cannot be pulled (000-53b)",
    async () => {
      const before = project.source.read("application.ts");
      const describe = (from: string, answer?: string): void => {
        project.source.write("application.ts", withCatcher(before, from, answer));
      };
      const inCatcher = (services: StartedAnswer["services"], script: string): Promise<string[]> =>
        docker(["exec", services.catcher?.container ?? "", "sh", "-c", script]);
      describe("caddy:2.11.9");
      const { services } = await project.start();
      await inCatcher(services, "echo kept >/mails/one");
      const caught = await until("the mail catcher", 10, async () => {
        const answer = await request(`${project.url}/mail/`);
        return answer.status === 200 ? answer.text() : undefined;
      });
      assert.equal(caught, "caught");
      const { changes } = await project.start();
      assert.deepEqual(Object.keys(changes), ["same"], JSON.stringify(changes));

      describe("caddy:2.11.9", "caught again");
      const { services: others } = await project.start();
      assert.notEqual(others.catcher?.container, services.catcher?.container);
      assert.deepEqual(await inCatcher(others, "cat /mails/one"), ["kept"]);

      describe("axllent/mailpit:no-such-version");
      assert.match(
        await project.refusal(),
        /^image: \S*axllent\/mailpit:no-such-version cannot be pulled, got ".+"; check its name and tag, /,
      );
      assert.equal((await request(`${project.url}/mail/`)).status, 200);
      project.source.write("application.ts", before);
      await project.start();
    },
  );

  it("asks its smoke checks at any time, as docs/smoke.md says (002-427)", async () => {
    await project.start();
    const [command = ""] = commandsOf("smoke.md").filter((one) => !one.includes("--stack"));
    const asked = await project.spawn("sh", ["-c", command]).ended;
    assert.equal(asked.code, 0, asked.stdout + asked.stderr);
    assert.match(asked.stdout, /^GET \/api\/health +passed +\d\.\d\d s$/m);
    assert.match(asked.stdout, /^local, http:\/\/localhost:\d+: 2 checks passed$/m);

    await project.succeed(["stop"]);
    const stopped = await project.spawn("sh", ["-c", command]).ended;
    assert.equal(stopped.code, 1, stopped.stdout + stopped.stderr);
    assert.match(stopped.stdout, /^local, .*: 2 of 2 checks failed$/m);
  });

  it("leaves nothing behind when it is destroyed", async () => {
    await project.start();
    const before = await project.footprint();
    assert.equal(before.containers.length, 7, before.containers.join(", "));
    assert.equal(before.networks.length, 1);
    assert.ok(before.volumes.length >= 4, before.volumes.join(", "));
    assert.ok(before.images.length >= 4, before.images.join(", "));

    await project.succeed(["destroy", "--yes"]);

    assert.deepEqual(await remains(before), nothing);
    assert.deepEqual(await project.footprint(), nothing);
  });

  sampled("starts the backing services alone, and later takes them over as they are (002-112)", async () => {
    await project.succeed(["destroy", "--yes"]);
    const postgres = await freePort();
    project.configure({ ports: { postgres } });

    const { stdout } = await project.succeed(["start", "--only", "data"]);
    assert.match(
      stdout,
      new RegExp(`^port of postgres +postgresql://\\S+@127\\.0\\.0\\.1:${postgres}/`, "m"),
    );
    assert.equal(await isPostgres(postgres), true);
    const alone = await containersOf(project);
    assert.deepEqual(
      alone.map((line) => line.split(" ")[0]),
      ["object-storage", "postgres", "redis"].map((part) => `${project.namespace}-${part}`),
    );
    await project.start();

    const whole = await containersOf(project);
    assert.deepEqual(
      whole.filter((line) => alone.includes(line)),
      alone,
    );
    assert.equal(whole.length, 7);
    await project.succeed(["stop"]);
    await project.succeed(["start", "--only", "data"]);
    const up = await docker([
      "ps",
      "--format",
      "{{.Names}}",
      "--filter",
      `label=towpath.namespace=${project.namespace}`,
    ]);
    assert.deepEqual(
      up.sort(),
      alone.map((line) => line.split(" ")[0]),
    );
    await project.succeed(["destroy", "--yes"]);
    assert.deepEqual(await project.footprint(), nothing);
  });

  it("asks before it is destroyed, and stays when nobody can answer", async () => {
    await project.start();
    const before = await project.footprint();

    const { code, stderr } = await project.run(["destroy"]);

    assert.equal(code, 1);
    assert.ok(
      stderr.endsWith(
        `destroy: removes ${project.namespace} with all its data and has to be agreed to, got no terminal to ask on; use "npm run destroy -- --yes"`,
      ),
      stderr,
    );
    assert.deepEqual(await project.footprint(), before);
    await until("an answer", 10, async () => (await request(project.url)).ok || undefined);
  });
});

/** The containers by name with their ids: equal when nothing was replaced. */
async function containersOf(project: TestProject): Promise<readonly string[]> {
  const of = ["--filter", `label=towpath.namespace=${project.namespace}`];
  return (await docker(["ps", "--all", "--format", "{{.Names}} {{.ID}}", ...of])).sort();
}
