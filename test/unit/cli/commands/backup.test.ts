/** A dump of a stack's database from the command line. That the dump is one is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { backup, backupInWords, type Backup } from "../../../../cli/commands/backup.ts";
import type { BackupReceipt } from "../../../../components/contract/database.ts";
import { idOf, record } from "../../plan/records.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";
import { external } from "./external-settings.ts";

const receipt: BackupReceipt = {
  volume: "notes-staging-backups",
  file: "2026-01-02T03-04-05Z-0123456789ab.dump",
  sha256: "9f86d081",
  bytes: 4096,
  entries: 17,
  seconds: 1.5,
};

describe("a backup of a stack on its host", function () {
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
    host = await PlayedHost.start(machine, { migration: { lockWaitSeconds: 5 } });
    released({ schema: { after: "0004", applied: [], destructive: [] } });
    machine.step(`console.log('${JSON.stringify(receipt)}');`);
    progress.lines.length = 0;
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    machine.remove();
  });

  function released(...records: readonly object[]): void {
    machine.pulumi("stack", [{ releases: records.map((more) => record("b", more)) }]);
  }
  function backingUp(stack = "staging", project = machine.project): Promise<Backup> {
    return backup(stack, progress, project);
  }

  it("runs the program that a migration dumps with, on the host, for the current release", async () => {
    const done = await backingUp();
    assert.deepEqual(done, {
      ...{ stack: "staging", host: "app1", release: idOf("b"), revision: "0004" },
      ...receipt,
    });
    assert.deepEqual(machine.stepTold, {
      program: "back-up",
      host: ".towpath/ssh/notes-staging/app1",
      input: {
        container: "notes-staging-postgres",
        administrator: "notes_staging",
        database: "notes_staging",
        volume: "notes-staging-backups",
        release: idOf("b"),
        why: "by hand",
        labels: {
          "towpath.project": "notes",
          "towpath.environment": "staging",
          "towpath.namespace": "notes-staging",
          "towpath.part": "migration",
        },
        waitSeconds: 5,
      },
    });
    assert.equal(
      backupInWords(done),
      "staging: dumped into 2026-01-02T03-04-05Z-0123456789ab.dump in the volume notes-staging-backups of app1: " +
        "4096 bytes, 17 entries, the schema at 0004, sha256 9f86d081, in 1.5 s",
    );
  });

  it("is of an external database by the names that its clients know on the host (000-49b)", async () => {
    machine.write(
      "Pulumi.staging.yaml",
      external(readFileSync(join(machine.root, "Pulumi.staging.yaml"), "utf8")),
    );
    machine.program(
      `${machine.root}/bin/docker`,
      `case "$*" in *"exec notes-staging-postgres-client sed"*) printf 'dbname=live\\nuser=app\\n' ;; esac`,
    );
    await backingUp();
    const { input } = machine.stepTold as { input: Record<string, unknown> };
    const { container, administrator, database, external: isExternal } = input;
    assert.deepEqual(
      [container, administrator, database, isExternal],
      ["notes-staging-postgres-client", "app", "live", true],
    );
    machine.program(`${machine.root}/bin/docker`, `echo "No such container" >&2; exit 1`);
    await assert.rejects(backingUp(), {
      name: "Problem",
      message:
        'towpath:postgres.external: expected the way to the external database in notes-staging-postgres-client on app1, got "No such container"; release with these settings first, or see there what became of that container',
    });
  });

  it("leaves out a revision that no record contains", async () => {
    released({});
    const done = await backingUp();
    assert.equal("revision" in done, false);
    assert.match(backupInWords(done), /: 4096 bytes, 17 entries, sha256 9f86d081, in 1\.5 s$/);
  });

  it("shows what it waits for, and then why it failed, with the program's message", async () => {
    machine.step(
      `console.error("waiting for app1 (15 s so far)"); console.log("backup: the host's disk is full"); process.exitCode = 1;`,
    );
    await assert.rejects(backingUp(), { name: "Problem", message: "backup: the host's disk is full" });
    const dump = "dumping the database of staging";
    assert.deepEqual(progress.lines.slice(-3), [
      `${dump} …`,
      `${dump}: waiting for app1 (15 s so far)`,
      `${dump} failed`,
    ]);
  });

  it("reports why a program ended before its work began", async () => {
    machine.step(`throw new Error("no such file");`);
    await assert.rejects(backingUp(), { name: "Problem", message: /no such file/ });
  });

  it("reports that its program was ended", async () => {
    machine.step(`process.kill(process.pid, "SIGKILL");`);
    await assert.rejects(backingUp(), {
      name: "Problem",
      message:
        "backup: the program that dumps the database of staging was ended, got no word of it; " +
        "what it began goes on on the host: run the command again, which waits for it",
    });
  });

  it("is refused when nothing was released", async () => {
    released();
    await assert.rejects(backingUp(), {
      name: "Problem",
      message:
        "backup: expected a release of staging, got none; release one first with npm run pulumi -- up --stack staging",
    });
    assert.equal(machine.stepTold, undefined);
  });

  it("is refused for a stack without releases", async () => {
    await assert.rejects(backingUp("local"), {
      name: "Problem",
      message: '--stack: expected a stack that is released to, got "local"; take staging or production',
    });
  });

  it("reports that a host cannot be reached, and starts nothing", async () => {
    await host.stop();
    machine.program(
      join(machine.root, "bin", "ssh"),
      `echo "ssh: connect to host 10.0.0.1 port 22: Connection refused" >&2; exit 255`,
    );
    await assert.rejects(backingUp(), {
      name: "HostProblem",
      message: /^towpath:hosts\.app1: .*cannot be reached, got "[^"]*Connection refused"/,
    });
    assert.equal(machine.stepTold, undefined);
  });

  it("is refused for an application without a database", async () => {
    const { web } = machine.project.application.services;
    assert.ok(web !== undefined);
    const application = {
      name: "notes",
      images: machine.project.application.images,
      services: { web: { ...web, needs: [] }, api: { image: "api" } },
    };
    await assert.rejects(backingUp("staging", { ...machine.project, application }), {
      name: "Problem",
      message:
        "backup: expected an application with a database, got notes without postgres; describe one in application.ts and release it first",
    });
  });
});
