/** Signatures are made and checked by the real ssh-keygen. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  approvalStatement,
  approvedPlanOf,
  approved,
  approversOf,
  signatureFits,
  type Approvable,
} from "../../../components/plan/approval.ts";
import type { PlanBasis } from "../../../components/plan/plan-basis.ts";
import type { ReleasePlan } from "../../../components/plan/plan.ts";
import { recordsAfter } from "../../../components/plan/records-after.ts";
import { descriptionHash } from "../../../components/plan/release-description.ts";
import { description, idOf, imagesOf, oldRecord, record } from "./records.ts";

const namespace = "notes-production";
const from = { release: idOf("0"), settings: "0123456789ab", schema: "0004", copies: { api: 12 } };
const basisOf = (letter: string): PlanBasis => ({
  ...{ program: "abcdef012345", release: idOf(letter), settings: "0123456789ab", from },
});
const release = (letter: string): Approvable => ({
  ...{ ...record(letter), namespace, basis: basisOf(letter) },
});
const planOf = (letter: string, more: Partial<ReleasePlan> = {}): ReleasePlan => ({
  ...record(letter),
  ...{ references: {}, records: [], rollback: false, tags: [], changes: true, warnings: [] },
  ...more,
});

const notOfThis =
  "is not of these digests and this description, or of another branch, or not signed with the key in the settings";

describe("the approval of a release", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);
  let folder: string;
  let signers: Record<string, string>;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-approval-test-"));
    signers = Object.fromEntries(
      ["alice", "bob"].map((name) => {
        execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", join(folder, name)]);
        return [name, readFileSync(join(folder, `${name}.pub`), "utf8").trim()];
      }),
    );
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function sign(key: string, statement: string, namespaceOfSignature = "towpath-approval"): string {
    const words = ["-Y", "sign", "-q", "-f", join(folder, key), "-n", namespaceOfSignature];
    return execFileSync("ssh-keygen", words, { input: statement, stdio: "pipe" }).toString();
  }
  const approval = (by: string, letter: string, key = by, of = release(letter)) => ({
    ...{ by, release: idOf(letter), plan: approvedPlanOf(of.basis) },
    signature: sign(key, approvalStatement(of)),
  });

  it("is of the images, for one environment, whatever their order", () => {
    const { images, ...rest } = release("a");
    const turned = { ...rest, images: Object.fromEntries(Object.entries(images).reverse()) };
    assert.equal(approvalStatement(turned), approvalStatement(release("a")));
    assert.deepEqual(JSON.parse(approvalStatement(release("a"))), {
      ...{ namespace, release: idOf("a"), commit: "a".repeat(40), branch: "main", version: "1.0" },
      images: imagesOf("a"),
      description: descriptionHash(description),
      plan: { program: "abcdef012345", settings: "0123456789ab", from },
    });
  });

  it("is of the images alone when the record is from before descriptions were kept", () => {
    const old = { ...oldRecord("a"), namespace, basis: basisOf("a") };
    assert.doesNotMatch(approvalStatement(old), /description/);
  });

  it("counts when the signer made it for exactly these images", async () => {
    assert.deepEqual(await approversOf({ signers }, [approval("bob", "a")], release("a")), {
      approvedBy: ["bob"],
      unfit: [],
    });
    const twice = [approval("alice", "a"), approval("alice", "a")];
    assert.deepEqual((await approversOf({ signers }, twice, release("a"))).approvedBy, ["alice"]);
  });

  it("does not count for other images, another environment, with another key or made for another purpose", async () => {
    const statement = approvalStatement(release("a"));
    const others = [
      { ...approval("alice", "b"), release: idOf("a") },
      approval("alice", "a", "alice", { ...release("a"), namespace: "other-production" }),
      approval("alice", "a", "alice", { ...release("a"), branch: "feature/x" }),
      approval("alice", "a", "alice", { ...release("a"), description: { ...description, smoke: [] } }),
      approval("alice", "a", "alice", {
        ...release("a"),
        ...oldRecord("a"),
        id: idOf("a"),
        description: undefined,
      } as unknown as Approvable),
      approval("alice", "a", "bob"),
      { ...approval("alice", "a"), signature: sign("alice", statement, "git") },
      { ...approval("alice", "a"), signature: "no signature" },
    ];
    for (const other of others) {
      assert.deepEqual(await approversOf({ signers }, [other], release("a")), {
        approvedBy: [],
        unfit: [{ by: "alice", why: notOfThis }],
      });
    }
    const stranger = [{ ...approval("alice", "a"), by: "mallory" }];
    assert.deepEqual(await approversOf({ signers }, stranger, release("a")), { approvedBy: [], unfit: [] });
  });

  it("does not count once anything is another than the plan was made from, or from before that was signed", async () => {
    const { basis } = release("a");
    const now = (change: Partial<PlanBasis>): Approvable => ({
      ...release("a"),
      basis: { ...basis, ...change },
    });
    const { from: _, ...first } = basis;
    const others: readonly [Approvable, string][] = [
      [now({ from: { ...from, copies: { api: 31 } } }), "12 copies of api ran, and 31 run now"],
      [now({ from: { ...from, schema: "0005" } }), "the schema was at 0004, and is at 0005"],
      [
        now({ settings: "ba9876543210", program: "0".repeat(12) }),
        "the program or a package is another; the settings are others",
      ],
      [
        { ...release("a"), basis: first },
        `${idOf("0")} ran when it was made, and nothing runs now; the schema was at 0004, and is at no revision; 12 copies of api ran, and 0 run now`,
      ],
    ];
    for (const [approvable, why] of others) {
      assert.deepEqual(await approversOf({ signers }, [approval("alice", "a")], approvable), {
        ...{ approvedBy: [], unfit: [{ by: "alice", why: `is of another plan: ${why}` }] },
      });
    }
    const { plan: _plan, ...old } = approval("alice", "a");
    assert.deepEqual(await approversOf({ signers }, [old], release("a")), {
      ...{ approvedBy: [], unfit: [{ by: "alice", why: "is from before approvals signed the plan" }] },
    });
    const forged = {
      ...approval("alice", "a"),
      plan: approvedPlanOf(now({ settings: "ba9876543210" }).basis),
    };
    assert.deepEqual((await approversOf({ signers }, [forged], now({ settings: "ba9876543210" }))).unfit, [
      { by: "alice", why: notOfThis },
    ]);
  });

  it("is required until enough signers gave it, and the signers are recorded", async () => {
    const settings = { namespace, basis: basisOf("a"), approvals: [approval("bob", "a")] };
    const one = await approved(planOf("a"), { required: 1, signers }, settings);
    const [kept] = recordsAfter(one, record("a"));
    assert.deepEqual(kept?.approvedBy, ["bob"]);
    await assert.rejects(approved(planOf("a"), { required: 2, signers }, settings), {
      name: "InputError",
      message: `towpath:approval: expected 2 approvals of release ${idOf("a")}, got bob; a signer approves it with npx towpath approve --stack production`,
    });
    const both = [...settings.approvals, approval("alice", "a")];
    const two = await approved(planOf("a"), { required: 2, signers }, { ...settings, approvals: both });
    assert.deepEqual(two.approvedBy, ["alice", "bob"]);
  });

  it("names the signer whose signature does not fit", async () => {
    const approvals = [{ ...approval("alice", "b"), release: idOf("a") }];
    const settings = { namespace, basis: basisOf("a"), approvals };
    await assert.rejects(approved(planOf("a"), { required: 1, signers }, settings), {
      message: `towpath:approval: expected 1 approval of release ${idOf("a")}, got none (that of alice ${notOfThis}); a signer approves it with npx towpath approve --stack production`,
    });
  });

  it("is not required again for what production has already released", async () => {
    const records = [record("b"), record("a", { approvedBy: ["alice"] })];
    const settings = { namespace, basis: basisOf("c"), approvals: [] };
    const asked = { required: 1, signers };
    const back = await approved(planOf("a", { records, rollbackOf: idOf("b") }), asked, settings);
    assert.deepEqual(back.approvedBy, ["alice"]);
    await assert.rejects(approved(planOf("c", { records, rollbackOf: idOf("b") }), asked, settings), {
      message: /expected 1 approval of release/,
    });
    const same = await approved(planOf("b", { records, changes: false }), asked, settings);
    assert.equal(same.approvedBy, undefined);
  });

  it("cannot be checked without ssh-keygen, which is reported", async () => {
    const { PATH } = process.env;
    const given = approval("alice", "a");
    process.env.PATH = folder;
    try {
      await assert.rejects(signatureFits("", given, signers.alice ?? ""), {
        name: "InputError",
        message:
          'ssh-keygen: expected a program that checks signatures, got "spawn ssh-keygen ENOENT"; install OpenSSH 8.2 or newer',
      });
    } finally {
      process.env.PATH = PATH;
    }
  });
});
