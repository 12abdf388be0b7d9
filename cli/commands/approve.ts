import {
  approvalStatement,
  approvedPlanOf,
  approversOf,
  type Approvable,
} from "../../components/plan/approval.ts";
import { defined } from "../../components/input/defined.ts";
import { defaultBranch } from "../../components/plan/git-facts.ts";
import { basisOf, planDigest, programIn, type RunningBasis } from "../../components/plan/plan-basis.ts";
import { newestOf } from "../../components/plan/release-branch.ts";
import { descriptionHash } from "../../components/plan/release-description.ts";
import { leftIdOf, settingsHash } from "../../components/plan/release-record.ts";
import type { ProductionSettings } from "../../components/settings/production.ts";
import type { Settings } from "../../components/settings/settings.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { callFor } from "../stack/call.ts";
import { readOutputs } from "../stack/release-records.ts";
import { settingsFileOf, writeSettings } from "../stack/settings-file.ts";
import { settingsOf } from "../stack/settings.ts";
import { sign } from "../stack/sign.ts";
import type { Progress } from "../terminal/progress.ts";

/** The result of `towpath approve`. */
export interface Approved {
  readonly stack: string;
  /** The id of the release that was approved. */
  readonly release: string;
  /** The person who approved it now. */
  readonly by: string;
  /** All persons who have approved it, and the number that have to. */
  readonly approvedBy: readonly string[];
  readonly required: number;
  /** The file that the approval was written into. */
  readonly file: string;
}

/**
 * Shows the release that production would take, signs it and writes the approval into the stack's settings file.
 *
 * Approvals of other releases, and of plans that were made from something else, are taken out of the file: the release record
 * keeps who approved what was released.
 *
 * @throws Problem when the stack asks for no approval, production would take nothing, or no signer's key is at hand
 * @throws InputError when the release is of a branch that production does not take
 */
export async function approve(
  { stack, key }: { readonly stack: string; readonly key?: string | undefined },
  progress: Progress,
  project: Project,
): Promise<Approved> {
  const settings = settingsOf(project, stack);
  const production = ofProduction(settings, stack);
  const { approval, approvals, namespace, promoteFrom } = production;
  if (approval === undefined) throw new Problem(noApprovalAsked(stack));
  const outputsOf = async (of: string): ReturnType<typeof readOutputs> =>
    readOutputs(await callFor("stack", of, progress, project), run);
  const { releases: [first, ...older] = [] } = await outputsOf(promoteFrom);
  if (first === undefined) throw new Problem(nothingToApprove(promoteFrom));
  const outputs = await outputsOf(stack);
  const { releases: records = [] } = outputs;
  const branches = production.promoteBranches ?? [await defaultBranch(project.root)];
  const newest = newestOf([first, ...older], branches, records[0]?.id);
  if (newest.id === records[0]?.id) throw new Problem(runsAlready(promoteFrom, stack, newest.id));
  const left = leftIdOf(records, newest);
  if (left !== undefined) throw new Problem(goneBackFrom(promoteFrom, stack, left));
  const planned = {
    id: newest.id,
    settingsHash: settingsHash(production),
    ...defined({ current: records[0] }),
  };
  const basis = basisOf(planned, outputs, programIn(project.root));
  const approvable = { ...newest, namespace, basis };
  progress.say(approvableInWords(stack, approvable));

  const signed = await sign(approvalStatement(approvable), approval.signers, key, run);
  const { by, signature } = signed;
  const others = approvals.filter((one) => one.release === newest.id && one.by !== by);
  const given = [...others, { by, release: newest.id, plan: approvedPlanOf(basis), signature }];
  const { approvedBy } = await approversOf(approval, given, approvable);
  const all = given.filter((one) => approvedBy.includes(one.by));
  writeSettings(project, stack, { approvals: all });
  const { required } = approval;
  return { stack, release: newest.id, by, approvedBy, required, file: settingsFileOf(stack) };
}

/** Shows what is about to be approved: everything that is signed. */
export function approvableInWords(
  stack: string,
  { id, commit, branch, version, images, description, basis }: Approvable,
): string {
  const { program, settings, from } = basis;
  return [
    `approving for ${stack}: release ${id}`,
    ...(commit === undefined ? [] : [`  commit ${commit}`]),
    ...(branch === undefined ? [] : [`  branch ${branch}`]),
    ...(version === undefined ? [] : [`  version ${version}`]),
    ...Object.entries(images).map(([image, digest]) => `  ${image} ${digest}`),
    ...(description === undefined ? [] : [`  description ${descriptionHash(description)}`]),
    `  program ${program}, settings ${settings}`,
    `  after ${from === undefined ? "nothing" : runningInWords(from)}`,
    `  plan ${planDigest(basis)}`,
  ].join("\n");
}

function runningInWords({ release, settings, schema, copies }: RunningBasis): string {
  const counts = Object.entries(copies).map(([service, number]) => `${number} of ${service}`);
  return [
    `release ${release} with settings ${settings}`,
    ...(schema === undefined ? [] : [`schema ${schema}`]),
    ...(counts.length === 0 ? [] : [`copies: ${counts.join(", ")}`]),
  ].join(", ");
}

/** Says what was done, and what is next. */
export function approvedInWords({ stack, release, by, approvedBy, required, file }: Approved): string {
  const next =
    approvedBy.length < required
      ? `${required - approvedBy.length} more of the signers have to approve it`
      : `commit it, and release with npm run pulumi -- up --stack ${stack}`;
  return `${stack}: ${by} approved release ${release}, ${approvedBy.length} of ${required}; it stands in ${file}: ${next}`;
}

function ofProduction(settings: Settings, stack: string): ProductionSettings {
  if ("approvals" in settings) return settings;
  throw new Problem(
    `--stack: expected a stack that asks for approvals, got ${JSON.stringify(stack)}; take production`,
  );
}

/** Says that no approval is needed. */
export function noApprovalAsked(stack: string): string {
  return `towpath:approval: expected who has to approve, got nothing; set it in ${settingsFileOf(stack)}: { "required": 1, "signers": { "alice": "ssh-ed25519 AAAA…" } }`;
}

/** Says that there is no release to approve. */
export function nothingToApprove(stack: string): string {
  return `approve: expected a release of ${stack}, got none; run npm run pulumi -- up --stack ${stack} first`;
}

/** Says that what may be approved needs no approval any more. */
export function runsAlready(from: string, stack: string, id: string): string {
  return `approve: expected a release of ${from} that ${stack} does not run yet, got ${id}, which runs there; release something newer to ${from} first`;
}

/** Says that the release would not come back, whoever approves it. */
export function goneBackFrom(from: string, stack: string, id: string): string {
  return `approve: expected a release of ${from} that ${stack} was not taken back from, got ${id}; release something newer to ${from} first, or return to it with npx towpath rollback ${id} --stack ${stack}, which needs no approval`;
}
