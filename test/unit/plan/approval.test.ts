/** Signatures are made and checked by the real ssh-keygen. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  approvalStatement,
  approved,
  approversOf,
  signatureFits,
  type Approvable,
} from "../../../components/plan/approval.ts";
import type { ReleasePlan } from "../../../components/plan/plan.ts";
import { recordsAfter } from "../../../components/plan/records-after.ts";
import { descriptionHash } from "../../../components/plan/release-description.ts";
import { description, idOf, imagesOf, oldRecord, record } from "./records.ts";

const namespace = "notes-production";
const release = (letter: string): Approvable => ({ ...record(letter), namespace });
const planOf = (letter: string, more: Partial<ReleasePlan> = {}): ReleasePlan => ({
  ...record(letter),
  ...{ references: {}, records: [], rollback: false, tags: [], changes: true, warnings: [] },
  ...more,
});

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
    ...{ by, release: idOf(letter), signature: sign(key, approvalStatement(of)) },
  });

  it("is of the images, for one environment, whatever their order", () => {
    const { images, ...rest } = release("a");
    const turned = { ...rest, images: Object.fromEntries(Object.entries(images).reverse()) };
    assert.equal(approvalStatement(turned), approvalStatement(release("a")));
    assert.deepEqual(JSON.parse(approvalStatement(release("a"))), {
      ...{ namespace, release: idOf("a"), commit: "a".repeat(40), branch: "main", version: "1.0" },
      images: imagesOf("a"),
      description: descriptionHash(description),
    });
  });

  it("is of the images alone when the record is from before descriptions were kept", () => {
    const old = { ...oldRecord("a"), namespace };
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
      approval("alice", "a", "alice", { ...oldRecord("a"), id: idOf("a"), namespace }),
      approval("alice", "a", "bob"),
      { ...approval("alice", "a"), signature: sign("alice", statement, "git") },
      { ...approval("alice", "a"), signature: "no signature" },
    ];
    for (const other of others) {
      assert.deepEqual(await approversOf({ signers }, [other], release("a")), {
        approvedBy: [],
        unfit: ["alice"],
      });
    }
    const stranger = [{ ...approval("alice", "a"), by: "mallory" }];
    assert.deepEqual(await approversOf({ signers }, stranger, release("a")), { approvedBy: [], unfit: [] });
  });

  it("is required until enough signers gave it, and the signers are recorded", async () => {
    const settings = { namespace, approvals: [approval("bob", "a")] };
    const one = await approved(planOf("a"), { required: 1, signers }, settings);
    const [kept] = recordsAfter(one, record("a"));
    assert.deepEqual(kept?.approvedBy, ["bob"]);
    await assert.rejects(approved(planOf("a"), { required: 2, signers }, settings), {
      name: "InputError",
      message: `towpath:approval: expected 2 approvals of release ${idOf("a")}, got bob; a signer approves it with npx towpath approve --stack production`,
    });
    const both = [...settings.approvals, approval("alice", "a")];
    const two = await approved(planOf("a"), { required: 2, signers }, { namespace, approvals: both });
    assert.deepEqual(two.approvedBy, ["alice", "bob"]);
  });

  it("names the signer whose signature does not fit", async () => {
    const approvals = [{ ...approval("alice", "b"), release: idOf("a") }];
    await assert.rejects(approved(planOf("a"), { required: 1, signers }, { namespace, approvals }), {
      message: `towpath:approval: expected 1 approval of release ${idOf("a")}, got none (that of alice is not of these digests and this description, or of another branch, or not signed with the key in the settings); a signer approves it with npx towpath approve --stack production`,
    });
  });

  it("is not required again for what production has already released", async () => {
    const records = [record("b"), record("a", { approvedBy: ["alice"] })];
    const settings = { namespace, approvals: [] };
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
