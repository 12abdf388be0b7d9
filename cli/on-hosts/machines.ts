import { connect } from "../../components/host/connection.ts";
import { lookFolderOf, type HostConnection } from "../../components/host/ssh-config.ts";
import { UserError } from "../../components/input/user-error.ts";
import type { HostSettings } from "../../components/settings/host.ts";
import type { HostStackSettings } from "../../components/settings/host-stack.ts";
import type { ReleasedSettings } from "../../components/settings/released-settings.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { hostsOfStack, type StackHosts } from "../stack/hosts.ts";
import { settingsOf } from "../stack/settings.ts";

/** A host of a stack. */
export interface Place {
  readonly stack: string;
  /** The host's name in the stack's settings. */
  readonly host: string;
  readonly settings: ReleasedSettings | HostStackSettings;
}

/** A machine, and all stacks that have it as a host, whatever each calls it. */
export interface SharedMachine {
  /** The way to it, as people write it: `deploy@10.0.0.1`. */
  readonly address: string;
  readonly places: readonly [Place, ...Place[]];
}

/** The machines of several stacks, and why the settings of some cannot be used. */
export interface Machines {
  readonly machines: readonly SharedMachine[];
  /** The problems, by their stacks. */
  readonly problems: ReadonlyMap<string, string>;
}

/** Finds the machines of stacks by their settings, so that each is asked once, however many environments are on it. */
export function machinesOf(
  project: Pick<Project, "root" | "application">,
  stacks: readonly string[],
  given: NodeJS.ProcessEnv = process.env,
): Machines {
  const machines = new Map<string, SharedMachine>();
  const problems = new Map<string, string>();
  for (const stack of stacks) {
    try {
      const settings = settingsOf(project, stack, given);
      if (!("hosts" in settings) && settings.environment !== "host") continue;
      const hosts: Readonly<Record<string, HostSettings>> =
        "hosts" in settings ? settings.hosts : { host: settings.host };
      for (const [host, way] of Object.entries(hosts)) {
        const place = { stack, host, settings };
        const known = machines.get(JSON.stringify(way));
        const places: SharedMachine["places"] = known === undefined ? [place] : [...known.places, place];
        machines.set(JSON.stringify(way), { address: addressOf(way), places });
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.set(stack, error.message);
    }
  }
  return { machines: [...machines.values()], problems };
}

function addressOf({ user, address, port }: HostSettings): string {
  return `${user}@${address}${port === 22 ? "" : `:${port}`}`;
}

/** Opens the connection to a machine, or finds it open. Throws a UserError when that fails. */
export type Reach = (machine: SharedMachine) => Promise<HostConnection>;

/** Returns the function that reaches machines, each by a connection of the first of its stacks that no run has. */
export function reaching(call: PulumiCall, run: Run): Reach {
  // Connections are relative to the project's folder, as for its programs.
  process.chdir(call.project.root);
  const known = new Map<string, Promise<StackHosts>>();
  return async ({ places: [{ stack, host, settings }] }) => {
    const folder = lookFolderOf(settings.namespace);
    const hosts = known.get(stack) ?? hostsOfStack({ ...call, stack }, run, folder);
    known.set(stack, hosts);
    const connection = (await hosts).connections[host];
    if (connection === undefined) throw new Error(`${stack} has no host ${host}`); // its settings name it
    await connect(connection);
    return connection;
  };
}

/** The time that a machine may take to answer everything, in milliseconds: ssh itself waits for 10 s. */
const patience = 15_000;

/** Gives a machine its time. What it began goes on, and nobody waits for it. Throws a Problem when that is over. */
export async function inTime<T>(
  { places: [{ host }] }: SharedMachine,
  work: Promise<T>,
  within = patience,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Problem(slow(host, within)));
    }, within);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Says that a machine takes too long. */
function slow(host: string, within: number): string {
  return `towpath:hosts.${host}: has to answer within ${within / 1000} s, got nothing; see whether it is busy or its line is slow, and run the command again`;
}
