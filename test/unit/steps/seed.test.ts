/** The seed of a preview as the program that a release runs, with a fake `docker` that plays what an engine would say. */
import assert from "node:assert/strict";
import type { SeedInput } from "../../../components/contract/seed.ts";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";

const input: SeedInput = {
  image: "sha256:0123456789ab",
  network: "notes-pr-12",
  command: ["python", "-m", "notes.seed"],
  environment: { DATABASE_URL_FILE: "/run/secrets/DATABASE_URL" },
  variables: {},
  files: { DATABASE_URL: "postgresql://notes:open-sesame@db:5432/notes" },
  labels: { "towpath.namespace": "notes-pr-12", "towpath.part": "migration" },
  capabilities: [],
  timeoutSeconds: 20,
  limits: { memory: 256 * 1024 ** 2, pids: 64, remedy: "raise towpath:limits.memory" },
};

/** The seed while `docker` plays these answers; what they leave out goes well. */
function seeding(answers: string): Scene {
  const script = `case "$*" in ${answers}
    create*) echo new ;;
    wait*) echo 0 ;;
    "logs --tail 20 new") echo "KeyError: postgresql://notes:open-sesame@db:5432/notes" ;;
  esac`;
  return { program: "seed", input, script };
}

describe("the seed", function () {
  this.timeout(60_000);

  scene("runs in a container of its own, with the service's connections", seeding(""), (played) => {
    assert.deepEqual(receiptOf(played), { command: input.command });
    const limits =
      "--memory 268435456 --memory-swap 268435456 --pids-limit 64 --tmpfs /tmp:exec,size=134217728";
    assert.deepEqual(typed(played.calls), [
      "ps --all --quiet --filter label=towpath.namespace=notes-pr-12 --filter label=towpath.part=migration",
      "create --network notes-pr-12 --env DATABASE_URL_FILE=/run/secrets/DATABASE_URL " +
        "--label towpath.namespace=notes-pr-12 --label towpath.part=migration " +
        `--cap-drop ALL --security-opt no-new-privileges ${limits} sha256:0123456789ab python -m notes.seed`,
      "cp - new:/",
      "start new",
      "wait new",
      "rm --force --volumes new",
    ]);
  });

  scene(
    "has a secret's file also where its variable tells (000-55)",
    {
      ...seeding(""),
      input: { ...input, environment: { ...input.environment, DATABASE_URL_FILE: "/etc/app/database" } },
    },
    (played) => {
      const archive = played.calls.find(({ args }) => args[0] === "cp")?.input.toString() ?? "";
      assert.match(archive, /^run\/secrets\/DATABASE_URL\0/);
      assert.match(archive, /\0etc\/app\/database\0/);
    },
  );

  scene("says its last log lines when it fails", seeding("wait*) echo 1 ;;"), (played) => {
    assert.deepEqual(failureOf(played), [
      'towpath:data: "python -m notes.seed" ended with exit code 1, nothing new was started; its last log lines:',
      "  | KeyError: ***",
    ]);
  });
});
