/** The protection of users' data in staging and production, on two hosts. */
import assert from "node:assert/strict";
import { stringify } from "yaml";
import type { Backup } from "../../../cli/commands/backup.ts";
import type { Migrations } from "../../../cli/commands/migrations.ts";
import { blocksOf, commandsOf } from "../../support/docs.ts";
import { addedMigration } from "../../support/hosts/added-migration.ts";
import { ReleasedProject, type ReleasedStack } from "../../support/hosts/released-project.ts";
import { handBack, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { until } from "../../support/until.ts";
import { lookedAtFromAnywhere } from "./looked-at.ts";
import { releaseJobs } from "./release-jobs.ts";
import { restoredFromDumps } from "./restored.ts";
import { endedBackups, scheduledBackups } from "./scheduled-backups.ts";
import { scheduledJobs } from "./scheduled-jobs.ts";
import { sampled } from "../../support/quick.ts";

const shorterTitles = addedMigration({
  revision: "0005",
  after: "0004",
  up: "ALTER TABLE notes ALTER COLUMN title TYPE varchar(150)",
});

describe("users' data on hosts", () => {
  const hosts: TestHost[] = [];
  let released: ReleasedProject;

  before(async () => {
    hosts.push(...(await Promise.all([takeHost(), takeHost()])));
    const [staging, production] = hosts;
    assert.ok(staging && production);
    released = await ReleasedProject.create({ staging, production });
    released.configure("staging", { commit: await released.publish() });
    await released.release("staging");
    await released.release("production");
  });
  after(async () => {
    await released.remove();
    await Promise.all(hosts.map(handBack));
  });

  /** Returns what a run that has to fail prints. */
  async function failing(stack: ReleasedStack): Promise<string> {
    const { code, stdout, stderr } = await released.up(stack);
    assert.notEqual(code, 0, stdout);
    return stdout + stderr;
  }

  async function isServed(stack: ReleasedStack): Promise<void> {
    assert.equal((await released.ask(stack, "/api/health")).status, 200);
  }

  /** Writes the settings of a stack that is never brought up here. */
  function configured(stack: string, settings: Readonly<Record<string, unknown>>): void {
    const config = Object.entries(settings).map(([key, value]) => [`towpath:${key}`, value] as const);
    const text = stringify({ config: Object.fromEntries(config) });
    released.project.source.write(`Pulumi.${stack}.yaml`, text);
  }

  // What a test starts from is made sure of by the next two; what another test left so is not made again.

  /** Staging has the shorter titles. */
  async function shortened(): Promise<void> {
    if ((await released.record("staging")).schema?.after !== "0004") return;
    released.configure("staging", { commit: await released.publish({ api: shorterTitles }) });
    await released.release("staging");
  }

  /** Dumps production while it has one note, before it gets the shorter titles and whatever else staging has. */
  async function dumped(): Promise<void> {
    if ((await released.record("production")).schema?.after !== "0004") return;
    await shortened();
    await released.sql("production", "DELETE FROM notes; INSERT INTO notes (title) VALUES ('kept')");
    const { schema } = await released.record("staging");
    released.configure("production", { migration: { acknowledge: schema?.after } });
    await released.release("production");
  }

  it("is served by limited copies, and by servers with few rights", async () => {
    const host = released.host("staging");
    const names = await host.docker(
      "ps",
      "--filter",
      "label=towpath.namespace=notes-staging",
      "--format",
      "{{.Names}}",
    );
    const fields = ["Memory", "MemorySwap", "NanoCpus", "PidsLimit", "ReadonlyRootfs", "CapDrop", "CapAdd"];
    const shown = [...fields, "SecurityOpt", "LogConfig.Config"].map(
      (field) => `{{json .HostConfig.${field}}}`,
    );
    const found = async (part: string): Promise<unknown[]> => {
      const name = names.find((one) => one.startsWith(`notes-staging-${part}`)) ?? assert.fail(part);
      const [answer = ""] = await host.docker("inspect", "--format", `[${shown.join(",")}]`, name);
      return JSON.parse(answer) as unknown[];
    };
    const everywhere = [["no-new-privileges:true"], { "max-file": "5", "max-size": "10m" }];
    const copy = (added: string[] | null): unknown[] => {
      const limits = [2 ** 28, 2 ** 28, 2e9, 256];
      return [...limits, true, ["ALL"], added, ...everywhere];
    };
    assert.deepEqual(await found("api-"), copy(null));
    assert.deepEqual(await found("worker-"), copy(null));
    assert.deepEqual(await found("web-"), copy(["CAP_NET_BIND_SERVICE"]));
    const entryPoint = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_SETGID", "CAP_SETUID"];
    for (const part of ["postgres", "redis", "object-storage"]) {
      assert.deepEqual(await found(part), [0, 0, 0, null, false, ["ALL"], entryPoint, ...everywhere], part);
    }
  });

  it("belongs to the application's own role, which is no superuser (003-160)", async () => {
    const ask = (sql: string): Promise<string> => released.sql("staging", sql);
    const role = "notes_staging_app";
    assert.equal(await ask(`SELECT rolsuper FROM pg_roles WHERE rolname = '${role}'`), "f");
    assert.equal(await ask("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"), role);
    const overNetwork = "client_addr IS NOT NULL AND client_addr <> '127.0.0.1'";
    assert.equal(await ask(`SELECT DISTINCT usename FROM pg_stat_activity WHERE ${overNetwork}`), role);
  });

  it("is filled by a job, in a container like a limited copy (003-110)", async () => {
    const [command = ""] = commandsOf("jobs.md").filter((one) => one.includes("--stack staging"));
    await released.sql("staging", "TRUNCATE notes CASCADE");
    const before = await released.host("staging").docker("ps", "--all", "--quiet");

    const { code, stdout, stderr } = await released.run(command.replace("npx towpath ", "").split(" "));

    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^staging: seed \("python -m notes\.seed"\) ended well in \d/m);
    const { body } = await released.ask("staging", "/api/notes");
    assert.match(body, /A shopping list/);
    assert.deepEqual(await released.host("staging").docker("ps", "--all", "--quiet"), before);
  });

  scheduledJobs(() => released);

  releaseJobs(() => released);

  it("is looked at, and not touched, to measure what a commit's migrations would do (002-646)", async () => {
    const host = released.host("staging").settings();
    const { imageMirror, address } = released.registry;
    configured("host-previews", { host, imageMirror });
    configured("preview", {
      ...{ host, imageMirror, gateway: "host-previews", previewDomain: "preview.example.test" },
      registry: { address, repository: released.repository },
    });
    await released.sql("staging", "DELETE FROM notes; INSERT INTO notes (title) VALUES ('kept'), ('too')");
    const { id, schema } = await released.record("staging");
    const up = "CREATE INDEX titles ON notes (title); ALTER TABLE notes DROP COLUMN title";
    const added = addedMigration({ revision: "0009", after: schema?.after ?? "", up });
    const commit = await released.publish({ api: added });
    const [command = ""] = commandsOf("data.md").filter((one) => one.includes(" migrations "));
    const words = command.replace("npx towpath ", "").split(" ");
    const { code, stdout, stderr } = await released.run([...words, "--commit", commit, "--json"]);
    assert.equal(code, 1, stdout + stderr);
    const { facts, ...asked } = JSON.parse(stdout) as Migrations;
    assert.deepEqual(asked, { stack: "staging", commit, revisions: ["0009"] });
    const index = facts.statements.find(({ statement }) => statement.startsWith("CREATE INDEX"));
    assert.deepEqual(
      index?.measured?.locks.map(({ relation, mode }) => [relation, mode]),
      [["notes", "SHARE"]],
    );
    const dropped = facts.statements.find(({ statement }) => statement.includes("DROP COLUMN"));
    assert.deepEqual(dropped?.findings[0], {
      ...{ hazard: "dropped-column", kind: "data", relation: "notes", column: "title" },
      words: 'drops the column "title"',
      fix: "drop it in the release after the one that no longer uses it",
      rows: { rows: 2, exact: true },
    });
    assert.deepEqual(facts.oldRelease, {
      lives: true,
      words: `${id} lives on the new schema: api answers /api/health; worker runs`,
    });
    assert.equal(await released.sql("staging", "SELECT count(title) FROM notes"), "2");
    await isServed("staging");
  });

  sampled("is neither removed by a plan nor opened by another version of PostgreSQL", async () => {
    const source = released.project.source;
    const described = source.read("application.ts");
    try {
      source.write(
        "application.ts",
        described.replace("postgres: { version: 15 }", "postgres: { version: 16 }"),
      );
      assert.match(
        await failing("staging"),
        /postgres\.version: the volume notes-staging-postgres was made by PostgreSQL 15, which no other major version can open, got 16; keep 15, or move the data first: see "Another major version of PostgreSQL" in docs\/data\.md/,
      );
      source.write(
        "application.ts",
        described.replaceAll(', "files"', "").replace('  buckets: ["files"],\n', ""),
      );
      const plan = await released.run(["pulumi", "preview", "--stack", "staging"]);
      assert.notEqual(plan.code, 0);
      assert.match(
        plan.stdout + plan.stderr,
        /notes-staging-object-storage-volume"? cannot be deleted\s+because it is protected/,
      );
    } finally {
      source.write("application.ts", described);
    }
    await isServed("staging");
  });

  sampled(
    "outlives releases in a volume that services and jobs share, and that no plan takes away",
    async () => {
      const { source } = released.project;
      const described = source.read("application.ts");
      const shared = described
        .replace(
          "  services: {\n    api: {\n",
          '  volumes: ["uploads"],\n$&      volumes: { uploads: "/app/uploads" },\n',
        )
        .replace("    worker: {\n", '$&      volumes: { uploads: "/uploads" },\n')
        .replace("  jobs: {", '$& look: { service: "api", command: ["cat", "/app/uploads/note"] },');
      source.write("application.ts", shared);
      // Docker gives a new volume the owner that its folder has in the image.
      const folder = ["USER 0:0", "RUN mkdir uploads && chown 10001:10001 uploads", "USER 10001:10001"];
      const inCopy = async (part: string, script: string): Promise<string> => {
        const filters = ["label=towpath.namespace=notes-staging", `label=towpath.part=${part}`];
        const named = filters.flatMap((filter) => ["--filter", filter]);
        const [copy = ""] = await released.host("staging").docker("ps", "--quiet", ...named);
        return (await released.host("staging").docker("exec", copy, "sh", "-c", script)).join("\n");
      };
      released.configure("staging", { commit: await released.publish({ api: folder }) });
      await released.release("staging");
      await inCopy("api", "echo kept $HOSTNAME >/app/uploads/note");
      const written = await inCopy("api", "echo kept $HOSTNAME");

      released.configure("staging", { commit: await released.publish({ api: [...folder, "ENV OTHER=1"] }) });
      await released.release("staging");
      assert.notEqual(await inCopy("api", "echo kept $HOSTNAME"), written);
      assert.equal(await inCopy("api", "cat /app/uploads/note"), written);
      assert.equal(await inCopy("worker", "echo more >>/uploads/note; head -n 1 /uploads/note"), written);
      const job = await released.run(["job", "run", "look", "--stack", "staging"]);
      assert.equal(job.code, 0, job.stderr);
      assert.ok((job.stdout + job.stderr).includes(written), job.stdout + job.stderr);

      // What is declared is kept although nobody uses it; what is not is protected.
      source.write("application.ts", described);
      const plan = await released.run(["pulumi", "preview", "--stack", "staging"]);
      assert.notEqual(plan.code, 0);
      assert.match(
        plan.stdout + plan.stderr,
        /notes-staging-uploads-volume"? cannot be deleted\s+because it is protected/,
      );
      source.write("application.ts", described.replace("  services: {\n", '  volumes: ["uploads"],\n$&'));
      await released.release("staging");
      await isServed("staging");
    },
  );

  it("is dumped in production before a migration, whose destructive steps have to be acknowledged there", async () => {
    released.configure("staging", { commit: await released.publish({ api: shorterTitles }) });
    const { stdout } = await released.up("staging");
    assert.match(
      stdout,
      /warning: migrations: from 0004 to 0005 changes the type of the column "title": ALTER TABLE notes ALTER COLUMN title TYPE varchar\(150\)/,
    );
    const schema = { before: "0004", after: "0005", applied: ["0005"], destructive: ["0005"] };
    assert.deepEqual((await released.record("staging")).schema, schema);
    const before = await released.record("production");

    assert.match(
      await failing("production"),
      /towpath:migration\.acknowledge: the migration from 0004 to 0005 takes away what cannot come back, or what the release that runs may use; expected an acknowledgement of 0005, got none; spread it over two releases, or if it is meant, set towpath:migration to \{ "acknowledge": "0005" \}:\s+changes the type of the column "title": ALTER TABLE/,
    );
    assert.deepEqual(await released.record("production"), before);
    await isServed("production");

    await dumped();
    const { schema: migrated, receipts } = await released.record("production");
    assert.deepEqual(migrated, schema);
    const backup = receipts.backup as unknown as { file: string; sha256: string; volume: string };
    assert.equal(backup.volume, "notes-production-backups");
    const host = released.host("production");
    const beside = ["run", "--rm", "--volume", `${backup.volume}:/backups`, "--workdir", "/backups"];
    const image = await host.docker("inspect", "--format", "{{.Image}}", "notes-production-postgres");
    const [sum] = await host.docker(...beside, ...image, "sha256sum", backup.file);
    assert.equal(sum, `${backup.sha256}  ${backup.file}`);
    const restored = await host.docker(
      ...beside,
      ...image,
      "pg_restore",
      "--data-only",
      "--table=notes",
      "--file=-",
      backup.file,
    );
    assert.match(restored.join("\n"), /\tkept\t/);
  });

  it("is dumped at any time, independently of migrations", async () => {
    const [command = ""] = commandsOf("data.md").filter((one) => one.includes(" backup "));
    const backUp = async (stack: ReleasedStack): Promise<string> => {
      const words = command.replace("npx towpath ", "").replace("production", stack).split(" ");
      const { code, stdout, stderr } = await released.run([...words, "--json"]);
      assert.equal(code, 0, stdout + stderr);
      const { seconds, bytes, entries, sha256, file, ...receipt } = JSON.parse(stdout) as Backup;
      const { id, schema } = await released.record(stack);
      assert.deepEqual(receipt, {
        ...{ stack, host: "app1", release: id, revision: schema?.after },
        volume: `notes-${stack}-backups`,
      });
      assert.ok(seconds > 0 && bytes > 0 && entries > 0 && file.endsWith(`Z-${id}.dump`), stdout);
      const server = `notes-${stack}-postgres`;
      const [image = ""] = await released.host(stack).docker("inspect", "--format", "{{.Image}}", server);
      const beside = ["run", "--rm", "--volume", `${receipt.volume}:/backups`, image];
      const [sum] = await released.host(stack).docker(...beside, "sha256sum", `/backups/${file}`);
      assert.equal(sum, `${sha256}  /backups/${file}`);
      return receipt.volume;
    };
    await backUp("production");
    // Staging has no volume for dumps until then.
    const volume = await backUp("staging");
    const [labels = ""] = await released
      .host("staging")
      .docker("volume", "inspect", "--format", "{{json .Labels}}", volume);
    assert.equal((JSON.parse(labels) as Record<string, string>)["towpath.part"], "backups");
  });

  restoredFromDumps(() => released);

  lookedAtFromAnywhere(() => released);

  sampled(
    "survives a migration that fails half way, and one that waits for a lock; the next one continues",
    async () => {
      await shortened();
      const half = addedMigration({ revision: "0006", after: "0005", up: "CREATE TABLE half (id int)" });
      const seventh = { revision: "0007", after: "0006" };
      const broken = addedMigration({ ...seventh, up: "SELECT 1/0" });
      released.configure("staging", {
        commit: await released.publish({ api: [...shorterTitles, ...half, ...broken] }),
      });
      assert.match(
        await failing("staging"),
        /migrations: "alembic upgrade head" ended with exit code 1, the schema is at 0006, from 0005, nothing new was started; its last log lines:[\s\S]*division by zero/,
      );
      await isServed("staging");

      const mended = addedMigration({ ...seventh, up: "CREATE TABLE whole (id int)" });
      const commit = await released.publish({ api: [...shorterTitles, ...half, ...mended] });
      released.configure("staging", { commit, migration: { lockWaitSeconds: 1 } });
      const lock = "SELECT pg_advisory_lock(32773656075662440), pg_sleep(600)";
      const inServer = ["exec", "--detach", "--env", "PGAPPNAME=somebody else", "notes-staging-postgres"];
      await released
        .host("staging")
        .docker(...inServer, "psql", "--username", "notes_staging", "--command", lock);
      const holder = "SELECT pid FROM pg_locks WHERE locktype = 'advisory'";
      await until("the lock", 10, async () => (await released.sql("staging", holder)) !== "" || undefined);
      assert.match(
        await failing("staging"),
        /migrations: another migration or backup holds the lock of the database "notes_staging", waited 1 s for "somebody else" since [^;]+; nothing was started/,
      );
      await isServed("staging");

      await released.sql("staging", `SELECT pg_terminate_backend(pid) FROM (${holder}) AS held`);
      await released.release("staging");
      // All that became of the schema since the record before, also what the failed runs did.
      assert.deepEqual((await released.record("staging")).schema, {
        before: "0005",
        after: "0007",
        applied: ["0006", "0007"],
        destructive: [],
      });
      await isServed("staging");
    },
  );

  scheduledBackups(() => released);

  sampled("can be restored, moved and given up as docs/data.md describes", async () => {
    await released.sql("production", "DELETE FROM notes; INSERT INTO notes (title) VALUES ('one')");
    const dump = await released.run(["backup", "--stack", "production"]);
    assert.equal(dump.code, 0, dump.stderr);
    const [restore = "", giveUp = "", move = ""] = blocksOf("data.md", "bash");
    const restored = await released.host("production").script(restore);
    assert.match(restored, /Z-[0-9a-f]{12}\.dump/);
    assert.match(restored, /count\s+-+\s+1\s/);

    const host = released.host("staging");
    await released.sql("staging", "INSERT INTO notes (title) VALUES ('moved')");
    const postgres = `${released.registry.imageMirror}/library/postgres:15`;
    await host.script(move.replaceAll("production", "staging").replaceAll("postgres:16", postgres));
    await host.docker("start", "notes-staging-postgres");
    await until("the moved data", 30, async () => {
      const titles = await released.sql("staging", "SELECT title FROM notes").catch(() => "");
      return titles.includes("moved") || undefined;
    });

    const destroy = ["pulumi", "destroy", "--yes", "--stack", "staging"];
    const refused = await released.run(destroy);
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.stdout + refused.stderr,
      /notes-staging-\S+-volume"? cannot be deleted\s+because it is protected/,
    );
    for (const command of commandsOf("data.md").filter(
      (one) => !/ (?:backups?|migrations|restore) /.test(one),
    )) {
      const { code, stdout, stderr } = await released.run(
        command.replace("npm run pulumi -- ", "pulumi ").split(" "),
      );
      assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
    }
    const volumes = ["volume", "ls", "--quiet", "--filter", "label=towpath.namespace=notes-staging"];
    const parts = ["object-storage", "postgres", "redis"].map((part) => `notes-staging-${part}`);
    assert.deepEqual((await host.docker(...volumes)).filter((name) => parts.includes(name)).sort(), parts);
    await host.script(giveUp);
    assert.deepEqual(await host.docker(...volumes), []);
  });

  // At the end: production goes with it.
  endedBackups(() => released);
});
