/** The operations that the commands about releases ask Pulumi for. That hosts are released to: test/e2e/hosts. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pruneImages } from "../../../../cli/commands/images.ts";
import { endToEndReceipt, receiptInWords } from "../../../../cli/commands/receipt.ts";
import { releases } from "../../../../cli/commands/releases.ts";
import { rollback, rolledBackInWords, type RollbackSettings } from "../../../../cli/commands/rollback.ts";
import type { ReleaseRecord } from "../../../../components/plan/release-record.ts";
import { PlayedRegistry } from "../../image/played-registry.ts";
import { idOf, record } from "../../plan/records.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

const output = (stack: string): string =>
  `pulumi stack output --stack ${stack} --json --show-secrets --non-interactive`;
const up = (stack: string): string =>
  `pulumi up --stack ${stack} --yes --skip-preview --non-interactive --color never --json`;
const schema = (after: string, destructive: string[] = []) => ({
  schema: { before: String(Number(after) - 1), after, applied: [], destructive },
});
const [a, b] = ["a", "b"].map(idOf) as [string, string];

describe("towpath", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;
  const progress = recordedProgress();

  beforeEach(() => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    const variables = ["ROLLBACK", "DOWNGRADE", "UNKNOWN_SCHEMA", "END_TO_END"].map(
      (name) => `$TOWPATH_${name}`,
    );
    machine.pulumiDoes("up", `echo "${variables.join(",")}" > told`);
    progress.lines.length = 0;
  });
  afterEach(() => {
    machine.remove();
  });

  /** Plays the releases of the stacks, newest first. */
  function released(...records: ReleaseRecord[]): void {
    machine.pulumi("stack", [{ releases: records }]);
  }
  const told = (): string => readFileSync(join(machine.root, "told"), "utf8").trim();
  const wasReleased = (): boolean => existsSync(join(machine.root, "told"));
  /** The calls of Pulumi. */
  const calls = (): string[] => machine.calls.filter((call) => call.startsWith("pulumi"));

  describe("rollback", () => {
    const records = [record("b", schema("1")), record("a", schema("1"))];
    const asked: RollbackSettings = {
      ...{ stack: "production", withDowngrade: false, acceptUnknownSchema: false },
      ...{ yes: true, ask: undefined },
    };
    const back = (more: Partial<RollbackSettings> = {}) =>
      rollback(progress, { ...asked, ...more }, machine.project);

    it("shows what it does, and releases the earlier images again", async () => {
      released(...records);
      const done = await back();
      assert.deepEqual([done.from, done.to, done.downgrade], [b, a, false]);
      assert.equal(
        rolledBackInWords({ ...done, seconds: 1.5 }),
        `production: ${a} runs again in place of ${b}, after 1.5 s`,
      );
      assert.deepEqual(calls(), [output("production"), up("production")]);
      assert.equal(told(), `${a},,,`);
      assert.equal(
        progress.lines.at(-1)?.split("\n")[0],
        `production: back to ${a} of commit ${"a".repeat(12)}, released 2026-01-02 03:05 by octocat`,
      );
    });

    it("takes the schema down first on request", async () => {
      released(record("b", schema("2", ["2"])), record("a", schema("1")));
      const done = await back({ withDowngrade: true });
      assert.equal(done.downgrade, true);
      assert.equal(told(), `${a},true,,`);
    });

    it("leaves a schema whose changes are unknown when a person has acknowledged that", async () => {
      released(record("b", schema("2")), record("a"));
      await assert.rejects(back(), /--accept-unknown-schema/);
      assert.equal(wasReleased(), false);
      await back({ acceptUnknownSchema: true });
      assert.equal(told(), `${a},,true,`);
    });

    it("asks, and changes nothing without a yes", async () => {
      released(...records);
      const questions: string[] = [];
      const ask = (question: string) => Promise.resolve(questions.push(question) > 1);
      await assert.rejects(back({ yes: false, ask }), { name: "Problem", message: "nothing was changed" });
      assert.equal(wasReleased(), false);
      await back({ yes: false, ask });
      assert.equal(told(), `${a},,,`);
      assert.deepEqual(questions, Array(2).fill(`Roll production back to ${a}?`));
    });

    it("is refused when nobody can be asked", async () => {
      released(...records);
      await assert.rejects(back({ yes: false }), {
        message: `rollback: changes what users of production get and has to be agreed to, got no terminal to ask on; use "npx towpath rollback ${a} --stack production --yes"`,
      });
      assert.equal(wasReleased(), false);
    });

    it("shows Pulumi's error", async () => {
      released(...records);
      const errors = [{ diagnosticEvent: { severity: "error", message: "towpath:freeze: frozen" } }];
      machine.pulumi("up", errors, 255);
      await assert.rejects(back(), { name: "Problem", message: "towpath:freeze: frozen" });
    });
  });

  describe("receipt", () => {
    const receipt = (release?: string, stack = "staging") =>
      endToEndReceipt(stack, release, progress, machine.project);

    it("records that the current release was tested", async () => {
      released(record("b"), record("a"));
      for (const release of [undefined, b]) {
        const given = await receipt(release);
        assert.deepEqual(given, { stack: "staging", release: b });
        assert.equal(receiptInWords(given), `staging: end-to-end tests passed for release ${b}`);
        assert.equal(told(), `,,,${b}`);
      }
      assert.deepEqual(calls().slice(0, 2), [output("staging"), up("staging")]);
    });

    it("is refused for another release than the one that was tested, or for none", async () => {
      released(record("b"), record("a"));
      await assert.rejects(receipt(a), {
        name: "Problem",
        message: `receipt: expected the release that runs on staging, ${b}, got "${a}"; run the tests against what runs now`,
      });
      released();
      await assert.rejects(receipt(), {
        message: "receipt: expected a release of staging, got none; release one and test it first",
      });
      assert.equal(wasReleased(), false);
    });
  });

  describe("releases", () => {
    it("shows releases and failed runs, and changes nothing", async () => {
      released(record("a"));
      const entry = { kind: "update", result: "failed", startTime: "1", endTime: "2" };
      machine.pulumiDoes("stack", `[ "$2" = history ] && echo '${JSON.stringify([entry])}' && exit 0`);
      assert.deepEqual(await releases("staging", progress, machine.project), {
        stack: "staging",
        releases: [record("a")],
        failed: [{ startedAt: "1", endedAt: "2" }],
      });
      assert.deepEqual(calls().sort(), [
        "pulumi stack history --stack staging --json --page-size 50 --page 1",
        output("staging"),
      ]);
    });
  });

  describe("images prune", () => {
    const now = new Date("2026-06-01T00:00:00Z");
    const commit = (digit: string): string => digit.repeat(40);
    let played: PlayedRegistry;

    beforeEach(async () => {
      played = await PlayedRegistry.start();
      const registries = [{ address: played.address, repository: "owner/notes" }];
      machine.write("Pulumi.ci.yaml", JSON.stringify({ config: { "towpath:registries": registries } }));
      const state = JSON.stringify({ checkpoint: { latest: { resources: [] } } });
      for (const stack of ["staging", "ci", "production"])
        machine.write(`.towpath/state/.pulumi/stacks/towpath/${stack}.json`, state);
    });
    afterEach(() => played.stop());

    const pruned = (dryRun = false) => pruneImages(progress, { dryRun }, machine.project, now);

    it("removes expired images that no stack's record needs", async () => {
      const repository = "owner/notes/api";
      const long = "2025-01-01T00:00:00Z";
      const needed = played.publish(repository, [commit("1")], { n: "1" }, long);
      const gone = played.publish(repository, [commit("2")], { n: "2" }, long);
      released({ ...record("a"), images: { api: needed } });
      const answer = {
        stacks: ["production", "staging"],
        repositories: [
          {
            repository: `${played.address}/${repository}`,
            removed: [{ digest: gone, tags: [commit("2")], days: 516 }],
            kept: 1,
          },
          { repository: `${played.address}/owner/notes/web`, removed: [], kept: 0 },
        ],
      };
      assert.deepEqual(await pruned(true), { dryRun: true, ...answer });
      assert.equal(played.digest(repository, commit("2")), gone);
      assert.deepEqual(await pruned(), { dryRun: false, ...answer });
      assert.equal(played.digest(repository, commit("2")), undefined);
      assert.equal(played.digest(repository, commit("1")), needed);
      assert.deepEqual(calls().slice(0, 2), [output("production"), output("staging")]);
    });

    it("removes nothing when no record shows what is needed", async () => {
      played.publish("owner/notes/api", [commit("1")], {}, "2025-01-01T00:00:00Z");
      released();
      await assert.rejects(pruned(), {
        name: "Problem",
        message:
          "images: expected release records of staging or production, got none in production, staging; run this where their state is, for example with PULUMI_BACKEND_URL",
      });
      assert.deepEqual(played.asked, []);
    });

    it("is refused when nothing is published", async () => {
      machine.write("Pulumi.ci.yaml", "config: {}\n");
      await assert.rejects(pruned(), {
        name: "Problem",
        message:
          'images: expected a registry to publish to, got none; set towpath:registries, for example [{ "address": "ghcr.io", "repository": "owner/notes" }]',
      });
    });
  });
});
