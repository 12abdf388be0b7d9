import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { measuredFacts } from "../../../components/migration/measured-facts.ts";
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
      environment: "staging",
      database: "notes_staging",
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
      DATABASE_URL: "postgresql://notes_staging:any@127.0.0.1:5432/notes_staging",
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

  it("stands beside what was read, to the statement that failed", () => {
    const { statements } = measuredFacts(read, {
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
    assert.deepEqual(measuredFacts([], { statements: [], oldRelease: { words } }), {
      statements: [],
      untried: words,
    });
    assert.deepEqual(measuredFacts([], { statements: [], oldRelease: { lives: false, words } }), {
      ...{ statements: [], oldRelease: { lives: false, words } },
    });
  });
});
