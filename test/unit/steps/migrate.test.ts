/**
 * The migration as the program that a release runs, with a fake `docker` that plays what an engine would say.
 *
 * It cannot prove that the container can read its secrets, nor what a migration does to a database: test/e2e does.
 */
import assert from "node:assert/strict";
import { extract } from "tar-stream";
import { text } from "node:stream/consumers";
import { typed, type Played } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";
import type { MigrateInput } from "../../../components/contract/migrate.ts";

const input: MigrateInput = {
  image: "sha256:0123456789ab",
  network: "notes-local",
  command: ["alembic", "upgrade", "head"],
  environment: { TOWPATH_ENVIRONMENT: "local", DATABASE_URL_FILE: "/run/secrets/DATABASE_URL" },
  variables: { MAIL_KEY: "two words = open-door" },
  files: { DATABASE_URL: "postgresql://notes:open-sesame@db:5432/notes", JWT_SECRET: "line 1\nline 2\n" },
  labels: { "towpath.namespace": "notes-local", "towpath.part": "migration" },
  timeoutSeconds: 20,
  limits: { memory: 256 * 1024 ** 2, pids: 64, remedy: "raise towpath:limits.memory" },
};
const limits = "--memory 268435456 --memory-swap 268435456 --pids-limit 64 --tmpfs /tmp:exec,size=134217728";

const filters = "--filter label=towpath.namespace=notes-local --filter label=towpath.part=migration";
const run = [
  "create --network notes-local --env TOWPATH_ENVIRONMENT=local --env DATABASE_URL_FILE=/run/secrets/DATABASE_URL " +
    "--env MAIL_KEY " +
    "--label towpath.namespace=notes-local --label towpath.part=migration " +
    `${limits} sha256:0123456789ab alembic upgrade head`,
  "cp - new:/",
  "start new",
  "wait new",
];

/** The migration while `docker` plays these answers; what they leave out goes well. */
function migrating(
  answers: string,
  change: { [Name in keyof MigrateInput]?: MigrateInput[Name] | undefined } = {},
): Scene {
  return {
    program: "migrate",
    input: { ...input, ...change },
    script: `case "$*" in ${answers}
      create*) echo new ;;
      wait*) echo 0 ;;
      "logs --tail 20 new") echo "sqlalchemy.exc.OperationalError: no such table" ;;
    esac`,
  };
}

describe("the migration", function () {
  this.timeout(60_000);

  scene("runs in a container of its own that is removed afterwards", migrating(""), (played) => {
    assert.deepEqual(receiptOf(played), { command: ["alembic", "upgrade", "head"] });
    assert.deepEqual(typed(played.calls), [
      `ps --all --quiet ${filters}`,
      ...run,
      "rm --force --volumes new",
    ]);
  });

  scene(
    "passes on secrets that are variables without an argument, and to no other call",
    migrating(""),
    (played) => {
      const holding = played.calls.filter(({ environment }) => environment.includes("MAIL_KEY"));
      assert.deepEqual(
        holding.map(({ args }) => args[0]),
        ["create"],
      );
      assert.match(holding[0]?.environment ?? "", /^MAIL_KEY=two words = open-door$/m);
      assert.doesNotMatch(typed(played.calls).join("\n"), /open-door/);
    },
  );

  scene(
    "has the capabilities that it is given, and no others",
    migrating("", { capabilities: ["CHOWN"] }),
    (played) => {
      receiptOf(played);
      assert.match(
        typed(played.calls).join("\n"),
        / --cap-drop ALL --cap-add CHOWN --security-opt no-new-privileges --memory .* sha256:0123456789ab alembic upgrade head$/m,
      );
    },
  );

  let secretsArchive: Buffer | undefined;
  scene("passes the secrets on standard input, and shows them nowhere", migrating(""), (played) => {
    secretsArchive = played.calls.find(({ args }) => args[0] === "cp")?.input;
    assert.doesNotMatch(everythingOpen(played), /open-sesame|line 1/);
  });
  it("writes each secret into a file that every user of the container can read", async () => {
    assert.deepEqual(await filesIn(secretsArchive ?? Buffer.alloc(0)), {
      "run/secrets/DATABASE_URL": ["0444", input.files.DATABASE_URL],
      "run/secrets/JWT_SECRET": ["0444", input.files.JWT_SECRET],
    });
  });

  scene(
    "reports that nothing was started when it fails, with its last log lines",
    migrating("wait*) echo 1 ;;"),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations: "alembic upgrade head" ended with exit code 1, nothing new was started; its last log lines:',
        "  | sqlalchemy.exc.OperationalError: no such table",
      ]);
      assert.equal(typed(played.calls).at(-1), "rm --force --volumes new");
      assert.doesNotMatch(everythingOpen(played), /open-sesame|line 1/);
    },
  );

  scene(
    "may use half of the engine's memory when no setting limits it",
    migrating(`"info --format {{.MemTotal}}") echo 1073741824 ;;`, { limits: undefined }),
    (played) => {
      receiptOf(played);
      assert.match(
        typed(played.calls).join("\n"),
        / --memory 536870912 --memory-swap 536870912 --pids-limit 2048 --tmpfs \/tmp:exec,size=268435456 sha256/,
      );
    },
  );

  scene(
    "reports that its memory was too little, and which setting gives it more",
    migrating('wait*) echo 1 ;; "container inspect"*) echo true ;;'),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations: "alembic upgrade head" needed more memory than its limit of 256 MiB, nothing new was started; ' +
          "raise towpath:limits.memory, or do the work in smaller parts; its last log lines:",
        "  | sqlalchemy.exc.OperationalError: no such table",
      ]);
    },
  );

  scene(
    "reports that it was killed when the engine does not know why",
    migrating('wait*) echo 137 ;; "container inspect"*) echo false ;; info*) echo 1073741824 ;;', {
      limits: undefined,
    }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations: "alembic upgrade head" was killed (exit code 137), as for want of memory, of which it has 512 MiB, nothing new was started; ' +
          "if nobody ended it, give the Docker engine more memory, of which it may use half, or do the work in smaller parts; its last log lines:",
        "  | sqlalchemy.exc.OperationalError: no such table",
      ]);
    },
  );

  scene(
    "reports that it found no space, in /tmp or on the disk",
    migrating('wait*) echo 1 ;; logs*) echo "OSError: [Errno 28] No space left on device" ;;'),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations: "alembic upgrade head" found no room: /tmp holds 128 MiB, half of its memory, or the disk is full, nothing new was started; ' +
          "raise towpath:limits.memory, write less to /tmp, or free some of the disk; its last log lines:",
        "  | OSError: [Errno 28] No space left on device",
      ]);
    },
  );

  scene(
    "is stopped when its time is up",
    migrating("wait*) exec sleep 20 ;;", { timeoutSeconds: 0.3 }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations: "alembic upgrade head" not done within 0.3 s, nothing new was started; its last log lines:',
        "  | sqlalchemy.exc.OperationalError: no such table",
      ]);
      assert.equal(typed(played.calls).at(-1), "rm --force --volumes new");
    },
  );

  scene(
    "does not mistake an engine that is gone for a slow migration",
    migrating('wait*) refuse "Cannot connect to the Docker daemon" ;; rm*) refuse "Cannot connect" ;;'),
    (played) => {
      assert.doesNotMatch(failureOf(played).join("\n"), /not done within/);
    },
  );

  scene(
    "waits for a migration that an interrupted run left behind before it begins",
    migrating(`"ps --all --quiet"*) printf 'old1\\nold2\\n' ;; "ps --quiet"*) echo old1 ;;`),
    (played) => {
      receiptOf(played);
      assert.deepEqual(typed(played.calls), [
        `ps --all --quiet ${filters}`,
        `ps --quiet ${filters}`,
        "wait old1",
        "rm --force old1 old2",
        ...run,
        "rm --force --volumes new",
      ]);
    },
  );

  scene(
    "reports what it waited for when that does not end",
    migrating(`"ps --all --quiet"*) echo old1 ;; "ps --quiet"*) echo old1 ;; wait*) exec sleep 20 ;;`, {
      timeoutSeconds: 0.3,
    }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations: what an earlier run began goes on, waited 0.3 s for old1; wait until it is done, or end it with "docker rm --force", and run the command again',
      ]);
      assert.equal(typed(played.calls).at(-1), "wait old1");
    },
  );

  scene(
    "removes a migration that was never started without waiting for it",
    migrating(`"ps --all --quiet"*) echo old1 ;;`),
    (played) => {
      receiptOf(played);
      assert.deepEqual(typed(played.calls).slice(0, 3), [
        `ps --all --quiet ${filters}`,
        `ps --quiet ${filters}`,
        "rm --force old1",
      ]);
    },
  );

  scene(
    "reports the engine's error when it cannot make the container",
    migrating(`create*) refuse "Unable to find image 'sha256:0123456789ab' locally" 125 ;;`),
    (played) => {
      assert.match(
        failureOf(played).join("\n"),
        /docker create: Unable to find image 'sha256:0123456789ab' locally/,
      );
      assert.equal(typed(played.calls).filter((call) => call.startsWith("rm ")).length, 0);
      assert.doesNotMatch(everythingOpen(played), /open-sesame|line 1/);
    },
  );
});

/** Everything that others on the machine, and the log of the deployment, can see. */
function everythingOpen({ calls, stdout, stderr }: Played): string {
  return [stdout, stderr, ...typed(calls), ...calls.map(({ environment }) => environment)].join("\n");
}

/** The files of a tar archive, with their modes. */
async function filesIn(archive: Buffer): Promise<Record<string, [mode: string, content: string]>> {
  const files: Record<string, [string, string]> = {};
  const entries = extract();
  entries.end(archive);
  for await (const entry of entries) {
    const mode = entry.header.mode.toString(8).padStart(4, "0");
    files[entry.header.name] = [mode, await text(entry)];
  }
  return files;
}
