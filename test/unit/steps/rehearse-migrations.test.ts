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
import { typed, type Played } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";
import type { RehearseMigrationsInput } from "../../../components/contract/rehearse-migrations.ts";

/** Made by the first rehearsal that runs; each has a folder below it. */
const folder = join(tmpdir(), `towpath-rehearsal-${process.pid}`);

const input: Omit<RehearseMigrationsInput, "reports"> = {
  image: "sha256:0123456789ab",
  network: "notes-ci",
  commands: {
    up: ["alembic", "up"],
    down: ["alembic", "down"],
    current: ["alembic", "current"],
    plan: { base: "base", pending: ["list", "{revision}"], sql: ["print", "{revision}"] },
  },
  environment: { LOG_LEVEL: "info", DATABASE_URL_FILE: "/run/secrets/DATABASE_URL" },
  bareEnvironment: { LOG_LEVEL: "info" },
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
      info*) echo 1073741824 ;;
      create*) for word; do :; done; echo "$word" ;;
      wait*) echo 0 ;;
      "logs current") echo "0002 (head)" ;;
      *"--entrypoint list "*" base") printf '0001\\n0002\\n' ;;
      *"--entrypoint print "*) echo "CREATE TABLE notes ();" ;;
      *pg_dump*) printf -- '-- a dump\\n\\\\restrict %s\\n\\nCREATE TABLE notes ();\\n' "$call" ;;
      "logs --tail "*) echo "ran $4" ;;
    esac`,
  };
}

/** Returns what was done to the database and on it, in its order. */
function steps({ calls }: Played): string[] {
  return calls.flatMap((call) => {
    const [name, ...rest] = call.args;
    if (name === "exec") return [rest[1] === "pg_dump" ? "dump" : call.input.toString().trim()];
    return name === "start" ? [rest.join(" ")] : [];
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
    "goes up, down and up again in a database of its own, and prints the SQL (004-51)",
    rehearsing("good", ""),
    (played) => {
      assert.deepEqual(receiptOf(played), {});
      assert.deepEqual(steps(played), [made, "up", "current", "dump", "down", "up", "dump", dropped]);
      assert.equal(read("good", "migrations.sql"), "CREATE TABLE notes ();");
      assert.deepEqual(resultOf("good"), { outcome: "passed" });
      const removed = typed(played.calls).filter((call) => call.startsWith("rm "));
      assert.deepEqual(removed.sort(), [
        "rm --force --volumes current",
        "rm --force --volumes down",
        "rm --force --volumes up",
        "rm --force --volumes up",
      ]);
    },
  );

  scene(
    "only goes up when there is no way down, and prints no SQL unless that is requested",
    rehearsing("up", "", { down: undefined, plan: undefined }),
    (played) => {
      receiptOf(played);
      assert.deepEqual(steps(played), [made, "up", "current", dropped]);
      assert.equal(read("up", "output.log"), "alembic up\n  | ran up\nalembic current\n  | ran current\n");
      assert.ok(!existsSync(join(folder, "up", "migrations", "migrations.sql")));
    },
  );

  scene(
    "reports which direction failed, and drops the database",
    rehearsing("down", `"wait down") echo 1 ;;`),
    (played) => {
      const problem = 'migrations (down): "alembic down" has to end with 0, got exit code 1';
      assert.deepEqual(failureOf(played), [`${problem}; its last log lines:`, "  | ran down"]);
      assert.deepEqual(steps(played), [made, "up", "current", "dump", "down", dropped]);
      assert.deepEqual(resultOf("down"), { outcome: "failed", problem, log: "  | ran down" });
    },
  );

  scene(
    "reports that a command exceeded its memory limit",
    rehearsing("memory", `"wait up") echo 1 ;; "container inspect"*) echo true ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations (up): "alembic up" needed more memory than its limit of 512 MiB; ' +
          "give the Docker engine more memory, of which it may use half, or do the work in smaller parts; its last log lines:",
        "  | ran up",
      ]);
    },
  );

  scene(
    "distinguishes the second way up from the first",
    rehearsing("again", `"wait up") echo $((times - 1)) ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations (up again): "alembic up" has to end with 0, got exit code 1; its last log lines:',
        "  | ran up",
      ]);
      assert.deepEqual(steps(played), [made, "up", "current", "dump", "down", "up", dropped]);
    },
  );

  scene(
    "stops a command whose time is up",
    {
      ...rehearsing("slow", `"wait up") exec sleep 20 ;;`),
      input: {
        ...input,
        timeoutSeconds: 0.3,
        reports: join(folder, "slow"),
        commands: { up: ["up"], current: ["current"] },
      },
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
    "compares the schema before and after down and up again (004-51)",
    rehearsing("schema", `*pg_dump*) printf 'CREATE TABLE notes ();\\nCREATE TYPE mood%s;\\n' "$times" ;;`),
    (played) => {
      const problem =
        'migrations (down and up again): has to end with the schema of the first "up", got another one; make "down" take back all that "up" does';
      const log = "  - CREATE TYPE mood1;\n  + CREATE TYPE mood2;";
      assert.deepEqual(failureOf(played), [`${problem}; its last log lines:`, ...log.split("\n")]);
      assert.deepEqual(resultOf("schema"), { outcome: "failed", problem, log });
      assert.deepEqual(steps(played), [made, "up", "current", "dump", "down", "up", "dump", dropped]);
    },
  );

  scene("asks what a plan asks, in the same environment", rehearsing("surroundings", ""), ({ calls }) => {
    const looks = typed(calls).filter((call) => call.startsWith("run "));
    const anywhere =
      /^run --rm --name towpath-look-[0-9a-f]{8} --network none --cap-drop ALL --security-opt no-new-privileges --memory 536870912 --memory-swap 536870912 --pids-limit 2048 --tmpfs \/tmp:exec,size=268435456 --env LOG_LEVEL=info /;
    assert.deepEqual(
      looks.map((call) => call.replace(anywhere, "")),
      [
        "--entrypoint list sha256:0123456789ab base",
        "--entrypoint print sha256:0123456789ab base",
        "--entrypoint list sha256:0123456789ab 0002",
      ],
    );
  });

  const refused = (name: string, title: string, answers: string, message: string): void => {
    scene(title, rehearsing(name, answers), (played) => {
      assert.deepEqual(failureOf(played), [message]);
      assert.equal(steps(played).at(-1), dropped);
    });
  };
  const surroundings = "has to print without a database, network or secret, as in the plan of a release, got";

  refused(
    "current",
    "fails when migrations.current prints no revision",
    `"logs current") echo "at;once" ;;`,
    'migrations.current: expected a revision of letters, digits, "_", "." and "-" after up, got "at;once"; name a command that prints it first, and several heads a line each',
  );
  refused(
    "unlisted",
    "fails when migrations.pending cannot be printed",
    `*"list "*) refuse "no settings" ;;`,
    `migrations.pending: ${surroundings} "list base" failing with: no settings`,
  );
  refused(
    "arrow",
    "fails when migrations.pending prints a word that is no revision",
    `*"list "*" base") printf '0001\\nBigInt\\n' ;;`,
    'migrations.pending: has to end with the revision that "current" prints after up, 0002, got 0001, BigInt from base on; print one revision a line, the newest last',
  );
  refused(
    "words",
    "fails when migrations.pending prints more than revisions",
    `*"list "*" base") echo "0001 -> 0002" ;;`,
    'migrations.pending: expected one revision a line, of letters, digits, "_", "." and "-", got "0001 -> 0002"; name a command that prints nothing else',
  );
  refused(
    "left",
    "fails when migrations.pending lists what has run already",
    `*"list "*" 0002") echo 0002 ;;`,
    "migrations.pending: has to print nothing for a schema that is up to date at 0002, got 0002; leave out the revision that it starts from",
  );
  refused(
    "sql",
    "fails when the SQL can never be printed, once the rest is done",
    `*"print "*) refuse "no settings" ;;`,
    `migrations.sql: ${surroundings} "print 0002" failing with: no settings`,
  );

  scene(
    "prints the newest SQL when an earlier migration reads rows",
    rehearsing("early", `*print*" base") refuse "no rows" ;;`),
    (played) => {
      assert.deepEqual(receiptOf(played), {});
      assert.equal(read("early", "migrations.sql"), "CREATE TABLE notes ();");
    },
  );

  scene(
    "warns when the newest migration reads rows",
    rehearsing("rows", `*"print "*" 0002") ;; *"print "*) refuse "no rows" ;;`),
    (played) => {
      const warnings = [
        'migrations.sql: prints nothing for 0002, got "print 0001" failing with: no rows; a migration that reads rows cannot do so without a database: production will want 0002 acknowledged, for no plan can tell what it destroys',
      ];
      assert.deepEqual(receiptOf(played), { warnings });
      assert.deepEqual(resultOf("rows"), { outcome: "passed", warnings });
      assert.ok(!existsSync(join(folder, "rows", "migrations", "migrations.sql")));
    },
  );
});
