import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../input/input-error.ts";
import type { Approval, ApprovalSettings, ApprovedPlan } from "../settings/approval.ts";
import { inOrder } from "./in-order.ts";
import { differencesOf, type PlanBasis } from "./plan-basis.ts";
import type { ReleasePlan } from "./plan.ts";
import { descriptionHash } from "./release-description.ts";
import type { ReleaseRecord } from "./release-record.ts";

/** The namespace of approvals' signatures, so that a signature made for something else never passes for one. */
export const signatureNamespace = "towpath-approval";

/** The subject of an approval: these images of this branch, run as described, for this environment as it is now. */
export interface Approvable extends Pick<
  ReleaseRecord,
  "id" | "images" | "description" | "commit" | "branch" | "version"
> {
  /** The namespace of the environment that they are approved for. */
  readonly namespace: string;
  /** All that their plan is made from. */
  readonly basis: PlanBasis;
}

/** Checks one signature of a text; false when it is not this key's or not of this text. */
export type CheckSignature = (
  statement: string,
  approval: Pick<Approval, "by" | "signature">,
  key: string,
) => Promise<boolean>;

/**
 * The text that is signed: the same for everyone, whoever writes it. It holds branch and the description's hash, where there are.
 *
 * @param plan what the plan was made from when it was signed; as it is now, when it is left out
 */
export function approvalStatement(
  { namespace, id, commit, branch, version, images, description: how, basis }: Approvable,
  plan: ApprovedPlan = approvedPlanOf(basis),
): string {
  const description = how && descriptionHash(how);
  const sorted = Object.entries(images).sort(([a], [b]) => (a < b ? -1 : 1));
  const signed = {
    namespace,
    release: id,
    commit,
    branch,
    version,
    images: Object.fromEntries(sorted),
    description,
    plan: inOrder(plan),
  };
  return `${JSON.stringify(signed, null, 2)}\n`;
}

/** What an approval keeps of a plan's basis: the release stands beside it. */
export function approvedPlanOf({ release: _, ...plan }: PlanBasis): ApprovedPlan {
  return plan;
}

/** A signer whose approval does not count, and why, in words that follow "that of alice". */
export interface UnfitApproval {
  readonly by: string;
  readonly why: string;
}

/**
 * Returns the signers who approved exactly this release, to be made of what runs now, in the order of the settings; each
 * signer counts once.
 *
 * `unfit` are the signers with an approval of a release of this id which does not count.
 */
export async function approversOf(
  { signers }: Pick<ApprovalSettings, "signers">,
  approvals: readonly Approval[],
  approvable: Approvable,
  fits: CheckSignature = signatureFits,
): Promise<{ approvedBy: string[]; unfit: UnfitApproval[] }> {
  const approvedBy: string[] = [];
  const unfit: UnfitApproval[] = [];
  for (const [by, key] of Object.entries(signers)) {
    const given = approvals.filter((one) => one.by === by && one.release === approvable.id);
    const problems = await Promise.all(given.map((one) => problemOf(one, key, approvable, fits)));
    const [why] = problems;
    if (problems.includes(undefined)) approvedBy.push(by);
    else if (why !== undefined) unfit.push({ by, why });
  }
  return { approvedBy, unfit };
}

/** The reason that an approval does not count; undefined for one that does. */
async function problemOf(
  approval: Approval,
  key: string,
  approvable: Approvable,
  fits: CheckSignature,
): Promise<string | undefined> {
  const { plan } = approval;
  if (plan === undefined) return "is from before approvals signed the plan";
  if (!(await fits(approvalStatement(approvable, plan), approval, key)))
    return "is not of these digests and this description, or of another branch, or not signed with the key in the settings";
  const differences = differencesOf({ ...plan, release: approvable.id }, approvable.basis);
  return differences.length === 0 ? undefined : `is of another plan: ${differences.join("; ")}`;
}

/**
 * The plan with those who approved it.
 *
 * A new release needs enough approvals of its plan, also when only its description is new. One that production has released keeps its
 * own, and needs none again: neither for other settings, nor to go back to it in a hurry. Throws an InputError when approvals are missing.
 */
export async function approved(
  plan: ReleasePlan,
  approval: ApprovalSettings,
  {
    namespace,
    approvals,
    basis,
  }: Pick<Approvable, "namespace" | "basis"> & { readonly approvals: readonly Approval[] },
  fits: CheckSignature = signatureFits,
): Promise<ReleasePlan> {
  const released = plan.records.find(({ id }) => id === plan.id);
  if (!plan.changes || (plan.rollbackOf !== undefined && released !== undefined)) {
    const before = released?.approvedBy;
    return before === undefined ? plan : { ...plan, approvedBy: before };
  }
  const { approvedBy, unfit } = await approversOf(approval, approvals, { ...plan, namespace, basis }, fits);
  if (approvedBy.length >= approval.required) return { ...plan, approvedBy };
  throw new InputError([notApproved(plan.id, approval.required, approvedBy, unfit)]);
}

/** Says that a release lacks approvals. */
export function notApproved(
  id: string,
  required: number,
  approvedBy: readonly string[],
  unfit: readonly UnfitApproval[],
): string {
  const wanted = `${required} ${required === 1 ? "approval" : "approvals"} of release ${id}`;
  const got = approvedBy.length === 0 ? "none" : approvedBy.join(", ");
  const wrong =
    unfit.length === 0 ? "" : ` (${unfit.map(({ by, why }) => `that of ${by} ${why}`).join("; ")})`;
  return `towpath:approval: expected ${wanted}, got ${got}${wrong}; a signer approves it with npx towpath approve --stack production`;
}

/** Asks ssh-keygen. Throws an InputError where there is none that knows signatures. */
export async function signatureFits(
  statement: string,
  { by, signature }: Pick<Approval, "by" | "signature">,
  key: string,
): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "towpath-approval-"));
  try {
    const [signers, signed] = [join(folder, "signers"), join(folder, "signature")];
    writeFileSync(signers, `${by} namespaces="${signatureNamespace}" ${key}\n`);
    writeFileSync(signed, `${signature.trim()}\n`);
    const words = ["-Y", "verify", "-f", signers, "-I", by, "-n", signatureNamespace, "-s", signed];
    return await new Promise((resolve, reject) => {
      const child = execFile("ssh-keygen", words, { timeout: patience }, (error) => {
        if (error === null) resolve(true);
        else if (typeof error.code === "number") resolve(false);
        else reject(new InputError([noKeygen(error.message)]));
      });
      child.stdin?.on("error", () => undefined).end(statement);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The time that ssh-keygen may take, in milliseconds; it takes a few. */
const patience = 10_000;

/** Says that signatures cannot be checked on this machine. */
export function noKeygen(reason: string): string {
  return `ssh-keygen: expected a program that checks signatures, got ${JSON.stringify(reason)}; install OpenSSH 8.2 or newer`;
}
