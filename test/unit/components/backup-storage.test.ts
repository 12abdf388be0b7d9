/**
 * The storage that backups are copied to: what is asked of it before a release, and what is made for it.
 *
 * That restic and a storage answer so is proved in test/e2e/hosts.
 */
import { byName } from "./engine.ts";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { storageAddress, type StorageAddress } from "../../../components/application/storage-url.ts";
import type { BackupStorage } from "../../../components/backup/storage.ts";
import { backupStorageOf, checkBackupStorage } from "../../../components/environment/backup-storage.ts";
import type { AskingScript, HostView } from "../../../components/host/host-view.ts";
import type { ProductionSettings } from "../../../components/settings/production.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import { merged } from "../assert-refused.ts";
import { production } from "../settings/good.ts";
import { Hidden } from "./hidden.ts";
import { released } from "./released.ts";

type Answer = Awaited<ReturnType<HostView["ask"]>>;

const url = "http://AKIA1:s%2Fcret@s3.example.com?region=eu-central-1";
const address = storageAddress(url) as StorageAddress;
const set = { url: "BACKUP_URL", bucket: "acme-backups", password: "BACKUP_PASSWORD" };
const settings = parseSettings(merged(production, { backup: { storage: set } })) as ProductionSettings;
const found = (value = url, password = "correct horse", lacking: string[] = []) =>
  backupStorageOf(
    {
      settings,
      secretValues: { BACKUP_URL: pulumi.secret(value), BACKUP_PASSWORD: pulumi.secret(password) },
    },
    lacking,
  );

/** Checks the storage on a host where the scripts give these answers. Returns what was asked. */
async function checked(answers: readonly Answer[], lacking: readonly string[] = []): Promise<AskingScript[]> {
  const asked: AskingScript[] = [];
  const view: Pick<HostView, "ask"> = {
    ask: (script) => {
      asked.push(script);
      return Promise.resolve(answers[asked.length - 1] ?? { problem: "asked too often" });
    },
  };
  await checkBackupStorage(await found(), { settings, view, host: "app1", lacking });
  return asked;
}

describe("the storage of backups, before anything is made (000-83, 003-151)", () => {
  it("is found by its secrets, whose values no message shows", async () => {
    const storage = await found(url, " correct horse\n");
    assert.deepEqual(
      [storage?.address, storage?.bucket, storage?.password],
      [address, "acme-backups", "correct horse"],
    );
    assert.equal(await backupStorageOf({ settings: parseSettings(production), secretValues: {} }), undefined);
    assert.equal((await found("missing", "missing", ["BACKUP_URL"]))?.address.host, "unknown");
    await assert.rejects(found("s3://key:hunter2@x"), {
      name: "InputError",
      message:
        'towpath:backup.storage.url: expected the URL of an S3 storage in the secret BACKUP_URL, got a URL that begins with "s3://"; write https://access-key:secret-key@s3.example.com?region=eu-central-1, and each letter of a key that is none of a-z, 0-9, "-", "." and "_" as % and its code',
    });
    await assert.rejects(found(url, "one\ntwo"), {
      message:
        "towpath:backup.storage.password: expected a password of one line in the secret BACKUP_PASSWORD, got several lines; take another one",
    });
    await assert.rejects(found(url, " "), {
      message:
        "towpath:backup.storage.password: expected a password of one line in the secret BACKUP_PASSWORD, got none; take another one",
    });
  });

  const bucket: Answer = { printed: "HTTP/1.1 200 OK\r\n\r\n" };

  it("is asked for its bucket and then for what is in it, with all secrets on standard input", async () => {
    const [listing, asked] = await checked([bucket, { printed: "0\n{}\n" }]);
    assert.match(listing?.input ?? "", /^GET \/acme-backups\?list-type=2&max-keys=1 HTTP/m);
    assert.equal(asked?.image, "docker.io/restic/restic:0.18.1");
    assert.doesNotMatch(asked.script, /correct horse|cret/);
    const [repository, region, password, keys] = asked.input.split("\n");
    assert.deepEqual(
      [repository, region, password],
      ["s3:http://s3.example.com/acme-backups/notes-production", "eu-central-1", "correct horse"],
    );
    assert.match(keys ?? "", /"secretKey":"s\/cret"/);
    // Nothing is there before the first copy.
    await checked([bucket, { printed: "10\nFatal: repository does not exist\n" }]);
    assert.deepEqual(await checked([], ["BACKUP_PASSWORD"]), []);
  });

  it("is refused when it does not answer, has no such bucket, or the password does not open it", async () => {
    await assert.rejects(checked([{ problem: "no image: not found" }]), {
      name: "InputError",
      message:
        'towpath:backup.storage.url: the object storage http://s3.example.com does not answer app1, got "no image: not found"; correct the secret BACKUP_URL, or have the server let app1 in',
    });
    await assert.rejects(checked([{ printed: "HTTP/1.1 404 Not Found\r\n\r\n<Code>NoSuchBucket</Code>" }]), {
      message:
        'towpath:backup.storage.bucket: the bucket "acme-backups" of http://s3.example.com has to be there and may be listed with the keys in the secret BACKUP_URL, got 404 NoSuchBucket; make it, name another, or give the keys the right',
    });
    const unopened = (got: string): object => ({
      name: "InputError",
      message: `towpath:backup.storage.password: what is in s3:http://s3.example.com/acme-backups/notes-production has to open with the password in the secret BACKUP_PASSWORD on app1, got "${got}"; correct the secret, or name a bucket without copies`,
    });
    await assert.rejects(
      checked([bucket, { printed: "12\nFatal: wrong password or no key found\n" }]),
      unopened("the password does not open what is there"),
    );
    await assert.rejects(checked([bucket, { problem: "no image: denied" }]), unopened("no image: denied"));
  });
});

describe("the storage of backups, in a release", function () {
  this.timeout(60_000);
  const secret = (name: string, value: string) => ({ name, value: pulumi.secret(value) });
  const backupStorage: BackupStorage = {
    ...{ address, bucket: "acme-backups", password: "correct horse" },
    secrets: { url: secret("BACKUP_URL", url), password: secret("BACKUP_PASSWORD", "correct horse") },
  };

  it("is known to what takes backups, and its secrets are in files of a volume alone", async () => {
    const { registrations, result } = await released({ stack: "production", backupStorage });
    const made = byName(registrations);
    const { envs, volumes } = made["notes-production-scheduled-backups-container"]?.inputs as {
      envs: string[];
      volumes: { containerPath: string }[];
    };
    const [, task = ""] = envs;
    const { storage } = JSON.parse(task.replace(/^TOWPATH_BACKUP=/, "")) as {
      storage: { secrets: string };
    };
    assert.match(storage.secrets, /^notes-production-backups-secrets-[0-9a-f]{8}$/);
    assert.deepEqual(storage, {
      repository: {
        endpoint: "http://s3.example.com",
        region: "eu-central-1",
        bucket: "acme-backups",
        namespace: "notes-production",
      },
      image: "docker.io/restic/restic:0.18.1",
      secrets: storage.secrets,
      container: "notes-production-backups-copy",
      volumes: { "object-storage": "notes-production-object-storage" },
    });
    assert.deepEqual(
      volumes.map(({ containerPath }) => containerPath),
      ["/backups", "/var/run/docker.sock"],
    );
    const { stdin } = made["notes-production-scheduled-backups-storage-secrets-write"]?.inputs ?? {};
    assert.ok(stdin instanceof Hidden);
    const { files } = stdin.value as { files: Record<string, unknown> };
    assert.deepEqual(Object.keys(files).sort(), ["RESTIC_PASSWORD", "STORAGE_KEYS"]);
    assert.match(JSON.stringify(files.RESTIC_PASSWORD), /correct horse/);
    assert.ok(["BACKUP_URL", "BACKUP_PASSWORD"].every((name) => name in result.secrets));
  });

  it("changes nothing where there is none", async () => {
    const { registrations } = await released({ stack: "production" });
    assert.ok(!registrations.some(({ name }) => name.includes("backups-storage")));
  });
});
