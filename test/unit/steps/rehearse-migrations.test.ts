/**
 * The rehearsal of the migrations as the program that the checks' stack runs, with a fake `docker`.
 *
 * It cannot prove what migrations do to a database: test/e2e does.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckResult } from "../../../components/ci/result.ts";
import type { RehearseMigrationsInput } from "../../../steps/rehearse-migrations.ts";
import { typed, type Played } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";

/** Made by the first rehearsal that runs; each has a folder below it. */
const folder = join(tmpdir(), `towpath-rehearsal-${process.pid}`);

const input: Omit<RehearseMigrationsInput, "reports"> = {
  image: "sha256:0123456789ab",
  network: "notes-ci",
  commands: { up: ["alembic", "up"], down: ["alembic", "down"], sql: ["alembic", "sql"] },
  environment: {},
  variables: {},
  files: {},
  labels: {},
  database: {
    server: { container: "db", administrator: "postgres" },
    name: "rehearsal",
    owner: "notes",
  },
  timeoutSeconds: 20,
};

/** The rehearsal while these answers are played; what they leave out goes well. A container is called as its command. */
function rehearsing(name: string, answers: string, commands: object = {}): Scene {
  return {
    program: "rehearse-migrations",
    input: {
      ...input,
      commands: { ...input.commands, ...commands },
      reports: join(folder, name),
    },
    script: `case "$*" in ${answers}
      create*) for word; do :; done; echo "$word" ;;
      wait*) echo 0 ;;
      "logs sql") echo "CREATE TABLE notes ();" ;;
      "logs --tail "*) echo "ran $4" ;;
    esac`,
  };
}

/** What was done to the database and on it, in its order. */
function steps({ calls }: Played): string[] {
  return calls.flatMap((call) => {
    const [name, ...rest] = call.args;
    if (name === "exec") return [call.input.toString().trim()];
    return name === "start" && rest[0] !== "sql" ? [rest.join(" ")] : [];
  });
}

function read(name: string, file: string): string {
  return readFileSync(join(folder, name, "migrations", file), "utf8");
}

function resultOf(name: string): Omit<CheckResult, "seconds"> {
  const { seconds, ...result } = JSON.parse(read(name, "result.json")) as CheckResult;
  assert.ok(seconds >= 0);
  return result;
}

const made = 'CREATE DATABASE "rehearsal" OWNER "notes";';
const dropped = 'DROP DATABASE IF EXISTS "rehearsal" WITH (FORCE);';

describe("the rehearsal of the migrations", function () {
  this.timeout(60_000);
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  scene(
    "goes up, down and up again on a database of its own, and prints the SQL",
    rehearsing("good", ""),
    (played) => {
      assert.deepEqual(receiptOf(played), {});
      assert.deepEqual(steps(played), [made, "up", "down", "up", dropped]);
      assert.equal(read("good", "migrations.sql"), "CREATE TABLE notes ();");
      assert.deepEqual(resultOf("good"), { outcome: "passed" });
      const removed = typed(played.calls).filter((call) => call.startsWith("rm "));
      assert.deepEqual(removed.sort(), [
        "rm --force --volumes down",
        "rm --force --volumes sql",
        "rm --force --volumes up",
        "rm --force --volumes up",
      ]);
    },
  );

  scene(
    "only goes up where there is no way down, and prints no SQL where none is asked for",
    rehearsing("up", "", { down: undefined, sql: undefined }),
    (played) => {
      receiptOf(played);
      assert.deepEqual(steps(played), [made, "up", dropped]);
      assert.equal(read("up", "output.log"), "alembic up\n  | ran up\n");
      assert.ok(!existsSync(join(folder, "up", "migrations", "migrations.sql")));
    },
  );

  scene(
    "says which way failed, and drops the database",
    rehearsing("down", `"wait down") echo 1 ;;`),
    (played) => {
      const problem = 'migrations (down): "alembic down" has to end with 0, got exit code 1';
      assert.deepEqual(failureOf(played), [`${problem}; its last log lines:`, "  | ran down"]);
      assert.deepEqual(steps(played), [made, "up", "down", dropped]);
      assert.deepEqual(resultOf("down"), { outcome: "failed", problem, log: "  | ran down" });
    },
  );

  scene(
    "tells the second way up from the first",
    rehearsing("again", `"wait up") echo $((times - 1)) ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations (up again): "alembic up" has to end with 0, got exit code 1; its last log lines:',
        "  | ran up",
      ]);
      assert.deepEqual(steps(played), [made, "up", "down", "up", dropped]);
    },
  );

  scene(
    "stops a command whose time is up",
    {
      ...rehearsing("slow", `"wait up") exec sleep 20 ;;`),
      input: { ...input, timeoutSeconds: 0.3, reports: join(folder, "slow"), commands: { up: ["up"] } },
    },
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations (up): "up" did not end within 0.3 s and was stopped; its last log lines:',
        "  | ran up",
      ]);
      assert.ok(typed(played.calls).includes("stop --time 0 up"));
      assert.deepEqual(steps(played), [made, "up", dropped]);
    },
  );

  scene(
    "fails when the SQL cannot be printed, once the rest is done",
    rehearsing("sql", `"wait sql") echo 3 ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations (the SQL): "alembic sql" has to end with 0, got exit code 3; its last log lines:',
        "  | ran sql",
      ]);
      assert.deepEqual(steps(played), [made, "up", "down", "up", dropped]);
      assert.ok(!existsSync(join(folder, "sql", "migrations", "migrations.sql")));
    },
  );
});
