/** The order of what is asked of a scratch database. That a server answers so is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import type { TriedStatement } from "../../../components/contract/measure-migrations.ts";
import { measureStatements } from "../../../steps/database/measure-statements.ts";
import { NotInTime, type SqlAnswer, type SqlSession } from "../../../steps/database/psql-session.ts";

/** A session that answers questions of the catalog from what it is told, and takes 10 ms for each statement. */
class FakeSession implements SqlSession {
  readonly said: string[] = [];
  private readonly effects: Readonly<Record<string, Effect>>;
  private held = new Map<string, number>();
  private file = 1;
  private wal = 0;

  constructor(effects: Readonly<Record<string, Effect>>) {
    this.effects = effects;
  }

  run(sql: string): Promise<SqlAnswer> {
    const answer = (...lines: string[]): Promise<SqlAnswer> =>
      Promise.resolve({ lines, rows: 0, milliseconds: 1 });
    if (sql.includes("pg_backend_pid()") && !sql.includes("pg_locks")) return answer("42");
    if (sql.includes("pg_locks")) return answer(...[...this.held].map(([oid, mode]) => `${oid} ${mode}`));
    if (sql.includes("relfilenode") || sql.includes("filenode")) return answer(`1 ${this.file} notes`);
    if (sql.includes("pg_wal_lsn_diff")) return answer(String(this.wal));
    this.said.push(sql);
    if (this.effects[sql]?.isLate === true) {
      this.held.set("1", this.effects[sql].mode ?? 0);
      return Promise.reject(new NotInTime("did not answer in time"));
    }
    if (sql === "COMMIT") this.held = new Map();
    const { mode, rewrites = false, rows = 0, problem } = this.effects[sql] ?? {};
    if (mode !== undefined) this.held.set("1", mode);
    if (rewrites) this.file++;
    this.wal += 100;
    return Promise.resolve({ lines: [], rows, milliseconds: 10, ...(problem !== undefined && { problem }) });
  }
}

interface Effect {
  /** The place of the lock's mode among those from ROW SHARE on. */
  readonly mode?: number;
  readonly rewrites?: boolean;
  readonly rows?: number;
  readonly problem?: string;
  /** True for one that does not end in time. */
  readonly isLate?: boolean;
}

function statement(sql: string, transaction: TriedStatement["transaction"] = "none"): TriedStatement {
  return { sql, transaction };
}

describe("statements are measured", () => {
  it("each in a transaction of its own, unless the migration opens one", async () => {
    const session = new FakeSession({
      "ALTER 1": { mode: 6, rewrites: true },
      "UPDATE 2": { mode: 1, rows: 5 },
    });
    const results = await measureStatements(
      session,
      session,
      [
        statement("ALTER 1"),
        statement("BEGIN", "opens"),
        statement("ALTER 1"),
        statement("UPDATE 2"),
        statement("COMMIT", "closes"),
      ],
      60,
    );
    assert.deepEqual(session.said, ["BEGIN", "ALTER 1", "COMMIT", "BEGIN", "ALTER 1", "UPDATE 2", "COMMIT"]);
    assert.deepEqual(
      results.map(({ locks, rewrites, rows }) => ({ locks, rewrites, rows })),
      [
        {
          locks: [{ relation: "notes", mode: "ACCESS EXCLUSIVE", milliseconds: 20 }],
          ...{ rewrites: ["notes"], rows: undefined },
        },
        { locks: [], rewrites: [], rows: undefined },
        // To the end of the transaction.
        {
          locks: [{ relation: "notes", mode: "ACCESS EXCLUSIVE", milliseconds: 30 }],
          ...{ rewrites: ["notes"], rows: undefined },
        },
        { locks: [{ relation: "notes", mode: "ROW EXCLUSIVE", milliseconds: 20 }], rewrites: [], rows: 5 },
        { locks: [], rewrites: [], rows: undefined },
      ],
    );
    assert.ok(results.every(({ walBytes }) => walBytes > 0));
  });

  it("without one, while another session looks, where they refuse it", async () => {
    const session = new FakeSession({ "INDEX 1": { mode: 2 } });
    const [result] = await measureStatements(session, session, [statement("INDEX 1", "refuses")], 60);
    assert.deepEqual(session.said, ["INDEX 1"]);
    assert.deepEqual(
      result?.locks.map(({ relation, mode }) => [relation, mode]),
      [["notes", "SHARE UPDATE EXCLUSIVE"]],
    );
  });

  it("to the first that is not done in time, with what was seen of it", async () => {
    const session = new FakeSession({ "ALTER 1": { mode: 6, isLate: true } });
    const [result, ...others] = await measureStatements(
      session,
      session,
      [statement("ALTER 1"), statement("ALTER 2")],
      60,
    );
    assert.deepEqual(others, []);
    assert.deepEqual([result?.cancelledAfter, result?.problem, result?.rewrites], [60, undefined, []]);
    assert.deepEqual(
      result?.locks.map(({ relation, mode }) => [relation, mode]),
      [["notes", "ACCESS EXCLUSIVE"]],
    );
    assert.deepEqual(session.said, ["BEGIN", "ALTER 1"]);
  });

  it("to the first that fails", async () => {
    const session = new FakeSession({ "ALTER 1": { problem: "no such table" } });
    const results = await measureStatements(
      session,
      session,
      [statement("ALTER 1"), statement("ALTER 2")],
      60,
    );
    assert.deepEqual(results, [
      { milliseconds: 10, locks: [], rewrites: [], walBytes: 0, problem: "no such table" },
    ]);
    assert.deepEqual(session.said, ["BEGIN", "ALTER 1"]);
  });
});
