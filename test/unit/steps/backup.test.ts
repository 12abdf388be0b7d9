/**
 * A dump before a migration, with a fake `docker` that plays what an engine would say.
 *
 * It cannot prove that a dump can be restored from, nor what a full disk does: test/e2e/hosts does.
 */
import assert from "node:assert/strict";
import { dockerMachine } from "../../../steps/machine/docker-machine.ts";
import { backUp } from "../../../steps/database/backup.ts";
import { playing, typed } from "./play.ts";
import type { BackupInput } from "../../../components/contract/database.ts";

const input: BackupInput = {
  container: "notes-production-postgres",
  administrator: "postgres",
  database: "notes",
  volume: "notes-production-backups",
  release: "0005",
  why: "release",
  labels: { "towpath.namespace": "notes-production", "towpath.part": "migration" },
};
const sum = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

function backingUp(answers: string, more: Partial<BackupInput> = {}) {
  return playing(
    `case "$*" in ${answers}
      "container inspect"*) echo sha256:postgres ;;
      info*) echo 1073741824 ;;
      create*) echo dumper ;;
      wait*) echo 0 ;;
      logs*) printf 'pg_dump: warning: something\\n${sum} 4096 17\\n' ;;
    esac`,
    () => backUp(dockerMachine, { ...input, ...more }).catch((error: unknown) => (error as Error).message),
  );
}

/** The message without the time in the dump's name. */
function timeless(said: unknown): unknown {
  return typeof said === "string"
    ? said.replace(/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-0005\.dump/, "<dump>")
    : said;
}

describe("a dump of a database", function () {
  this.timeout(30_000);

  it("is made by the server's own image, beside the server, with minimal rights", async () => {
    const { result, calls } = await backingUp("");
    const [info, inspect, create = [], ...rest] = calls.map(({ args }) => args);
    assert.deepEqual(inspect, [
      "container",
      "inspect",
      "--format",
      "{{.Image}}",
      "notes-production-postgres",
    ]);
    assert.deepEqual(info, ["info", "--format", "{{.MemTotal}}"]);
    const at = create.indexOf("-c");
    assert.equal(
      create.slice(0, at).join(" "),
      "create --network container:notes-production-postgres --mount type=volume,source=notes-production-backups,target=/backups,volume-label=towpath.namespace=notes-production,volume-label=towpath.part=backups --workdir /backups " +
        "--cap-drop ALL --security-opt no-new-privileges --read-only --memory 536870912 --memory-swap 536870912 --pids-limit 2048 --tmpfs /tmp:exec,size=268435456 " +
        "--label towpath.namespace=notes-production --label towpath.part=migration --entrypoint sh sha256:postgres",
    );
    const [, script, ...told] = create.slice(at);
    assert.match(
      script ?? "",
      /^\\! pg_dump .* --snapshot "\$SNAPSHOT" .*--format custom --file "\$FILE\.part" && : >\/tmp\/dumped$/m,
    );
    assert.ok(typeof result !== "string", result as string);
    const connection = "host=127.0.0.1 user='postgres' dbname='notes'";
    assert.deepEqual(told, ["sh", connection, result.file, "release", ""]);
    assert.deepEqual(
      rest.map((args) => args.join(" ")),
      ["start dumper", "wait dumper", "logs dumper", "rm --force dumper"],
    );
  });

  it("is made of an external database by its clients' own way there, which no argument holds (000-49b)", async () => {
    const secrets = `"cp notes-production-postgres:/run/secrets -")
      mkdir -p "$here/secrets" && echo password=open-sesame >"$here/secrets/POSTGRES_SERVICE"
      tar --create --directory "$here" secrets ;;`;
    const { result, calls } = await backingUp(`create*) echo dumper ;; ${secrets}`, { external: true });
    assert.ok(typeof result !== "string", result as string);
    const create = typed(calls).find((call) => call.startsWith("create")) ?? "";
    assert.doesNotMatch(create, /--read-only|open-sesame/);
    assert.match(create, new RegExp(`sh service=external ${result.file} release`));
    const delivered = calls.find(({ args }) => args.join(" ") === "cp - dumper:/");
    assert.match(delivered?.input.toString() ?? "", /run\/secrets\/POSTGRES_SERVICE/);
  });

  it("is verified by its checksum, its size and its entries, and named by its time and its release", async () => {
    const before = new Date().toISOString().slice(0, 19);
    const { result } = await backingUp("");
    assert.ok(typeof result !== "string", result as string);
    const { file, seconds, ...receipt } = result;
    assert.deepEqual(receipt, {
      volume: "notes-production-backups",
      sha256: sum,
      bytes: 4096,
      entries: 17,
    });
    assert.ok(seconds >= 0);
    assert.match(file, /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-0005\.dump$/);
    assert.ok(file >= before.replaceAll(":", "-"), `${file} is older than ${before}`);
  });

  it("that fails is reported with the server's error, on one line", async () => {
    const { result, calls } = await backingUp(
      `wait*) echo 1 ;; logs*) printf 'pg_dump: error: query failed: ERROR:  permission denied\\npg_dump: detail: LOCK TABLE notes\\n' ;;`,
    );
    assert.equal(
      result,
      'backup: the database "notes" could not be dumped, ' +
        'got "pg_dump: error: query failed: ERROR:  permission denied; pg_dump: detail: LOCK TABLE notes"; ' +
        "neither the database nor what runs was touched: mend that and run the command again",
    );
    assert.equal(typed(calls).at(-1), "rm --force dumper");
  });

  it("that finds no space names the disk that is full", async () => {
    const { result } = await backingUp(
      `wait*) echo 1 ;; logs*) echo 'pg_dump: error: could not write to file: No space left on device' ;;`,
    );
    assert.equal(
      timeless(result),
      "backup: the host's disk is full, got no room for <dump> in the volume notes-production-backups; " +
        "neither the database nor what runs was touched: free some on the host, or remove old dumps from that volume and run the command again",
    );
  });

  it("leaves no container when the engine refuses to start one", async () => {
    const { result, calls } = await backingUp(`start*) refuse "OCI runtime create failed" ;;`);
    assert.equal(result, "docker start: OCI runtime create failed");
    assert.equal(typed(calls).at(-1), "rm --force dumper");
  });

  it("reports that it exceeded its memory limit, and that nothing was changed", async () => {
    const { result } = await backingUp(
      `wait*) echo 1 ;; *OOMKilled*) echo true ;; logs*) echo "sh: 6: Killed" ;;`,
    );
    assert.equal(
      result,
      'backup: the dump of the database "notes" needed more memory than its limit of 512 MiB; neither the database nor what runs was touched: ' +
        "give the Docker engine more memory, of which it may use half, or do the work in smaller parts",
    );
  });
});
