import assert from "node:assert/strict";
import {
  isHarmless,
  migrationsInWords,
  noMigrations,
  noRelease,
  notPublished,
  type Migrations,
} from "../../../../cli/commands/migrations.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const asked = { stack: "staging", commit, revisions: ["0005", "0006"] };
const brief = { relation: "tags", mode: "ACCESS EXCLUSIVE", work: "brief" } as const;
const measured = { milliseconds: 120.5, rewrites: [], walBytes: 4000 };

const harmful: Migrations = {
  ...asked,
  facts: {
    on: { kind: "schema" },
    statements: [
      { statement: "BEGIN", locks: [], findings: [] },
      {
        statement: "CREATE INDEX titles ON notes (title, body, and, so, on, until, it, is, long)",
        locks: [{ relation: "notes", mode: "SHARE", work: "builds an index" }],
        findings: [
          {
            ...{ hazard: "index-build", kind: "lock", relation: "notes", mode: "SHARE" },
            words: 'builds an index of "notes" while writes of it wait',
            fix: "CREATE INDEX CONCURRENTLY",
          },
        ],
        measured: { ...measured, locks: [{ relation: "notes", mode: "SHARE", milliseconds: 130 }] },
      },
      {
        statement: "ALTER TABLE tags DROP COLUMN a",
        locks: [brief],
        findings: [
          {
            ...{ hazard: "dropped-column", kind: "data", relation: "tags", column: "a" },
            words: 'drops the column "a"',
            rows: { rows: 12_000, exact: false },
          },
        ],
      },
    ],
    oldRelease: { lives: true, words: "0123456789ab lives on the new schema: api answers /health" },
  },
};

describe("towpath migrations", () => {
  it("shows the statements that lock something, what is found of them, and whether the old release lives", () => {
    assert.equal(
      migrationsInWords(harmful),
      [
        "staging: 0123456789ab brings 0005, 0006",
        "measured on an empty schema",
        "",
        "   statement                                                       locks                            took      log",
        "1  CREATE INDEX titles ON notes (title, body, and, so, on, unti …  notes: SHARE, 130 ms             120.5 ms  4 kB",
        "2  ALTER TABLE tags DROP COLUMN a                                  tags: ACCESS EXCLUSIVE, briefly",
        "",
        '1 lock: builds an index of "notes" while writes of it wait',
        "    instead: CREATE INDEX CONCURRENTLY",
        '2 data: drops the column "a" (about 12,000 rows there)',
        "",
        "0123456789ab lives on the new schema: api answers /health",
      ].join("\n"),
    );
  });

  it("shows in a line that there is nothing, or nothing known", () => {
    const none: Migrations = { ...asked, revisions: [], facts: { statements: [] } };
    assert.equal(migrationsInWords(none), "staging: 0123456789ab brings no migrations");
    const unknown = "the application describes no migrations.sql";
    assert.equal(
      migrationsInWords({ ...none, unknown }),
      `staging: what the migrations of 0123456789ab do is not known, for ${unknown}`,
    );
    assert.deepEqual([isHarmless(none), isHarmless({ ...none, unknown })], [true, false]);
  });

  it("is harmless when nothing but advice is found, and the old release lives", () => {
    const statement = {
      statement: "ALTER TABLE tags ADD b int",
      locks: [brief],
      measured: { ...measured, locks: [] },
    };
    const note = { hazard: "no-lock-timeout", kind: "note", words: "waits without a limit" } as const;
    const harmless: Migrations = { ...asked, facts: { statements: [{ ...statement, findings: [note] }] } };
    assert.equal(isHarmless(harmless), true);
    assert.equal(isHarmless(harmful), false);
    const dead = { ...harmless.facts, oldRelease: { lives: false, words: "" } };
    assert.equal(isHarmless({ ...harmless, facts: dead }), false);
  });

  it("says what it misses", () => {
    assert.deepEqual(
      [noMigrations("notes"), noRelease("staging"), notPublished(commit, ["api", "web"])],
      [
        "migrations: expected an application with migrations, got notes without; describe them in application.ts",
        "migrations: expected a release of staging, got none; release one first with npm run pulumi -- up --stack staging",
        `--commit: expected a published commit, got ${commit} without the images api, web; publish it with npm run ci -- --publish`,
      ],
    );
  });
});
