/** Signing with the real ssh-keygen and ssh-agent; what staging released is played. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { approve, approvedInWords } from "../../../../cli/commands/approve.ts";
import { settingsOf } from "../../../../cli/stack/settings.ts";
import { approved } from "../../../../components/plan/approval.ts";
import { basisOf, planDigest, programIn } from "../../../../components/plan/plan-basis.ts";
import type { ReleasePlan } from "../../../../components/plan/plan.ts";
import type { ProductionSettings } from "../../../../components/settings/production.ts";
import { descriptionHash } from "../../../../components/plan/release-description.ts";
import { settingsHash } from "../../../../components/plan/release-record.ts";
import { description, idOf, imagesOf, record } from "../../plan/records.ts";
import { merged } from "../../assert-refused.ts";
import * as good from "../../settings/good.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

describe("towpath approve", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;
  const progress = recordedProgress();

  beforeEach(() => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    released({ staging: [record("b"), record("a")] });
    Reflect.deleteProperty(process.env, "SSH_AUTH_SOCK");
    progress.lines.length = 0;
  });
  afterEach(() => {
    machine.remove();
  });

  const keyFile = (name: string): string => join(machine.root, name);
  /** Makes a key; returns its public half. */
  function key(name: string): string {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", keyFile(name)]);
    return readFileSync(`${keyFile(name)}.pub`, "utf8").trim();
  }
  function configure(change: object): void {
    const settings = merged(good.production, {
      approvals: undefined,
      approval: undefined,
      promoteBranches: undefined,
      ...change,
    });
    const config = Object.fromEntries(
      Object.entries(settings as Record<string, unknown>).map(([name, value]) => [`towpath:${name}`, value]),
    );
    const text = stringify({ config });
    machine.write("Pulumi.production.yaml", `# ours\n${text}`);
  }
  /** Plays the releases of the stacks, newest first. */
  function released(records: Readonly<Partial<Record<"staging" | "production", readonly object[]>>>): void {
    for (const stack of ["staging", "production"] as const)
      machine.write(`${stack}.json`, JSON.stringify({ releases: records[stack] }));
    machine.pulumiDoes(
      "stack",
      'case "$*" in *production*) cat production.json ;; *) cat staging.json ;; esac',
    );
  }
  /** Plays staging's release beside production's, which runs that many copies of the API. */
  function running(copies: number): void {
    released({ staging: [record("b"), record("a")] });
    const services = { api: { containers: Array.from({ length: copies }, () => "api") } };
    const releases = [record("0", { schema: { after: "0004", applied: [] } })];
    machine.write("production.json", JSON.stringify({ releases, services }));
  }
  const as = (name?: string, stack = "production") =>
    approve({ stack, key: name && keyFile(name) }, progress, machine.project);

  it("shows the release, signs it, and writes what production then accepts", async () => {
    configure({ approval: { required: 2, signers: { alice: key("alice"), bob: key("bob") } } });
    running(12);
    const first = await as("bob");
    const basis = basisOf(
      {
        id: idOf("b"),
        settingsHash: settingsHash(settingsOf(machine.project, "production")),
        current: record("0", { schema: { after: "0004", applied: [] } }),
      },
      { services: { api: { containers: Array.from({ length: 12 }, () => "api") } } },
      programIn(machine.root),
    );
    assert.equal(
      approvedInWords(first),
      `production: bob approved release ${idOf("b")}, 1 of 2; it stands in Pulumi.production.yaml: 1 more of the signers have to approve it`,
    );
    const images = imagesOf("b");
    assert.deepEqual(progress.lines.at(-1)?.split("\n"), [
      `approving for production: release ${idOf("b")}`,
      `  commit ${"b".repeat(40)}`,
      "  branch main",
      "  version 1.0",
      `  api ${images.api ?? ""}`,
      `  web ${images.web ?? ""}`,
      `  description ${descriptionHash(description)}`,
      `  program ${basis.program}, settings ${basis.settings}`,
      `  after release ${idOf("0")} with settings 0123456789ab, schema 0004, copies: 12 of api`,
      `  plan ${planDigest(basis)}`,
    ]);
    await as("bob");
    const second = await as("alice");
    assert.equal(
      approvedInWords(second),
      `production: alice approved release ${idOf("b")}, 2 of 2; it stands in Pulumi.production.yaml: commit it, and release with npm run pulumi -- up --stack production`,
    );
    assert.match(readFileSync(join(machine.root, "Pulumi.production.yaml"), "utf8"), /^# ours\n/);

    const settings = settingsOf(machine.project, "production") as ProductionSettings;
    assert.deepEqual(
      settings.approvals.map(({ by }) => by),
      ["bob", "alice"],
    );
    const plan = { ...record("b"), changes: true, records: [] } as unknown as ReleasePlan;
    const asked = settings.approval ?? assert.fail("no approval is asked for");
    assert.deepEqual((await approved(plan, asked, { ...settings, basis })).approvedBy, ["alice", "bob"]);

    // One that is of another plan goes with the next.
    running(31);
    await as("alice");
    const { approvals } = settingsOf(machine.project, "production") as ProductionSettings;
    assert.deepEqual(
      approvals.map(({ by, plan: of }) => [by, of?.from?.copies]),
      [["alice", { api: 31 }]],
    );
  });

  it("removes approvals of other releases from the file", async () => {
    configure({ approval: { required: 1, signers: { alice: key("alice") } } });
    released({ staging: [record("a")] });
    await as("alice");
    released({ staging: [record("b"), record("a")], production: [record("a")] });
    await as("alice");
    const { approvals } = settingsOf(machine.project, "production") as ProductionSettings;
    assert.deepEqual(
      approvals.map(({ release }) => release),
      [idOf("b")],
    );
  });

  it("approves nothing older than production's release, nor what it was rolled back from", async () => {
    configure({ approval: { required: 1, signers: { alice: key("alice") } }, promoteBranches: ["main"] });
    // Staging's newest release may not go to production, which runs one of another branch that might once.
    const staging = [record("c", { branch: "feature/x" }), record("b", { branch: "hotfix" }), record("a")];
    released({ staging, production: [record("b", { branch: "hotfix" })] });
    await assert.rejects(as("alice"), {
      name: "Problem",
      message: `approve: expected a release of staging that production does not run yet, got ${idOf("b")}, which runs there; release something newer to staging first`,
    });
    const back = { ...record("a"), rollbackOf: idOf("b") };
    released({ staging: [record("b"), record("a")], production: [back, record("b"), record("a")] });
    await assert.rejects(as("alice"), {
      name: "Problem",
      message: `approve: expected a release of staging that production was not taken back from, got ${idOf("b")}; release something newer to staging first, or return to it with npx towpath rollback ${idOf("b")} --stack production, which needs no approval`,
    });
    released({ staging: [record("d"), ...staging], production: [record("b", { branch: "hotfix" })] });
    assert.equal((await as("alice")).release, idOf("d"));
  });

  it("signs with the key in the SSH agent", async () => {
    key("carol");
    configure({ approval: { required: 1, signers: { alice: key("alice"), bob: key("bob") } } });
    const socket = join(machine.root, "agent");
    const started = execFileSync("ssh-agent", ["-s", "-a", socket]).toString();
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(started)?.[1]);
    process.env.SSH_AUTH_SOCK = socket;
    try {
      execFileSync("ssh-add", ["-q", keyFile("carol")]);
      await assert.rejects(as(), {
        message:
          "approve: expected the key of alice or bob in the SSH agent, got 1 of other people; add it with ssh-add, or name a file with --key",
      });
      execFileSync("ssh-add", ["-q", keyFile("bob")]);
      assert.equal((await as()).by, "bob");
    } finally {
      process.kill(pid);
    }
  });

  it("reports what is missing, and then writes nothing", async () => {
    const [alice] = [key("alice"), key("carol")];
    configure({});
    await assert.rejects(as("alice"), {
      name: "Problem",
      message:
        'towpath:approval: expected who has to approve, got nothing; set it in Pulumi.production.yaml: { "required": 1, "signers": { "alice": "ssh-ed25519 AAAA…" } }',
    });
    configure({ approval: { required: 1, signers: { alice } } });
    const before = readFileSync(join(machine.root, "Pulumi.production.yaml"), "utf8");
    await assert.rejects(as("carol"), {
      message: `--key: expected the key of a signer, alice, got ${keyFile("carol")}; add its public key to towpath:approval.signers first, in a change that others review`,
    });
    await assert.rejects(as("missing"), (error: Error) => {
      assert.match(
        error.message,
        /^--key: expected a key that signs, got \S+missing: .*No such file.*; name a private key, or a public one whose private key the SSH agent holds$/,
      );
      return true;
    });
    await assert.rejects(as(), {
      message:
        "approve: expected the key of alice in the SSH agent, got no agent (Could not open a connection to your authentication agent.); add it with ssh-add, or name a file with --key",
    });
    released({ staging: [record("b", { branch: "feature/x" })] });
    await assert.rejects(as("alice"), {
      message: `towpath:promoteBranches: expected a release of main, got ${idOf("b")} of feature/x; publish a commit of main and release it to staging, or add "feature/x" to it`,
    });
    released({});
    await assert.rejects(as("alice"), {
      message:
        "approve: expected a release of staging, got none; run npm run pulumi -- up --stack staging first",
    });
    assert.equal(readFileSync(join(machine.root, "Pulumi.production.yaml"), "utf8"), before);
    machine.write("Pulumi.local.yaml", "config:\n  towpath:environment: local\n");
    await assert.rejects(as("alice", "local"), {
      message: '--stack: expected a stack that asks for approvals, got "local"; take production',
    });
  });
});
