import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { measuredFacts, measuredOnInWords } from "../../../components/migration/measured-facts.ts";
import type { StatementFacts } from "../../../components/migration/migration-facts.ts";
import { triedRelease, triedStatements } from "../../../components/migration/trial.ts";
import { notes } from "../application/notes.ts";

describe("a migration is tried", () => {
  it("statement by statement as it is written, in its transactions", async () => {
    const sql =
      "BEGIN;\nALTER TABLE notes -- why\n ADD a int; COMMIT; CREATE INDEX CONCURRENTLY i ON notes (a); VACUUM notes; DROP INDEX CONCURRENTLY i; ROLLBACK";
    const statements = await triedStatements(sql, 15);
    assert.deepEqual(
      statements.map(({ sql: text, transaction }) => [text.trim(), transaction]),
      [
        ["BEGIN", "opens"],
        ["ALTER TABLE notes -- why\n ADD a int", "none"],
        ["COMMIT", "closes"],
        ["CREATE INDEX CONCURRENTLY i ON notes (a)", "refuses"],
        ["VACUUM notes", "refuses"],
        ["DROP INDEX CONCURRENTLY i", "refuses"],
        ["ROLLBACK", "closes"],
      ],
    );
  });

  it("and the release that runs with it: the services that use the database, and what they need", () => {
    const { services, servers, ...release } = triedRelease({
      id: "0123456789ab",
      application: parseApplication(notes),
      images: { api: "registry.example/notes/api@sha256:a", web: "registry.example/notes/web@sha256:b" },
      facts: {
        ...{ environment: "staging", namespace: "notes-staging", version: "1.2.3" },
        ...{ domain: "notes.example.com", url: "https://notes.example.com" },
      },
      imageMirror: undefined,
      gateTimeoutSeconds: 60,
    });
    assert.deepEqual(release, { name: "0123456789ab", asker: "caddy:2.11.9" });
    assert.deepEqual(
      servers.map(({ image, entrypoint }) => [image, entrypoint]),
      [
        ["redis:7", undefined],
        ["versity/versitygw:v1.8.0", "sh"],
      ],
    );
    assert.match(servers[1]?.command?.[1] ?? "", /^mkdir -p \/tmp\/attributes \/tmp\/objects\/files && /);
    const [api, worker, ...others] = services;
    assert.deepEqual(others, []);
    const { JWT_SECRET, ...variables } = api?.variables ?? {};
    assert.match(JWT_SECRET ?? "", /^[0-9a-f]{32}$/);
    const { S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, ...files } = api?.files ?? {};
    assert.ok(S3_ACCESS_KEY_ID !== undefined && S3_SECRET_ACCESS_KEY !== undefined);
    assert.deepEqual(variables, {});
    assert.deepEqual(files, {
      DATABASE_URL: "postgresql://tried-user:tried-password@tried-host:5432/tried-database",
      REDIS_URL: "redis://127.0.0.1:6379/0",
    });
    assert.deepEqual(
      [api?.image, api?.port, api?.probe, api?.checks, api?.environment],
      [
        "registry.example/notes/api@sha256:a",
        8000,
        { path: "/api/health" },
        [{ path: "/api/health", status: 200, json: { status: "healthy" } }],
        {
          TOWPATH_ENVIRONMENT: "staging",
          LOG_LEVEL: "info",
          S3_ENDPOINT: "http://127.0.0.1:7070",
          S3_REGION: "us-east-1",
          S3_BUCKET_FILES: "files",
          DATABASE_URL_FILE: "/run/secrets/DATABASE_URL",
          REDIS_URL_FILE: "/run/secrets/REDIS_URL",
          S3_ACCESS_KEY_ID_FILE: "/run/secrets/S3_ACCESS_KEY_ID",
          S3_SECRET_ACCESS_KEY_FILE: "/run/secrets/S3_SECRET_ACCESS_KEY",
        },
      ],
    );
    assert.deepEqual(
      [worker?.command, worker?.probe, worker?.checks],
      [["python", "-m", "notes.worker"], undefined, []],
    );
  });
});

describe("what was measured", () => {
  const read: StatementFacts[] = [
    { statement: "CREATE INDEX i ON notes (a)", locks: [], findings: [] },
    { statement: "ALTER TABLE nothing ADD a int", locks: [], findings: [] },
    { statement: "SELECT 1", locks: [], findings: [] },
  ];
  const locks = [{ relation: "notes", mode: "SHARE", milliseconds: 3 }];
  const on = { kind: "schema" } as const;

  it("stands beside what was read, to the statement that failed", () => {
    const { statements } = measuredFacts(read, {
      on,
      statements: [
        { milliseconds: 3, locks, rewrites: [], walBytes: 9 },
        {
          milliseconds: 1,
          locks: [],
          rewrites: [],
          walBytes: 0,
          problem: 'relation "nothing" does not exist',
        },
      ],
    });
    assert.deepEqual(statements[0]?.measured, { milliseconds: 3, locks, rewrites: [], walBytes: 9 });
    assert.deepEqual(statements[1]?.findings, [
      {
        ...{ hazard: "failed", kind: "fails" },
        words: 'fails on the schema that is there: relation "nothing" does not exist',
      },
    ]);
    assert.equal(statements[2]?.measured, undefined);
  });

  it("says of a release that shows nothing why", () => {
    const words = "whether it lives is not known";
    assert.deepEqual(measuredFacts([], { statements: [], on, oldRelease: { words } }), {
      ...{ statements: [], on, untried: words },
    });
    assert.deepEqual(measuredFacts([], { statements: [], on, oldRelease: { lives: false, words } }), {
      ...{ statements: [], on, oldRelease: { lives: false, words } },
    });
  });

  it("tells of what took too long who waits meanwhile", () => {
    const cancelled = { milliseconds: 300_000, rewrites: [], walBytes: 9, cancelledAfter: 300 };
    const findings = (mode: string): unknown =>
      measuredFacts(read, {
        on,
        statements: [{ ...cancelled, locks: [{ relation: "notes", mode, milliseconds: 300_000 }] }],
      }).statements[0]?.findings;
    const words = "is not done within 300 s, and was cancelled";
    assert.deepEqual(findings("SHARE"), [
      { hazard: "too-long", kind: "lock", relation: "notes", mode: "SHARE", words },
    ]);
    assert.deepEqual(findings("SHARE UPDATE EXCLUSIVE"), [{ hazard: "too-long", kind: "note", words }]);
  });

  it("says on what: rows like staging's, or none", () => {
    const template = { kind: "template", at: "2026-03-04T03:00Z", rows: 300_000 } as const;
    assert.deepEqual([template, on, { ...on, why: "there is none yet" }].map(measuredOnInWords), [
      "measured on a clone of the template of 2026-03-04 03:00 UTC, about 300,000 rows",
      "measured on an empty schema",
      "measured on an empty schema, and on no clone of the template: there is none yet",
    ]);
    const failed = { milliseconds: 1, locks: [], rewrites: [], walBytes: 0, problem: "duplicate key" };
    assert.equal(
      measuredFacts(read, { on: template, statements: [failed] }).statements[0]?.findings[0]?.words,
      "fails on a clone of the template: duplicate key",
    );
  });
});
