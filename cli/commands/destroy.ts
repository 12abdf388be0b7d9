import { rmSync } from "node:fs";
import { namesOf } from "../../components/naming/names.ts";
import { sweep, sweptInWords, type Swept } from "../docker/sweep.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { namespaceFolder } from "../pulumi/folders.ts";
import { forgetStack } from "../pulumi/forget.ts";
import { runOperation } from "../pulumi/operation.ts";
import { keepingSaltOut } from "../pulumi/salt.ts";
import { removeStack } from "../stack/create.ts";
import { checkOwnership } from "../stack/interrupted-run.ts";
import { machine, open, type Session } from "../stack/session.ts";
import { agree, type Agreeing, type Agreement } from "../terminal/agree.ts";
import { asStep, type Progress } from "../terminal/progress.ts";
import { checkOutcome } from "../outcome.ts";

/** The result of `npm run destroy`. */
export interface Destroyed {
  readonly namespace: string;
  /** The number of resources that Pulumi removed. */
  readonly deleted: number;
  /** The things that the labels still found afterwards. */
  readonly swept: Swept;
}

export interface DestroySettings extends Agreeing {
  /** True to do without Pulumi and its state: for a state that cannot be opened any more. */
  readonly byLabels: boolean;
}

/** Removes the local environment with its data. */
export async function destroy(
  progress: Progress,
  settings: DestroySettings,
  project: Project,
): Promise<Destroyed> {
  const session = await open(settings.byLabels ? "look" : "remove", progress, project);
  await agree(agreementOf(session.namespace), settings);
  if (!settings.byLabels) await checkOwnership({ ...session, machine }, run, progress, session);
  const deleted = settings.byLabels ? 0 : await destroyStack(session, progress);
  const { namespace, call } = session;
  const swept = await asStep(progress, "removing what the labels still find", () =>
    sweep(run, namespace, imagesOf(project, namespace)),
  );
  if (settings.byLabels) forgetStack(call);
  rmSync(namespaceFolder(project, namespace), { recursive: true, force: true });
  return { namespace, deleted, swept };
}

/** Says what was removed. */
export function destroyedInWords({ namespace, deleted, swept }: Destroyed): string {
  const left = sweptInWords(swept);
  if (deleted === 0 && left === undefined) return `${namespace}: there was nothing to remove`;
  const lines = deleted === 0 ? [] : [`removed ${namespace}: ${deleted} resources`];
  return [...lines, ...(left === undefined ? [] : [left])].join("\n");
}

/** What the removal means. */
function agreementOf(namespace: string): Agreement {
  return {
    does: `destroy: removes ${namespace} with all its data`,
    question: `Remove ${namespace} with all its data?`,
    unasked: 'use "npm run destroy -- --yes"',
    refused: "nothing was removed",
  };
}

async function destroyStack(session: Session, progress: Progress): Promise<number> {
  const { call, deployment, drift, ownPassphrase } = session;
  if (deployment === undefined) return 0;
  return keepingSaltOut(call, ownPassphrase, async () => {
    const outcome = await runOperation(
      "destroy",
      call,
      progress,
      drift.missing.length > 0 ? ["--refresh"] : [],
    );
    checkOutcome(outcome);
    await removeStack(call, run);
    return outcome.changes.delete ?? 0;
  });
}

/** The names of the images that are built for the namespace. */
function imagesOf({ application }: Project, namespace: string): string[] {
  const names = namesOf(namespace);
  return Object.keys(application.images).map(names.image);
}
