import type { JobTime } from "../../components/application/application.ts";
import type { CreateBucketsInput } from "../../components/contract/create-buckets.ts";
import type { CreateOwnerInput } from "../../components/contract/create-owner.ts";
import type { HealthGateInput } from "../../components/contract/health-gate.ts";
import type { ReleaseJobInput } from "../../components/contract/release-job.ts";
import type { ResetDataInput } from "../../components/contract/reset-data.ts";
import type { CloneDatabaseInput, DropCloneInput } from "../../components/contract/template.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { defined } from "../../components/input/defined.ts";
import { isPreview, previewStack } from "../../components/naming/namespace.ts";
import { namesOf, type Names } from "../../components/naming/names.ts";
import { docker } from "../docker/containers.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { clearDeadLocks, readLocks } from "../pulumi/locks.ts";
import { readSteps, type ReleaseStep } from "../pulumi/steps.ts";
import { callFor } from "../stack/call.ts";
import { openHost } from "../stack/hosts.ts";
import { onHost } from "../stack/killed-release.ts";
import { runStep } from "../stack/program.ts";
import { namespaceOf } from "../stack/settings.ts";
import { agree, type Agreeing, type Agreement } from "../terminal/agree.ts";
import { asStep, type Progress } from "../terminal/progress.ts";

/** The result of `towpath preview reset`. */
export interface Reset {
  readonly stack: string;
  readonly seconds: number;
}

/**
 * Makes the data of a preview new, by the number of its pull request or its stack: its database is made again, migrated and filled as for the release that runs, its cache
 * and buckets are emptied. The steps of that release are repeated as the state has them, whatever is checked out here.
 *
 * No copy of a service runs meanwhile, so that none keeps a connection or what it read before.
 *
 * @throws Problem when the stack is no preview, nothing was released, or a step fails
 */
export async function reset(
  preview: string,
  agreeing: Agreeing,
  progress: Progress,
  project: Project,
): Promise<Reset> {
  const stack = stackOf(preview);
  await agree(agreementOf(stack), agreeing);
  const started = Date.now();
  const call = await callFor("refresh", stack, progress, project);
  for (const line of clearDeadLocks(readLocks(call))) progress.say(line);
  const steps = await readSteps(call, run);
  const gates = steps.filter(({ program }) => program === "health-gate");
  if (gates.length === 0) throw new Problem(noRelease(stack));
  const connection = await openHost(call, run, progress);
  const host: ResetHost = { stack, connection, call, progress };
  const copies = gates.filter(isOfService);
  // One that is asleep has no server either.
  await startAll(
    gates.filter((gate) => !isOfService(gate)),
    "starting the backing services",
    host,
  );
  await asStep(progress, "stopping the services", () =>
    docker(onHost(connection, run), ["stop", ...copies.map(containerOf)]),
  );
  for (const step of resettingSteps(steps, namesOf(namespaceOf(project, stack)))) await repeat(step, host);
  await startAll(copies, "starting the services", host);
  for (const step of releaseJobs(steps, "after-release")) await repeat(step, host);
  return { stack, seconds: Math.round((Date.now() - started) / 100) / 10 };
}

/** Says what was done. */
export function resetInWords({ stack, seconds }: Reset): string {
  return `${stack}: its data is as new, in ${seconds} s`;
}

/** A host while the data of a preview there is made new. */
interface ResetHost {
  readonly stack: string;
  readonly connection: HostConnection;
  readonly call: PulumiCall;
  readonly progress: Progress;
}

/** A step, and the words for those who wait for it. */
type WordedStep = ReleaseStep & { readonly words: string };

/** The steps that make the data new, in their order. */
export function resettingSteps(steps: readonly ReleaseStep[], names: Names): readonly WordedStep[] {
  const servers = steps.filter((step) => step.program === "health-gate").map(containerOf);
  const buckets = steps.find(({ program }) => program === "create-buckets")?.input as
    CreateBucketsInput | undefined;
  // A release from before there were owners made none.
  const owner = steps.find(({ program }) => program === "create-owner")?.input as
    CreateOwnerInput | undefined;
  const input: ResetDataInput = defined({
    database: servers.includes(names.postgres)
      ? {
          container: names.postgres,
          administrator: owner?.administrator ?? names.database,
          name: owner?.database ?? names.database,
          owner: owner?.role ?? names.database,
        }
      : undefined,
    redis: servers.includes(names.redis) ? names.redis : undefined,
    storage: buckets && { container: buckets.target.host, buckets: buckets.buckets },
  });
  const repeated = (program: ReleaseStep["program"], words: string): WordedStep[] =>
    steps.filter((step) => step.program === program).map((step) => ({ ...step, words }));
  const clone = steps.find(({ program }) => program === "clone-database")?.input as
    CloneDatabaseInput | undefined;
  const drop: DropCloneInput | undefined = clone && { server: clone.server, clone: clone.clone };
  return [
    { program: "reset-data", input, words: "removing the data" },
    ...(drop === undefined
      ? []
      : [{ program: "drop-clone", input: drop, words: "dropping the database" } as const]),
    ...repeated("clone-database", "cloning the template"),
    ...repeated("prepare-postgres", "creating the extensions"),
    ...repeated("migrate", "migrating the database"),
    ...repeated("seed", "filling the database"),
    ...releaseJobs(steps, "before-release"),
  ];
}

/** The jobs of the release at one time of it. */
function releaseJobs(steps: readonly ReleaseStep[], time: JobTime): WordedStep[] {
  return steps.flatMap((step) => {
    const { job, runs } = step.input as ReleaseJobInput;
    return step.program === "release-job" && runs === time
      ? [{ ...step, words: `running job-${job}` } as const]
      : [];
  });
}

async function startAll(gates: readonly ReleaseStep[], words: string, host: ResetHost): Promise<void> {
  if (gates.length === 0) return;
  await docker(onHost(host.connection, run), ["start", ...gates.map(containerOf)]);
  for (const gate of gates) await repeat({ ...gate, words }, host);
}

async function repeat(
  { words, ...step }: WordedStep,
  { stack, connection, call, progress }: ResetHost,
): Promise<void> {
  await runStep({ ...step, words, wasEnded: wasEnded(stack, words) }, connection, call, run, progress);
}

function isOfService({ input }: ReleaseStep): boolean {
  return (input as HealthGateInput).subject.startsWith("services.");
}

function containerOf({ input }: ReleaseStep): string {
  return (input as HealthGateInput).container;
}

/** The stack of a preview, by the number of its pull request or by the stack's own name. */
function stackOf(preview: string): string {
  const stack = /^[0-9]+$/.test(preview) ? previewStack(Number(preview)) : preview;
  if (isPreview(stack)) return stack;
  throw new Problem(
    `reset: expected a preview, whose data is thrown away, got ${JSON.stringify(preview)}; take the number of a pull request, for example 12`,
  );
}

/** What a reset means. */
function agreementOf(stack: string): Agreement {
  return {
    does: `reset: removes the data of ${stack}`,
    question: `Remove the data of ${stack}, and begin anew?`,
    unasked: "add --yes",
    refused: "nothing was removed",
  };
}

/** Says that there is nothing to reset yet. */
function noRelease(stack: string): string {
  return `reset: expected a release of ${stack}, got none; release one first with npm run pulumi -- up --stack ${stack}`;
}

/** Says that nobody knows what became of a step. */
function wasEnded(stack: string, words: string): string {
  return `reset: ${words} of ${stack} was ended, got no word of it; run the command again`;
}
