/** Removing the data of a preview, with a fake `docker`. That it is gone, test/e2e/hosts proves. */
import assert from "node:assert/strict";
import type { ResetDataInput } from "../../../components/contract/reset-data.ts";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene } from "./scene.ts";

const input: ResetDataInput = {
  database: { container: "db", administrator: "admin", name: "notes_pr_12", owner: "notes_pr_12" },
  redis: "cache",
  storage: { container: "files", buckets: ["one", "two"] },
};
const answering = (redis: string): string => `case "$*" in *FLUSHALL*) echo '${redis}' ;; esac`;

describe("removing the data of a preview", function () {
  this.timeout(60_000);

  scene(
    "makes the database again, and empties cache and buckets",
    { program: "reset-data", input, script: answering("OK") },
    (played) => {
      receiptOf(played);
      const calls = typed(played.calls);
      const sql =
        "exec -i db psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username admin --dbname postgres";
      assert.deepEqual(calls.slice(0, 2), [sql, sql]);
      assert.deepEqual(
        played.calls.slice(0, 2).map((call) => call.input.toString()),
        [
          'DROP DATABASE IF EXISTS "notes_pr_12" WITH (FORCE);\n',
          'CREATE DATABASE "notes_pr_12" OWNER "notes_pr_12";\n',
        ],
      );
      assert.match(calls[2] ?? "", /^exec cache sh -c .*redis-cli\) FLUSHALL$/);
      assert.match(calls[3] ?? "", /^exec files sh -c .* sh one two$/);
      assert.equal(calls.length, 4);
    },
  );

  scene(
    "fails when the cache does not forget",
    { program: "reset-data", input: { redis: "cache" }, script: answering("BUSY") },
    (played) => {
      assert.deepEqual(failureOf(played), [
        'redis: expected cache to forget everything, got "BUSY"; look at its log and run the command again',
      ]);
    },
  );
});
