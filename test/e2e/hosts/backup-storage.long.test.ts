/** Production whose backups are copied to an S3 storage that is there already: another server, on another host. */
import assert from "node:assert/strict";
import type { Backup } from "../../../cli/commands/backup.ts";
import type { Backups } from "../../../cli/commands/backups.ts";
import { buildImages, defaultPrefix } from "../../../toolchain/images/build.mjs";
import { backupsCommand } from "../../../components/backup/question.ts";
import { blocksOf } from "../../support/docs.ts";
import { docker } from "../../support/footprint.ts";
import { imageMirror } from "../../support/hosts/lab.ts";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { handBack, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { until } from "../../support/until.ts";

/** Letters that have to be encoded in a URL, quoted in a shell, and would begin a comment in a file of AWS. */
const secretKey = "s/cr+t'=;#123456789abcdef";
const password = "correct horse; battery #staple";
const port = 7171;
const container = "notes-production-backups";
const restic = "restic/restic:0.18.1";

/** Writes a note with an attachment, as the front end does, and prints its id. */
const writing = `
import json, urllib.request as web
api = "http://127.0.0.1:8000/api/notes"
def post(url, kind, body):
    return json.load(web.urlopen(web.Request(url, body, {"content-type": kind}), timeout=10))
note = post(api, "application/json", json.dumps({"title": "kept elsewhere", "body": ""}).encode())["id"]
part = b'--b\\r\\ncontent-disposition: form-data; name="file"; filename="a.txt"\\r\\n\\r\\nfar away\\r\\n--b--\\r\\n'
post(f"{api}/{note}/attachment", "multipart/form-data; boundary=b", part)
print(note)
`;

/** Deletes a note with its attachment. */
const deleting = (note: string): string =>
  `import urllib.request as web; web.urlopen(web.Request("http://127.0.0.1:8000/api/notes/${note}", method="DELETE"), timeout=10)`;

/** Makes sure that this machine has restic's image, which set-up leaves out. */
async function provideRestic(): Promise<void> {
  const prefix = await imageMirror();
  if (prefix === defaultPrefix) await buildImages({ images: ["restic"], prefix });
  else await docker(["pull", `${prefix}/${restic}`]);
}

describe("backups in a storage elsewhere", () => {
  const hosts: TestHost[] = [];
  let released: ReleasedProject;

  before(async () => {
    await provideRestic();
    hosts.push(...(await Promise.all([takeHost(), takeHost()])));
    const [staging, production] = hosts;
    assert.ok(staging && production);
    released = await ReleasedProject.create({ staging, production });
    await released.registry.mirror(restic);
    const server = ["run", "--detach", "--name", "managed", "--publish", `${port}:7070`];
    const keys = ["--env", "ROOT_ACCESS_KEY=AKIA1", "--env", `ROOT_SECRET_KEY=${secretKey}`];
    const image = `${released.registry.imageMirror}/versity/versitygw:v1.8.0`;
    const posix = ["--port", ":7070", "--health", "/health", "posix", "/tmp"];
    await staging.docker(...server, ...keys, image, ...posix);
    await answers();
    released.configure("staging", { commit: await released.publish() });
    await released.release("staging");
  });
  after(async () => {
    await released.remove();
    await Promise.all(hosts.map(handBack));
  });

  const elsewhere = (): TestHost => released.host("staging");
  const host = (): TestHost => released.host("production");

  async function answers(): Promise<void> {
    const health = ["exec", "managed", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:7070/health"];
    await until("the storage", 60, () => elsewhere().docker(...health));
  }

  function configure(more: object = {}): void {
    released.configure("production", {
      backup: {
        ...{ schedule: "0 2 * * *", retention: "30d" },
        storage: { url: "BACKUP_URL", bucket: "acme-backups", password: "BACKUP_PASSWORD" },
      },
      secrets: {
        JWT_SECRET: { source: "generated", length: 32 },
        BACKUP_URL: { source: "environment" },
        BACKUP_PASSWORD: { source: "environment" },
      },
      ...more,
    });
  }

  function secrets(key = secretKey, word = password): NodeJS.ProcessEnv {
    return {
      BACKUP_URL: `http://AKIA1:${encodeURIComponent(key)}@${elsewhere().address}:${port}`,
      BACKUP_PASSWORD: word,
    };
  }

  function assertHidden(text: string): void {
    for (const secret of [secretKey, encodeURIComponent(secretKey), password])
      assert.ok(!text.includes(secret), text);
  }

  async function refused(environment: NodeJS.ProcessEnv): Promise<string> {
    const { code, stdout, stderr } = await released.up("production", environment);
    assert.notEqual(code, 0, stdout);
    assertHidden(stdout + stderr);
    return stdout + stderr;
  }

  async function listed(): Promise<Backups> {
    const { code, stdout, stderr } = await released.run(["backups", "--stack", "production", "--json"]);
    assert.equal(code, 0, stdout + stderr);
    return JSON.parse(stdout) as Backups;
  }

  async function planned(): Promise<string> {
    const plan = await released.run(["pulumi", "preview", "--stack", "production"], secrets());
    assert.equal(plan.code, 0, plan.stdout + plan.stderr);
    assertHidden(plan.stdout + plan.stderr);
    return plan.stdout + plan.stderr;
  }

  async function dumped(): Promise<string> {
    const { code, stdout, stderr } = await released.run(["backup", "--stack", "production", "--json"]);
    assert.equal(code, 0, stderr);
    return (JSON.parse(stdout) as Backup).file;
  }

  function copied(file: string, seconds = 120): Promise<Backups> {
    return until("the copy", seconds, async () => {
      const found = await listed();
      return found.storage?.newest?.dumps.includes(file) === true ? found : undefined;
    });
  }

  /** Runs docs/data.md's commands for a machine with nothing but restic, and lists the dumps that they bring there. */
  async function withoutTowpath(): Promise<string> {
    const [block = ""] = blocksOf("data.md", "shell");
    const [, ...commands] = block
      .replaceAll("https://s3.example.com", `http://${elsewhere().address}:${port}`)
      .split("\n");
    const given = [
      "AWS_ACCESS_KEY_ID=AKIA1",
      `AWS_SECRET_ACCESS_KEY=${secretKey}`,
      `RESTIC_PASSWORD=${password}`,
    ];
    const machine = ["run", "--rm", "--workdir", "/tmp", "--entrypoint", "sh"];
    const image = `${released.registry.imageMirror}/${restic}`;
    const script = [...commands, "ls copy/backups"].join("\n");
    const variables = given.flatMap((one) => ["--env", one]);
    return (await elsewhere().docker(...machine, ...variables, image, "-ec", script)).join("\n");
  }

  it("are refused before anything is made when the storage cannot be used", async () => {
    configure();
    const before = await host().footprint();
    assert.match(
      await refused(secrets()),
      /towpath:backup\.storage\.bucket: the bucket "acme-backups" of http:\/\/[\d.]+:7171 has to be there and may be listed with the keys in the secret BACKUP_URL, got 404 NoSuchBucket; make it, name another, or give the keys the right/,
    );
    assert.match(await refused(secrets("another-one")), /got 403 SignatureDoesNotMatch; make it/);
    assert.deepEqual(await host().footprint(), before);
    await elsewhere().docker("exec", "managed", "mkdir", "-p", "/tmp/acme-backups");
  });

  it("are copied after each dump, and no plan says that they are on one host (003-151)", async () => {
    await released.release("production", secrets());
    await released.sql("production", "INSERT INTO notes (title) VALUES ('copied')");
    const file = await dumped();
    const { storage, concern } = await copied(file);
    assert.equal(concern, undefined);
    assert.match(storage?.repository ?? "", /^s3:http:\/\/[\d.]+:7171\/acme-backups\/notes-production$/);
    assert.equal(storage?.lastFailure, undefined);
    const plan = await planned();
    assert.doesNotMatch(plan, /backups: those of production are on app1 alone/);
    assert.doesNotMatch(plan, /warning: backups:/);
    // Nothing that is stored can be read: not even the name of a dump.
    const stored = await elsewhere().script(
      `docker exec managed sh -c 'find /tmp/acme-backups/notes-production; grep -rl "copied\\|${file}" /tmp/acme-backups || true'`,
    );
    assert.match(stored, /\/snapshots\/[0-9a-f]{64}/);
    assert.doesNotMatch(stored, /\.dump/);
    assert.match(await withoutTowpath(), new RegExp(`^${file}$`, "m"));
  });

  it("show their keys and password nowhere", async () => {
    const state = await released.run(["pulumi", "stack", "export", "--stack", "production"]);
    assert.equal(state.code, 0);
    // While restic runs, and before and after.
    const file = await dumped();
    const seen = await until("a copy under way", 60, async () => {
      const running = await host().docker("ps", "--quiet", "--filter", `name=^${container}-copy$`);
      if (running.length === 0) return undefined;
      const shown = await host()
        .script(`docker inspect ${container}-copy; ps axeww`)
        .catch(() => "");
      return shown.includes(`${container}-copy`) ? shown : undefined;
    });
    await copied(file);
    const all = await host().script(
      `docker ps --all --quiet --filter label=towpath.namespace | xargs docker inspect; docker logs ${container} 2>&1`,
    );
    assert.match(all, /copied, as snapshot [0-9a-f]{8}/);
    for (const text of [state.stdout, seen, all]) assertHidden(text);
  });

  it("are made up for once the storage answers again, which every plan tells until then", async () => {
    await elsewhere().docker("stop", "managed");
    const file = await dumped();
    const failed = await until("the failure", 240, async () => {
      const found = await listed();
      return found.storage?.lastFailure === undefined ? undefined : found;
    });
    assert.match(
      failed.concern ?? "",
      /^backups: the last copy to \S+ failed at \S+ \S+ UTC, got "[^"]*(?:refused|timeout|no route)[^"]*/i,
    );
    assert.ok(failed.storage?.newest?.dumps.includes(file) === false, JSON.stringify(failed.storage));

    await elsewhere().docker("start", "managed");
    await answers();
    assert.match(await planned(), /warning: backups: the last copy to \S+ failed at /);
    // Nothing runs of restic's image, so that whoever frees the disk removes it.
    await host().docker("image", "rm", `${released.registry.imageMirror}/${restic}`);
    // A program that is started again does not wait for its quarter of an hour.
    await host().docker("restart", container);
    const { concern, storage } = await copied(file, 180);
    assert.deepEqual([concern, storage?.lastFailure], [undefined, undefined]);
  });

  it("are refused another password than the one that they are encrypted with", async () => {
    assert.match(
      await refused(secrets(secretKey, "another password")),
      /towpath:backup\.storage\.password: what is in s3:http:\/\/[\d.]+:7171\/acme-backups\/notes-production has to open with the password in the secret BACKUP_PASSWORD on app1, got "the password does not open what is there"; correct the secret, or name a bucket without copies/,
    );
  });

  it("come back on another host, with rows and an uploaded file, as docs/data.md describes (000-83)", async () => {
    const [api = ""] = await host().docker("ps", "--quiet", "--filter", "label=towpath.part=api");
    const [note = ""] = await host().docker("exec", api, "python", "-c", writing);
    // By the schedule: of the others, some are of what was there before a migration.
    const before = await listed();
    await host().docker("exec", container, ...backupsCommand("run"));
    const scheduled = await until("a dump by the schedule", 120, async () => {
      const { dumps } = await listed();
      const [newest] = dumps;
      return newest !== undefined && newest.file !== before.dumps[0]?.file && newest.good
        ? newest.file
        : undefined;
    });
    assert.match(scheduled, /-scheduled\.dump$/);
    await copied(scheduled);
    // The newest copy has the newest dump, and no file any more.
    await host().docker("exec", api, "python", "-c", deleting(note));
    await copied(await dumped());

    await host().script(
      "docker ps --all --quiet | xargs docker rm --force; docker volume ls --quiet | xargs docker volume rm; docker network prune --force",
    );
    const [, lost = ""] = blocksOf("data.md", "shell");
    for (const command of lost.split("\n")) {
      const args = command.replace("npm run pulumi -- ", "pulumi ").replace("npx towpath ", "").split(" ");
      const agreed = args[0] === "restore" ? ["--yes"] : [];
      const { code, stdout, stderr } = await released.run([...args, ...agreed], secrets());
      assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
      assertHidden(stdout + stderr);
    }

    const rows = await released.sql(
      "production",
      "SELECT count(*) FROM notes WHERE title IN ('copied', 'kept elsewhere')",
    );
    assert.equal(rows, "2");
    const read = await released.ask("production", `/api/notes/${note}/attachment`);
    assert.deepEqual([read.status, read.body], [200, "far away"]);
    // What the empty database was dumped as before its first migration was not taken for the newest.
    const { dumps } = await listed();
    assert.ok(dumps.some(({ file }) => file === scheduled));
  });
});
