import { parseApplication } from "../../components/application/parse.ts";
import { UserError } from "../../components/input/user-error.ts";
import type { Settings } from "../../components/settings/settings.ts";
import { isLocal } from "../docker/endpoint.ts";
import { listPublished } from "../docker/published.ts";
import { portInUse } from "../failures.ts";
import { isFree } from "../on-this-machine/ports.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { foldersOf } from "../pulumi/folders.ts";
import { clientRequirements } from "../setup/clients.ts";
import { requirementsOf } from "../setup/machine.ts";
import { stack } from "../stack/session.ts";
import { namespaceOf, namespaceWarning, portIsGiven, settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";

/** The result of one check. */
export interface Finding {
  /** The thing that was looked at. */
  readonly check: string;
  /** `well`; `missing`, which `npm start` provides; `wrong`, which a person has to repair; `note`, worth knowing. */
  readonly state: "well" | "missing" | "wrong" | "note";
  /** The problem and its repair. */
  readonly repair?: string;
}

/** Makes every check of the set-up, and changes nothing. */
export async function doctor(progress: Progress, project: Project): Promise<Finding[]> {
  const step = progress.step("looking at this machine");
  try {
    const namespace = namespaceOf(project, stack);
    const folders = foldersOf(project, stack, namespace);
    let settings: Settings | undefined;
    const files = [
      await find("application.ts", () => parseApplication(project.application)),
      await find(`Pulumi.${stack}.yaml`, () => void (settings = settingsOf(project, stack))),
    ];
    const { docker, pulumi, engine } = requirementsOf(project, { ...settings, folders });
    const lanes = [...engine, ...pulumi.flat()];
    const machine = await Promise.all(lanes.map((one) => find(one.title, () => one.check())));
    const port =
      docker.engine !== undefined && isLocal(docker.engine.endpoint) ? portOf(settings, project) : undefined;
    return [
      { check: `node ${process.versions.node}`, state: "well" },
      ...files,
      noted(`namespace ${namespace}`, namespaceWarning(project, stack)),
      ...machine,
      ...(await reachingHosts()),
      ...(port === undefined ? [] : [await find(`port ${port}`, () => checkPort(port, namespace))]),
    ];
  } finally {
    step.done();
  }
}

/** Tells whether nothing has to be repaired or provided. */
export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state === "well" || state === "note");
}

/** The findings as a list, the repairs below what they repair. */
export function doctorInWords(findings: readonly Finding[]): string {
  const open = findings.filter(({ state }) => state === "missing" || state === "wrong").length;
  const ending = open === 0 ? "everything is there" : `${open} of ${findings.length} checks found something`;
  return [columns(findings.map(({ check, state, repair = "" }) => [state, check, repair])), ending].join(
    "\n",
  );
}

function noted(check: string, note: string | undefined): Finding {
  return note === undefined ? { check, state: "well" } : { check, state: "note", repair: note };
}

/** Looks for the clients that reach hosts over SSH: worth knowing, and nothing that the local environment needs. */
function reachingHosts(): Promise<Finding[]> {
  const clients = clientRequirements().filter(({ title }) => title.startsWith("ssh"));
  return Promise.all(
    clients.map(async (one) => {
      const { repair, ...found } = await find(one.title, () => one.check());
      return noted(found.check, repair);
    }),
  );
}

/** Looks at a thing: it is as it should be, or is not there (`false`), or the look itself reports the problem. */
async function find(check: string, look: () => unknown): Promise<Finding> {
  try {
    return (await look()) === false
      ? { check, state: "missing", repair: '"npm start" provides it' }
      : { check, state: "well" };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { check, state: "wrong", repair: error.message };
  }
}

/** The port that a person chose; one that is chosen for them is free. */
function portOf(settings: Settings | undefined, project: Project): number | undefined {
  return settings !== undefined && "port" in settings && portIsGiven(project, stack)
    ? settings.port
    : undefined;
}

async function checkPort(port: number, namespace: string): Promise<void> {
  const own = (await listPublished(run)).filter((one) => one.namespace === namespace);
  if (own.some(({ ports }) => ports.includes(port)) || (await isFree(port))) return;
  throw new Problem(portInUse(port));
}
