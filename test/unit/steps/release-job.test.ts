/** A job of a release as the program that the release runs, with a fake `docker` that plays what an engine would say. */
import assert from "node:assert/strict";
import type { ReleaseJobInput } from "../../../components/contract/release-job.ts";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";

const input: ReleaseJobInput = {
  ...{ job: "warm", runs: "before-release", again: "npm run pulumi -- up --stack staging" },
  image: "sha256:0123456789ab",
  network: "notes-staging",
  command: ["python", "-m", "notes.warm"],
  ...{ entrypoint: ["tini", "--"], user: "10001", workingFolder: "/app" },
  environment: { LOG_LEVEL: "info" },
  variables: {},
  files: { DATABASE_URL: "postgresql://notes:open-sesame@db:5432/notes" },
  volumes: { "notes-staging-volume-static": "/app/static" },
  labels: { "towpath.namespace": "notes-staging", "towpath.part": "job-warm" },
  capabilities: [],
  timeoutSeconds: 20,
  limits: { memory: 256 * 1024 ** 2, pids: 64, remedy: "raise towpath:limits.memory" },
};

/** The job while `docker` plays these answers; what they leave out goes well. */
function running(answers: string, change: Partial<ReleaseJobInput> = {}): Scene {
  const script = `case "$*" in ${answers}
    create*) echo new ;;
    wait*) echo 0 ;;
    "logs --tail 20 new") echo "warmed by postgresql://notes:open-sesame@db:5432/notes" ;;
  esac`;
  return { program: "release-job", input: { ...input, ...change }, script };
}

describe("a job of a release", function () {
  this.timeout(60_000);

  scene("runs as its service does, and keeps when it ran and what it printed last", running(""), (played) => {
    const { at, ...receipt } = receiptOf(played) as { at: string };
    assert.match(at, /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/);
    assert.deepEqual(receipt, { log: "  | warmed by ***" });
    const limits =
      "--memory 268435456 --memory-swap 268435456 --pids-limit 64 --tmpfs /tmp:exec,size=134217728";
    assert.deepEqual(typed(played.calls).slice(0, -1), [
      "ps --all --quiet --filter label=towpath.namespace=notes-staging --filter label=towpath.part=job-warm",
      "create --network notes-staging --env LOG_LEVEL=info " +
        "--label towpath.namespace=notes-staging --label towpath.part=job-warm " +
        "--volume notes-staging-volume-static:/app/static --user 10001 --workdir /app --entrypoint tini " +
        `--cap-drop ALL --security-opt no-new-privileges ${limits} sha256:0123456789ab -- python -m notes.warm`,
      "cp - new:/",
      "start new",
      "wait new",
      "logs --tail 20 new",
    ]);
    assert.equal(typed(played.calls).at(-1), "rm --force --volumes new");
  });

  scene(
    "says that nothing new was started when it fails before one",
    running("wait*) echo 3 ;;"),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'jobs.warm: "python -m notes.warm" ended with exit code 3, nothing new was started; npm run pulumi -- up --stack staging runs it again; its last log lines:',
        "  | warmed by ***",
      ]);
    },
  );

  scene(
    "says that users have the release when it fails after one",
    running("wait*) echo 3 ;;", { runs: "after-release", again: "npm start" }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'jobs.warm: "python -m notes.warm" ended with exit code 3, users have the new release already, and the copies before it stay until it is done; npm start runs it again; its last log lines:',
        "  | warmed by ***",
      ]);
    },
  );

  scene("is stopped when its time is up", running("wait*) sleep 30 ;;", { timeoutSeconds: 1 }), (played) => {
    assert.match(
      failureOf(played)[0] ?? "",
      /^jobs\.warm: "python -m notes\.warm" not done within 1 s, nothing/,
    );
    assert.ok(typed(played.calls).includes("stop --time 0 new"));
  });

  scene(
    "waits for what an earlier run began of it, and for no longer than it may take",
    running('"ps --"*) echo old ;; "wait old"*) sleep 30 ;;', { timeoutSeconds: 1 }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'jobs.warm: what an earlier run began goes on, waited 1 s for old; wait until it is done, or end it with "docker rm --force", and run the command again',
      ]);
    },
  );
});
