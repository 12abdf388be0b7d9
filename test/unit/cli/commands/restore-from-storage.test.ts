/** A dump that is brought back from a storage elsewhere, from the command line. That it comes is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { restore, type Restored } from "../../../../cli/commands/restore.ts";
import type { RestoreRequest } from "../../../../cli/commands/restore-request.ts";
import type { Stored } from "../../../../components/backup/program/restic.mjs";
import type { FoundDump } from "../../../../components/contract/restore.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

const [old, young] = ["2026-01-02T02-00-00Z-scheduled.dump", "2026-01-03T02-00-00Z-scheduled.dump"];
/** What the host that took the place of a lost one dumped before its first migration, when there was nothing. */
const empty = "2026-01-04T10-00-00Z-0123456789ab.dump";
const stored: readonly Stored[] = [
  { file: empty, bytes: 12, snapshot: "cccccccc" },
  { file: young, bytes: 4096, snapshot: "bbbbbbbb" },
  { file: old, bytes: 4000, snapshot: "aaaaaaaa" },
];
const put = {
  ...{
    file: young,
    sha256: "9f86d081",
    kept: "notes_production_before_restore",
    cutSeconds: 0.3,
    seconds: 4.5,
  },
  before: { tables: 5, rows: 0, bytes: 8060264 },
  after: { tables: 5, rows: 1000, bytes: 8060263 },
};

describe("a restore from a storage elsewhere (000-83)", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  const progress = recordedProgress();
  let machine: FakeMachine;
  let host: PlayedHost;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    machine.write("setup/bootstrap.mjs", "");
    host = await PlayedHost.ofProduction(machine);
    const file = join(machine.root, "Pulumi.production.yaml");
    const storage = "storage: { url: BACKUP_URL, bucket: acme-backups, password: BACKUP_PASSWORD }";
    machine.write(
      "Pulumi.production.yaml",
      readFileSync(file, "utf8").replace(
        /^( *)retention: .*$/m,
        (line, indent: string) => `${line}\n${indent}${storage}`,
      ),
    );
    machine.pulumi("stack", [{ releases: [] }]);
    progress.lines.length = 0;
    finds([{ file: empty, bytes: 12 }]);
    answers({ stored });
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    machine.remove();
  });

  /** The step answers a look with these dumps on the host, and all else with what is done then. */
  function finds(dumps: readonly FoundDump[]): void {
    machine.step(
      `console.log(JSON.stringify(input.operation === "look" ? ${JSON.stringify({ dumps })} : ${JSON.stringify(put)}));`,
    );
  }

  /** The program on the host answers what it is asked of the storage so, at once. */
  function answers(job: object, known: "storage" | "no storage" = "storage"): void {
    const end = JSON.stringify(job).slice(1);
    const state = known === "storage" ? `{"storage":{"job":{"id":"'"$id"'","running":false,${end}}}` : "{}";
    machine.program(
      join(machine.root, "bin", "docker"),
      `case "$*" in
        exec*notes-production-backups*'"operation":'*)
          printf '%s\\n' "$*" >>${join(machine.root, "asked")}
          id=$(printf '%s' "$*" | sed -n 's/.*"id":"\\([^"]*\\)".*/\\1/p')
          printf '%s' '${state}' ;;
        version*) echo "24.0.0 1.43" ;;
      esac`,
    );
  }

  function asked(): string[] {
    const file = join(machine.root, "asked");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }

  function restoring(request: Partial<RestoreRequest> = {}): Promise<Restored> {
    return restore(
      { stack: "production", yes: true, fromStorage: true, ask: undefined, ...request },
      progress,
      machine.project,
    );
  }

  function refuses(request: Partial<RestoreRequest>, message: string): Promise<void> {
    return assert.rejects(restoring(request), { name: "Problem", message });
  }

  it("takes the newest by the schedule that the host has not, brings it back, and puts it in place", async () => {
    const done = await restoring();
    assert.equal(done.done, "restored");
    const [, bringing = ""] = asked();
    assert.match(
      bringing,
      new RegExp(`"wanted":\\{"snapshot":"bbbbbbbb","file":"${young}","volumes":false,"overwrite":false\\}`),
    );
    const { input } = machine.stepTold as { input: { operation: string; file: string } };
    assert.deepEqual([input.operation, input.file], ["put", young]);
    const said = progress.lines.find((line) => line.includes("takes the place")) ?? "";
    assert.match(
      said,
      /^production: 2026-01-03T02-00-00Z-scheduled\.dump, taken .* ago into the storage's copy bbbbbbbb, 4096 bytes, takes the place of the database notes_production\n/,
    );
    assert.match(said, /\n {2}Redis, buckets and volumes stay as they are\.$/);
  });

  it("takes a dump that is named, with the files of its copy, and brings nothing until it is agreed to", async () => {
    await refuses(
      { dump: old, volumes: true, yes: false },
      `restore: changes users' data and has to be agreed to, got no terminal to ask on; use "npx towpath restore ${old} --from-storage --volumes --stack production --yes"`,
    );
    assert.equal(asked().length, 1);
    await restoring({ dump: old, volumes: true });
    assert.match(
      asked().at(-1) ?? "",
      /"snapshot":"aaaaaaaa","file":"[^"]*","volumes":true,"overwrite":false/,
    );
    assert.match(
      progress.lines.join("\n"),
      /The volumes of services and the buckets get their files from the same copy, aaaaaaaa, and have to be empty\. Redis stays as it is\./,
    );
  });

  it("leaves it to the person where the host has a newer one, or all of them", async () => {
    const newer = "2026-01-05T02-00-00Z-scheduled.dump";
    finds([{ file: newer, bytes: 5 }]);
    const there = `the newest are ${empty}, ${young}, ${old}`;
    await refuses(
      {},
      `restore: expected the name of a dump, got none, and the host has a newer one than the storage, ${newer}; ${there}: name one of them, or restore the host's with npx towpath restore --stack production`,
    );
    finds([young, old].map((file) => ({ file, bytes: 5 })));
    await refuses(
      {},
      `restore: expected a dump by the schedule in the storage that the host has not, got none; ${there}: name one of them, or leave out --from-storage`,
    );
    await refuses(
      { dump: "other.dump" },
      `restore: expected a dump in the storage, got "other.dump"; there are ${empty}, ${young}, ${old}: name one of them`,
    );
    answers({ stored: [] });
    await refuses(
      { dump: young },
      `restore: expected a dump in the storage, got "${young}"; there is none: name one of them`,
    );
  });

  it("says what fails, and what is not there", async () => {
    answers({ problem: "files are in object-storage already" });
    await refuses(
      {},
      'restore: nothing could be brought back from the storage to app1, got "files are in object-storage already"; the database is as it was before: use --overwrite to write over those of the same name',
    );
    answers({ problem: "no route to host" });
    await refuses(
      {},
      'restore: nothing could be brought back from the storage to app1, got "no route to host"; the database is as it was before: mend that, and run the command again',
    );
    answers({}, "no storage");
    await refuses(
      {},
      "--from-storage: expected a host that knows of the storage, got one without; run npm run pulumi -- up --stack production first",
    );
  });

  it("wants options that belong together, and a stack with a storage", async () => {
    await refuses(
      { back: true },
      "restore: expected --from-storage or --back, got both; the database from before a restore is on the host: leave out --from-storage",
    );
    const alone = "the files of volumes are in the storage alone, and cannot be tried";
    await refuses(
      { volumes: true, fromStorage: false },
      `restore: expected --volumes with --from-storage and without --try, got no --from-storage; ${alone}`,
    );
    await refuses(
      { volumes: true, try: true },
      `restore: expected --volumes with --from-storage and without --try, got --try; ${alone}`,
    );
    await refuses(
      { overwrite: true },
      "restore: expected --overwrite with --volumes, got no --volumes; a dump never overwrites one, leave out --overwrite",
    );
    const text = readFileSync(join(machine.root, "Pulumi.production.yaml"), "utf8");
    machine.write("Pulumi.production.yaml", text.replace(/^.*storage: \{.*\n/m, ""));
    await refuses(
      {},
      '--from-storage: expected a stack whose settings have towpath:backup.storage, got "production"; set it, or leave out the option for what is on the host',
    );
  });
});
