import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import {
  planMigration,
  schemaSince,
  type MigrationPlan,
  type MigrationPlanArgs,
} from "../../../components/migration/migration-plan.ts";
import type { PrintFromImage } from "../../../components/migration/pending-migrations.ts";
import { InputError } from "../../../components/input/input-error.ts";
import type { ReleaseRecord } from "../../../components/plan/release-record.ts";
import { notes } from "../application/notes.ts";
import { merged } from "../assert-refused.ts";

const described = merged(notes, {
  migrations: {
    base: "base",
    pending: ["list", "{revision}"],
    sql: ["print", "{revision}:head"],
  },
});

const last = { images: { api: "sha256:old", web: "sha256:web" }, schema: { after: "0004", applied: [] } };

/** The plan where the new image prints this, and what it was asked for. */
async function planned(
  printed: { pending?: string; sql?: string; whole?: string; unprintable?: string; problem?: string },
  change: Partial<MigrationPlanArgs> = {},
): Promise<{ plan: MigrationPlan; asked: string[] }> {
  const asked: string[] = [];
  const print: PrintFromImage = (image, command, environment) => {
    asked.push(`${image} ${command.join(" ")} ${JSON.stringify(environment)}`);
    const lists = command[0] === "list";
    const text = lists
      ? printed.pending
      : command[1] === "base:head"
        ? (printed.whole ?? printed.sql)
        : printed.sql;
    const problem = printed.problem ?? (lists ? undefined : printed.unprintable);
    return Promise.resolve(problem === undefined ? { printed: text ?? "" } : { problem });
  };
  const plan = await planMigration(
    {
      application: parseApplication(described),
      environment: "production",
      images: { api: "registry.example/notes/api@sha256:new", web: "registry.example/notes/web@sha256:web" },
      last: last as unknown as ReleaseRecord,
      stays: false,
      ...change,
    },
    print,
  );
  return { plan, asked };
}

/** The message that a plan is refused with. */
async function refusal(...args: Parameters<typeof planned>): Promise<string> {
  try {
    await planned(...args);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new assert.AssertionError({ message: "nothing was refused" });
}

const nothing: MigrationPlan = {
  ...{ revisions: [], findings: [], statements: [], destructive: [], warnings: [] },
};
const drop = { pending: "0005\n0006\n", sql: "ALTER TABLE notes DROP COLUMN body;" };
const finding = { statement: "ALTER TABLE notes DROP COLUMN body", reason: 'drops the column "body"' };

describe("the plan of a migration", () => {
  it("is made with the new image, from the last record's revision on", async () => {
    const { plan, asked } = await planned({ pending: "0005\n", sql: "CREATE TABLE words ();" });
    const statements = [{ statement: "CREATE TABLE words ()", locks: [], findings: [] }];
    assert.deepEqual(plan, { ...nothing, revisions: ["0005"], statements });
    assert.deepEqual(asked, [
      'registry.example/notes/api@sha256:new list 0004 {"LOG_LEVEL":"info"}',
      'registry.example/notes/api@sha256:new print 0004:head {"LOG_LEVEL":"info"}',
    ]);
  });

  it("starts from the base when the record has no revision", async () => {
    const { asked } = await planned(
      { pending: "0001\n", sql: "CREATE TABLE words ();" },
      { last: { images: last.images } as unknown as ReleaseRecord },
    );
    assert.match(asked.join("\n"), /list base [\s\S]*print base:head /);
  });

  it("requests no statements when nothing is pending", async () => {
    const { plan, asked } = await planned({ pending: "" });
    assert.deepEqual(plan, nothing);
    assert.deepEqual(asked, ['registry.example/notes/api@sha256:new list 0004 {"LOG_LEVEL":"info"}']);
  });

  it("asks nothing when nothing would run", async () => {
    const same = {
      api: "registry.example/notes/api@sha256:old",
      web: "registry.example/notes/web@sha256:other",
    };
    for (const change of [
      { images: same },
      { stays: true },
      { application: parseApplication(merged(notes, { migrations: undefined })) },
    ]) {
      assert.deepEqual(await planned(drop, change), { plan: nothing, asked: [] });
    }
  });

  it("of a first release destroys nothing", async () => {
    const args: MigrationPlanArgs = {
      application: parseApplication(described),
      environment: "production",
      images: {},
      stays: false,
    };
    const never: PrintFromImage = () => assert.fail("asked");
    assert.deepEqual(await planMigration(args, never), nothing);
  });

  it("warns of each destructive step in staging", async () => {
    const {
      plan: { statements, ...plan },
    } = await planned(drop, { environment: "staging" });
    assert.deepEqual(
      statements.flatMap(({ findings }) => findings.map(({ hazard }) => hazard)),
      ["dropped-column", "no-lock-timeout"],
    );
    assert.deepEqual(plan, {
      revisions: ["0005", "0006"],
      findings: [finding],
      destructive: ["0005", "0006"],
      warnings: ['migrations: from 0004 to 0006 drops the column "body": ALTER TABLE notes DROP COLUMN body'],
    });
  });

  it("is refused in production unless its newest revision is acknowledged", async () => {
    const refused = (got: string): string =>
      `towpath:migration.acknowledge: the migration from 0004 to 0006 takes away what cannot come back, or what the release that runs may use; expected an acknowledgement of 0006, got ${got}; ` +
      'spread it over two releases, or if it is meant, set towpath:migration to { "acknowledge": "0006" }:\n' +
      '  drops the column "body": ALTER TABLE notes DROP COLUMN body';
    assert.equal(await refusal(drop), refused("none"));
    assert.equal(await refusal(drop, { acknowledge: "0005" }), refused('"0005"'));
    const { plan } = await planned(drop, { acknowledge: "0006" });
    assert.deepEqual(plan.warnings.length, 1);
  });

  it("says why it would be refused, and goes on, in a plan that makes nothing", async () => {
    const heard: string[] = [];
    const { plan } = await planned(drop, { refuse: (problem) => heard.push(problem) });
    assert.deepEqual(heard, [await refusal(drop)]);
    assert.deepEqual(plan.findings, [finding]);
    const unreadable = { ...drop, unprintable: "it reads rows" };
    const { plan: unknown } = await planned(unreadable, { refuse: (problem) => heard.push(problem) });
    assert.equal(heard[1], await refusal(unreadable));
    assert.match(unknown.unknown ?? "", /it reads rows/);
  });

  it("shortens a long statement", async () => {
    const sql = `DELETE FROM notes WHERE id IN (${Array.from({ length: 200 }, (_, id) => id).join(", ")})`;
    const { plan } = await planned({ pending: "0005", sql }, { environment: "staging" });
    assert.equal(
      plan.warnings[0],
      `migrations: from 0004 to 0005 deletes rows of "notes": ${sql.slice(0, 200)} …`,
    );
  });

  it("is refused when the image cannot list what is pending", async () => {
    assert.equal(
      await refusal({ problem: '"list 0004" failing with: no such revision' }),
      'migrations.pending: the new image has to tell what it would run on a schema at 0004, got "list 0004" failing with: no such revision; release an image whose migrations know that revision, and name a command that needs no database, network or secret (ci tries it)',
    );
    assert.equal(
      await refusal({ pending: "0005 -> 0006\n" }),
      'migrations.pending: expected one revision a line, of letters, digits, "_", "." and "-", got "0005 -> 0006"; name a command that prints nothing else',
    );
  });

  it("has an unknown effect when a migration reads rows", async () => {
    const printed = { pending: "0005\n", unprintable: '"print" failing with: no rows' };
    const why =
      'what the migration from 0004 to 0005 takes away is not known, for migrations.sql prints nothing, got "print" failing with: no rows; ';
    const { plan } = await planned(printed, { environment: "staging" });
    assert.deepEqual(plan, {
      ...nothing,
      revisions: ["0005"],
      unknown: 'migrations.sql prints nothing, got "print" failing with: no rows',
      warnings: [
        `migrations: ${why}one that reads rows prints no SQL without a database; read it: production wants 0005 acknowledged`,
      ],
    });
    assert.equal(
      await refusal(printed),
      `towpath:migration.acknowledge: ${why}read the migration (one that reads rows prints no SQL without a database), and if it takes nothing away, or is meant to, set towpath:migration to { "acknowledge": "0005" }`,
    );
    const acknowledged = await planned(printed, { acknowledge: "0005" });
    assert.deepEqual(acknowledged.plan.warnings, [
      `migrations: ${why}one that reads rows prints no SQL without a database; 0005 is acknowledged`,
    ]);
  });

  it("reads earlier migrations when they show what a column was", async () => {
    const sql = "ALTER TABLE notes ALTER title TYPE text;";
    const whole = `CREATE TABLE notes (title varchar(5)); ${sql}`;
    const { plan, asked } = await planned({ pending: "0005\n", sql, whole });
    assert.deepEqual({ ...plan, statements: [] }, { ...nothing, revisions: ["0005"] });
    assert.match(asked.at(-1) ?? "", / print base:head /);
  });

  it("reports what is unknown", async () => {
    const application = (change: object) => ({
      application: parseApplication(merged(described, { migrations: change })),
    });
    const { plan } = await planned(drop, application({ sql: undefined }));
    assert.deepEqual(plan.warnings, [
      "migrations: what 0006 destroys is not known, for the application describes no migrations.sql",
    ]);
    assert.equal(plan.unknown, "the application describes no migrations.sql");
    const unknown = await planned(drop, application({ sql: undefined, pending: undefined }));
    assert.deepEqual(unknown.plan.warnings, [
      "migrations: what they will run is not known, for the application describes no migrations.pending",
    ]);
    const byItself = parseApplication({ ...notes, migrations: { service: "api", atStart: true } });
    const atStart = await planned(drop, { application: byItself });
    assert.deepEqual(atStart.plan.warnings, [
      "migrations: what they will run is not known, for api runs them by itself at its start",
    ]);
    assert.deepEqual(atStart.asked, []);
  });
});

describe("the change of the schema since the last record", () => {
  const last = { schema: { after: "0004", applied: [] } } as unknown as ReleaseRecord;
  const plan = { revisions: ["0005", "0006"], destructive: ["0005", "0006"] };
  const made = { before: "0006", after: "0006", applied: [] };

  it("includes what an earlier run migrated that failed afterwards", () => {
    assert.deepEqual(schemaSince(last, made, plan), {
      ...{ before: "0004", after: "0006", applied: ["0005", "0006"], destructive: ["0005", "0006"] },
    });
    const half = { before: "0005", after: "0006", applied: ["0006"] };
    assert.deepEqual(schemaSince(last, half, { ...plan, destructive: [] }), {
      ...{ before: "0004", after: "0006", applied: ["0005", "0006"], destructive: [] },
    });
  });

  it("is none when the revision is the same, and starts from an empty database in a first release", () => {
    const same = { before: "0004", after: "0004", applied: [] };
    assert.deepEqual(schemaSince(last, same, plan), same);
    assert.deepEqual(schemaSince(undefined, made, plan), made);
  });

  it("is unknown when the plan could not tell, or led elsewhere", () => {
    const unknown = "the application describes no migrations.sql";
    assert.deepEqual(schemaSince(last, made, { ...plan, destructive: [], unknown }), {
      ...{ before: "0004", after: "0006", applied: ["0005", "0006"], unknown },
    });
    assert.deepEqual(schemaSince(last, made, { revisions: [], destructive: [] }), {
      ...{ before: "0004", after: "0006", applied: [], unknown: "no plan led from 0004 to 0006" },
    });
  });
});
