import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nothing, remains } from "../../support/footprint.ts";
import { normalise } from "../../support/normalise.ts";
import { TestProject } from "../../support/project.ts";
import { until } from "../../support/until.ts";
import { sampled } from "../../support/quick.ts";

describe("the state of the local environment", () => {
  let project: TestProject;
  let passphrase: string;
  let locks: string;

  before(async () => {
    project = await TestProject.create();
    passphrase = join(project.folder, ".towpath", "passphrase");
    locks = join(
      project.folder,
      ".towpath",
      "namespaces",
      project.namespace,
      "state",
      ".pulumi",
      "locks",
      "organization",
      "towpath",
      "local",
    );
  });
  afterEach(() => {
    project.restore();
  });
  after(() => project.remove());

  sampled("does not open with another passphrase, and opens again with its own", async () => {
    await project.start();
    const own = readFileSync(passphrase, "utf8");
    writeFileSync(passphrase, "another one\n");
    try {
      assert.equal(
        await project.refusal(),
        "passphrase: it does not open the secrets in the state, got another one than the state was made with; " +
          "put the right one back (in .towpath/passphrase, or PULUMI_CONFIG_PASSPHRASE when you set that), " +
          'or remove this environment with its data by "npm run destroy -- --by-labels" and start anew',
      );
    } finally {
      writeFileSync(passphrase, own);
    }
    assert.deepEqual(Object.keys((await project.start()).changes), ["same"]);
  });

  it("does not open without a passphrase, and gets no new one", async () => {
    await project.start();
    renameSync(passphrase, `${passphrase}.away`);
    try {
      assert.equal(
        await project.refusal(),
        `state: .towpath/namespaces/${project.namespace}/state is encrypted with a passphrase, got no file .towpath/passphrase; put that file back, ` +
          'or remove this environment with its data by "npm run destroy -- --by-labels" and start anew',
      );
    } finally {
      renameSync(`${passphrase}.away`, passphrase);
    }
  });

  sampled("is removed by labels when its passphrase is lost, and can then be made again", async () => {
    await project.start();
    const before = await project.footprint();
    writeFileSync(passphrase, "another one\n");

    await project.succeed(["destroy", "--yes", "--by-labels"]);

    assert.deepEqual(await remains(before), nothing);
    assert.deepEqual(await project.footprint(), nothing);
    await project.start();
  });

  sampled("is locked by a run on another machine", async () => {
    await project.start();
    const lock = { pid: 4711, username: "ann", hostname: "elsewhere", timestamp: "2026-01-02T03:04:05Z" };
    const file = join(locks, "00000000-0000-4000-8000-000000000000.json");
    mkdirSync(locks, { recursive: true });
    writeFileSync(file, JSON.stringify(lock));
    try {
      assert.equal(
        await project.refusal(),
        "state: locked by another run, got ann@elsewhere (process 4711) since 2026-01-02 03:04; " +
          'wait until it ends, or if that process is dead, "npm run pulumi -- cancel --yes local"',
      );
    } finally {
      await project.succeed(["pulumi", "cancel", "--yes", "local"]);
    }
    assert.deepEqual(Object.keys((await project.start()).changes), ["same"]);
  });

  it("is locked while another start is under way, which completes", async () => {
    await project.start();
    project.source.append("app/api/notes/version.py", "\n# Another release.\n");
    const first = project.launch(["start", "--json"]);
    const [file] = await until("the lock", 120, () => {
      const found = readdirSync(locks);
      return found.length > 0 ? found : undefined;
    });
    const { username, hostname } = JSON.parse(readFileSync(join(locks, String(file)), "utf8")) as {
      username: string;
      hostname: string;
    };

    assert.equal(
      normalise(await project.refusal()),
      `state: locked by another run, got ${username}@${hostname} (process <id>) since <time>; wait until it ends`,
    );

    const { code, stderr } = await first.ended;
    assert.equal(code, 0, stderr);
  });
});
