/** When dumps are copied into a storage elsewhere, with a clock and a storage that are played, and what people are told. */
import assert from "node:assert/strict";
import type { Dump } from "../../../components/backup/program/dumps.mjs";
import {
  copiedIn,
  copyScript,
  keysFile,
  resticProblem,
  resticVariables,
  type Copied,
} from "../../../components/backup/program/restic.mjs";
import type { State } from "../../../components/backup/program/scheduler.mjs";
import { Storage, type KeptCopies, type StorageState } from "../../../components/backup/program/storage.mjs";
import { storageConcern } from "../../../components/backup/storage-concern.ts";

const minute = 60_000;
const repository = "s3:https://s3.example.com/acme-backups/notes-production";

/** A volume with dumps, a clock, and what is in the storage. */
class Scene {
  now = Date.parse("2026-01-05T03:00:00Z");
  dumps: Dump[] = [];
  kept: KeptCopies | undefined;
  problem: string | undefined;
  /** The times of the tries, in minutes since the scene began. */
  readonly tried: number[] = [];
  private readonly began = this.now;

  start(place = repository): Storage {
    return new Storage({
      repository: place,
      dumps: () => this.dumps,
      copy: () => {
        this.tried.push((this.now - this.began) / minute);
        const dumps = this.dumps.map(({ file }) => file);
        return Promise.resolve(
          this.problem === undefined
            ? { snapshot: "43c3cc21", at: this.now, dumps }
            : { problem: this.problem },
        );
      },
      read: () => this.kept,
      write: (kept) => {
        this.kept = kept;
      },
      now: () => this.now,
    });
  }

  add(file: string, whole = true): void {
    const facts = { why: "schedule" as const, due: "", sha256: "sum", bytes: whole ? 10 : 11, entries: 3 };
    this.dumps.unshift({ file, bytes: 10, taken: this.now, facts });
  }

  async pass(storage: Storage, minutes: number): Promise<void> {
    for (const end = this.now + minutes * minute; this.now < end; this.now += minute) await storage.look();
  }
}

describe("copies of backups in a storage elsewhere (000-83, 003-151)", () => {
  it("are made once after each good dump, whoever took it, and not of half a one", async () => {
    const scene = new Scene();
    const storage = scene.start();
    await scene.pass(storage, 10);
    assert.deepEqual(scene.tried, []);
    scene.add("one.dump");
    await scene.pass(storage, 60);
    scene.add("half.dump", false);
    await scene.pass(storage, 60);
    scene.add("two.dump");
    await scene.pass(storage, 60);
    assert.deepEqual(scene.tried, [10, 130]);
    assert.deepEqual(storage.state(), {
      repository,
      running: false,
      newest: {
        snapshot: "43c3cc21",
        at: "2026-01-05T05:10:00.000Z",
        dumps: ["two.dump", "half.dump", "one.dump"],
      },
    });
  });

  it("are tried again every quarter of an hour, and at once after a start; what failed is forgotten when one succeeds", async () => {
    const scene = new Scene();
    scene.add("one.dump");
    scene.problem = "no route to host";
    await scene.pass(scene.start(), 40);
    assert.deepEqual(scene.tried, [0, 15, 30]);
    const storage = scene.start();
    assert.deepEqual(storage.state().lastFailure, {
      at: "2026-01-05T03:30:00.000Z",
      reason: "no route to host",
      tries: 3,
    });
    scene.problem = undefined;
    await scene.pass(storage, 30);
    assert.deepEqual(scene.tried.slice(3), [40]);
    assert.equal(storage.state().lastFailure, undefined);
  });

  it("begin anew in another storage", async () => {
    const scene = new Scene();
    scene.add("one.dump");
    await scene.pass(scene.start(), 5);
    const other = scene.start("s3:https://elsewhere.example.com/acme/notes-production");
    assert.equal(other.state().newest, undefined);
    await scene.pass(other, 5);
    assert.deepEqual(scene.tried, [0, 5]);
  });
});

describe("restic", () => {
  it("is told its place by variables, and its secrets by files", () => {
    const place = { endpoint: "https://s3.example.com", bucket: "acme-backups", region: "eu-central-1" };
    assert.deepEqual(resticVariables({ ...place, namespace: "notes-production" }), {
      RESTIC_REPOSITORY: repository,
      RESTIC_PASSWORD_FILE: "/run/secrets/RESTIC_PASSWORD",
      MINIO_SHARED_CREDENTIALS_FILE: "/run/secrets/STORAGE_KEYS",
      AWS_DEFAULT_REGION: "eu-central-1",
      HOME: "/tmp",
    });
    const { aliases } = JSON.parse(keysFile({ accessKeyId: "AKIA1", secretAccessKey: 's;#"cret' })) as {
      aliases: { s3: { accessKey: string; secretKey: string } };
    };
    assert.deepEqual([aliases.s3.accessKey, aliases.s3.secretKey], ["AKIA1", 's;#"cret']);
  });

  it("leaves out what is half done, of the dumps alone", () => {
    assert.match(copyScript, /--exclude '\/data\/backups\/\*\.part'/);
    assert.doesNotMatch(copyScript, /--exclude '\*/);
  });

  it("tells what is in the storage now", () => {
    const said = [
      '[{"time":"2026-01-05T03:00:01.5Z","hostname":"notes-production","id":"43c3cc21de28","short_id":"43c3cc21"}]',
      "/backups/2026-01-04T03-00-00Z-scheduled.dump",
      "/backups/2026-01-05T03-00-00Z-scheduled.dump",
      "",
    ];
    const copied: Copied = {
      snapshot: "43c3cc21",
      at: Date.parse("2026-01-05T03:00:01.5Z"),
      dumps: ["2026-01-04T03-00-00Z-scheduled.dump", "2026-01-05T03-00-00Z-scheduled.dump"],
    };
    assert.deepEqual(copiedIn(said.join("\r\n")), copied);
    assert.throws(() => copiedIn("[]"), /restic told of no copy/);
  });

  it("is understood when it fails", () => {
    assert.equal(resticProblem(0, ""), undefined);
    assert.equal(resticProblem(10, "Fatal: repository does not exist"), undefined);
    assert.equal(
      resticProblem(12, "Fatal: wrong password or no key found"),
      "the password does not open what is there",
    );
    const unreached = [
      'Stat(<config/>) returned error, retrying after 1.39s: Stat: Get "http://10.0.0.9:7070/acme/": dial tcp 10.0.0.9:7070: connect: connection refused',
      "Fatal: unable to open config file: context canceled",
      "Is there a repository at the following location?",
    ];
    assert.equal(
      resticProblem(143, unreached.join("\r\n")),
      "Stat: Get 'http://10.0.0.9:7070/acme/': dial tcp 10.0.0.9:7070: connect: connection refused",
    );
    assert.equal(
      resticProblem(
        1,
        "Stat(<config/>) failed: x\nFatal: unable to open config file: Stat: Access Denied.\nIs there",
      ),
      "unable to open config file: Stat: Access Denied.",
    );
    assert.equal(resticProblem(undefined, "no answer within 60 s"), "no answer within 60 s");
    assert.equal(resticProblem(1, ""), "no word");
  });
});

describe("the concern about copies", () => {
  const now = new Date("2026-01-05T12:00:00Z");
  const dump = (file: string, taken: string, good = true) => ({ file, bytes: 10, taken, good });
  const [old, young] = [dump("old.dump", "2026-01-05T03:00:00Z"), dump("young.dump", "2026-01-05T11:30:00Z")];
  const newest = { snapshot: "43c3cc21", at: "2026-01-05T03:01:00.000Z", dumps: ["old.dump"] };
  const concernOf = (
    storage: Partial<StorageState> | undefined,
    dumps = [young, old],
  ): string | undefined => {
    const state: State = {
      ...{ schedule: "0 3 * * *", retentionDays: 30, next: undefined, running: false, dumps },
      ...(storage !== undefined && { storage: { repository, running: false, ...storage } }),
    };
    return storageConcern(state, { stack: "production", now });
  };
  const more = "npx towpath backups --stack production shows them";

  it("is none where nothing is copied, or all that is an hour old", () => {
    assert.equal(concernOf(undefined), undefined);
    assert.equal(concernOf({ newest }), undefined);
    assert.equal(concernOf({ newest }, [dump("broken.dump", "2026-01-05T02:00:00Z", false)]), undefined);
    assert.equal(storageConcern(undefined, { stack: "production", now }), undefined);
  });

  it("is the last failure, with its reason and the age of the newest copy", () => {
    const lastFailure = { at: "2026-01-05T11:30:10.000Z", reason: "no route to host", tries: 1 };
    assert.equal(
      concernOf({ newest, lastFailure }),
      `backups: the last copy to ${repository} failed at 2026-01-05 11:30 UTC, got "no route to host"; the newest copy is 8 h old, from 2026-01-05 03:01 UTC: ${more}`,
    );
    assert.equal(
      concernOf({ lastFailure: { ...lastFailure, tries: 3 } }),
      `backups: the last copy to ${repository} failed, as 2 before it, at 2026-01-05 11:30 UTC, got "no route to host"; there is no copy: ${more}`,
    );
  });

  it("is a dump that nobody copies", () => {
    assert.equal(
      concernOf({}),
      `backups: old.dump is not copied to ${repository}, 9 h after it was taken; there is no copy: ${more}`,
    );
    assert.equal(concernOf({ running: true }), undefined);
  });
});
