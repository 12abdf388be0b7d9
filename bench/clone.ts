/**
 * Measures what a preview's database takes that is a clone of a template of 1 GB, beside what PostgreSQL does by itself and
 * beside a dump that is restored: `npm run bench:clone -- [folder]`, with a folder for the server's files. Another image than
 * PostgreSQL 15's is named by `TOWPATH_BENCH_POSTGRES`.
 */
import { randomBytes } from "node:crypto";
import { until } from "../components/input/until.ts";
import { templateNames } from "../components/contract/template.ts";
import { askSql, identifier } from "../steps/database/databases.ts";
import { cloneTemplate, dropClone } from "../steps/database/clones.ts";
import { dropTemplate, prepareTemplateServer, sizeOf } from "../steps/database/template.ts";
import { dockerMachine as machine } from "../steps/machine/docker-machine.ts";
import { docker } from "../test/support/footprint.ts";
import { defaultPrefix } from "../toolchain/images/recipes.mjs";
import { markdownTable, median, seconds } from "./measure.ts";

/** The number of measurements; the ways take turns, so that all meet the same machine. */
const rounds = 3;

/** Rows of about 1 KB. */
const rows = 1_090_000;

const { TOWPATH_BENCH_POSTGRES: image = `${defaultPrefix}/library/postgres:15` } = process.env;
const [, , folder] = process.argv;
const server = { container: `towpath-bench-clone-${randomBytes(4).toString("hex")}`, administrator: "bench" };
const clone = "notes_pr_12";
const long = { timeoutSeconds: 1800 };

/** The ways to a database with the template's content. */
const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  "a preview's clone": () => cloneTemplate(machine, { server, clone, password: "bench", labels: {} }),
  "CREATE DATABASE … TEMPLATE as it is": () =>
    askSql(
      machine,
      server,
      `CREATE DATABASE ${identifier(clone)} TEMPLATE ${identifier(templateNames.database)};\n`,
      long,
    ),
  "a dump that is restored": () =>
    machine.run(
      server.container,
      [
        ...[
          "sh",
          "-ec",
          'createdb -U bench "$1" && pg_dump -U bench -Fc -Z1 "$2" | pg_restore -U bench -d "$1"',
          "sh",
        ],
        ...[clone, templateNames.database],
      ],
      long,
    ),
};

async function bench(): Promise<void> {
  const volume = folder === undefined ? [] : ["--volume", `${folder}:/var/lib/postgresql/data`];
  const names = ["POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"];
  const variables = names.flatMap((name) => ["--env", `${name}=bench`]);
  await docker(["run", "--detach", "--name", server.container, ...volume, ...variables, image]);
  try {
    await until(ready, Boolean, { deadline: Date.now() + 60_000, interval: 500 });
    await fill();
    const bytes = (await sizeOf(machine, server, templateNames.database)) ?? 0;
    const times = new Map(Object.keys(ways).map((way) => [way, [] as number[]]));
    let method = "";
    for (let round = 0; round < rounds; round++) {
      for (const [way, make] of Object.entries(ways)) {
        const took = await seconds(async () => {
          const made = await make();
          if (typeof made === "object" && made !== null && "method" in made) method = String(made.method);
        });
        times.get(way)?.push(took);
        await dropClone(machine, server, clone);
      }
    }
    const [ours = []] = times.values();
    const table = [...times].map(([way, took]) => [
      way,
      median(took).toFixed(1),
      (median(took) / median(ours)).toFixed(2),
    ]);
    const [version = ""] = await askSql(machine, server, "SHOW server_version;\n");
    console.log(`PostgreSQL ${version}, ${(bytes / 1e9).toFixed(2)} GB, by ${method}\n`);
    console.log(markdownTable([["way", "s (median)", "ratio"], ...table]));
  } finally {
    await docker(["rm", "--force", "--volumes", server.container]);
  }
}

/** Ready is a server that answers over the network: while the image sets the data up, it does not. */
async function ready(): Promise<boolean> {
  const question = ["psql", "--host", "127.0.0.1", "--username", "bench", "--command", "SELECT 1"];
  return machine.run(server.container, question).then(
    () => true,
    () => false,
  );
}

/** Makes a template. Connections to it stay open to the dump. */
async function fill(): Promise<void> {
  const { database, owner } = templateNames;
  await prepareTemplateServer(machine, server);
  await dropTemplate(machine, server, database);
  await askSql(machine, server, `CREATE DATABASE ${identifier(database)};\n`);
  await askSql(
    machine,
    server,
    `CREATE TABLE filler AS SELECT n AS id, repeat(md5(n::text), 28) AS body FROM generate_series(1, ${rows}) AS n;
     VACUUM ANALYZE filler;\nCHECKPOINT;\n`,
    { ...long, database, role: owner },
  );
}

await bench();
