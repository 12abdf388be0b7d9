/** The storage that backups are copied to, in the settings, and its secrets. */
import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { backupStorageIn } from "../../../components/settings/backup-storage.ts";
import { checkAgreement, missingSecrets } from "../../../components/settings/agreement.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import { notes } from "../application/notes.ts";
import { merged, messageOf, refusalOf, type Change } from "../assert-refused.ts";
import { production, staging } from "./good.ts";

const storage = { url: "BACKUP_URL", bucket: "acme-backups", password: "BACKUP_PASSWORD" };
const good = merged(production, { backup: { storage } }) as object;
const refuses = refusalOf(parseSettings, good);

describe("the storage that backups are copied to (000-83, 003-151)", () => {
  it("is named by two secrets and a bucket, and is nowhere unless it is named", () => {
    assert.deepEqual(backupStorageIn(parseSettings(good)), storage);
    assert.equal(backupStorageIn(parseSettings(production)), undefined);
    assert.equal(backupStorageIn(parseSettings(staging)), undefined);
  });

  it("is refused where it is not whole, and never shows what stands in a secret's place", () => {
    const storageOf = (change: Change): object => ({ backup: { storage: change } });
    refuses(
      'towpath:backup.storage.buckets: unknown field; did you mean "bucket"',
      storageOf({ buckets: ["acme"] }),
    );
    refuses(
      'towpath:backup.storage.url: expected the name of a secret, of letters, digits and underscores, not starting with a digit, got a text; for example "BACKUP_URL", and put the URL under towpath:secretValues',
      storageOf({ url: "https://key:hunter2@s3.example.com" }),
    );
    refuses(
      'towpath:backup.storage.password: expected the name of a secret, of letters, digits and underscores, not starting with a digit, got a text; for example "BACKUP_PASSWORD", and put the password under towpath:secretValues',
      storageOf({ password: "hunter-2" }),
    );
    refuses(
      'towpath:backup.storage.bucket: expected the name of a bucket, of 3 to 63 small letters, digits, dots and hyphens, got "Acme"; write it as it is called there',
      storageOf({ bucket: "Acme" }),
    );
    refuses(
      'towpath:backup.storage: expected a storage for copies of backups, got "acme"; write { "url": "BACKUP_URL", "bucket": "acme-backups", "password": "BACKUP_PASSWORD" }',
      { backup: { storage: "acme" } },
    );
  });

  const application = parseApplication(notes);
  const given = {
    configuration: ["JWT_SECRET", "SSH_KEY", "VAULT_SECRET_ID", "TS_OAUTH_SECRET", "BACKUP_URL"],
    variables: { REGISTRY_TOKEN: "token", ADMIN_TOKEN: "token" },
  };
  const disagreement = (change: Change, described: object = notes, values = given): string =>
    messageOf(() => {
      checkAgreement(parseApplication(described), parseSettings(merged(good, change)), values);
    });

  it("needs both values, which nobody generates", () => {
    const missing =
      "towpath:secretValues.BACKUP_PASSWORD: no value for towpath:backup.storage.password; set it with npm run pulumi -- config set --stack production --secret --path towpath:secretValues.BACKUP_PASSWORD";
    assert.equal(disagreement({}), missing);
    assert.deepEqual(missingSecrets(application, parseSettings(good), given), ["BACKUP_PASSWORD"]);
    checkAgreement(application, parseSettings(good), given, ["BACKUP_PASSWORD"]);
    const generated = { source: "generated" };
    assert.equal(
      disagreement({ secrets: { BACKUP_URL: generated, BACKUP_PASSWORD: generated } }),
      [
        "towpath:secrets.BACKUP_URL: the value is given by whoever runs that server, for towpath:backup.storage.url, got generated; choose the source configuration, environment or vault",
        "towpath:secrets.BACKUP_PASSWORD: the value has to be known when host and state are lost, for towpath:backup.storage.password, got generated; choose the source configuration, environment or vault, and keep it elsewhere, too",
      ].join("\n"),
    );
  });

  it("needs dumps to copy", () => {
    const whole = { ...given, configuration: [...given.configuration, "BACKUP_PASSWORD", "DATABASE_URL"] };
    assert.equal(
      disagreement({ postgres: { external: { url: "DATABASE_URL" } } }, notes, whole),
      "towpath:backup.storage: expected a database of Towpath's own, whose dumps are copied, got an external database; remove storage",
    );
  });
});
