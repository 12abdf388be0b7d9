import { parseApplication } from "../../components/application/parse.ts";
import { checkHosts, type HostReport } from "../../components/host/check-hosts.ts";
import { demandOf, gatewayDemand } from "../../components/host/preflight.ts";
import { checkRegistry } from "../../components/image/registry.ts";
import { defined } from "../../components/input/defined.ts";
import { size } from "../../components/input/size.mjs";
import type { RegistrySettings } from "../../components/settings/registry.ts";
import { run } from "../process/run.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import type { Project } from "../project.ts";
import { callFor } from "../stack/call.ts";
import { hostsOfStack, type StackHosts } from "../stack/hosts.ts";
import { withOwnConnections } from "../stack/own-connections.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";

/** The result of `towpath host check`. */
export interface HostCheck {
  readonly stack: string;
  readonly hosts: readonly (HostReport & { readonly address: string })[];
  /** The registry of images; left out for a host's own stack, which runs none of the application's. */
  readonly registry?: { readonly address: string; readonly problem?: string };
}

/**
 * Looks at a stack's hosts as its next `up` will: whether they are reached, by the pinned key, and have what a release needs;
 * and whether the registry lets one in. Changes nothing there, and leaves the connection of a run alone.
 */
export async function checkHost(stack: string, progress: Progress, project: Project): Promise<HostCheck> {
  // Connections are relative to the project's folder, as for its programs.
  process.chdir(project.root);
  const call = await callFor("config", stack, progress, project);
  return withOwnConnections(async (folder) => lookAt(await hostsOfStack(call, run, folder), call, progress));
}

async function lookAt(
  { settings, hosts: described, connections, credential }: StackHosts,
  { stack, project }: PulumiCall,
  progress: Progress,
): Promise<HostCheck> {
  const application = parseApplication(project.application);
  const released = settings.environment === "host" ? undefined : settings;
  const step = progress.step("looking at the hosts");
  try {
    const [reports, registry] = await Promise.all([
      checkHosts(connections, released === undefined ? gatewayDemand : demandOf(application, released)),
      released && registryOf(released.registry, credential, Object.keys(application.images)),
    ]);
    const hosts = reports.map((report) => {
      const { user = "", address = "", port } = described[report.host] ?? {};
      return { ...report, address: `${user}@${address}${port === 22 ? "" : `:${port}`}` };
    });
    return { stack, hosts, ...defined({ registry }) };
  } finally {
    step.done();
  }
}

async function registryOf(
  registry: RegistrySettings,
  credential: StackHosts["credential"],
  images: readonly string[],
): Promise<NonNullable<HostCheck["registry"]>> {
  const { address, login } = registry;
  const problem = await checkRegistry(registry, login && credential(login.password), images);
  return { address, ...defined({ problem }) };
}

/** Tells whether a release can run there. */
export function isReady({ hosts, registry }: HostCheck): boolean {
  return hosts.every(({ problems }) => problems.length === 0) && registry?.problem === undefined;
}

/** The hosts as a table, and all problems below. */
export function hostCheckInWords({ stack, hosts, registry }: HostCheck): string {
  const rows = hosts.map(({ host, address, facts, problems }) => [
    host,
    address,
    facts?.dockerVersion ?? "-",
    facts === undefined ? "-" : size(facts.diskFreeBytes),
    facts === undefined ? "-" : size(facts.memoryFreeBytes),
    facts === undefined ? "-" : `${facts.clockAheadSeconds >= 0 ? "+" : ""}${facts.clockAheadSeconds} s`,
    problems.length === 0 ? "ready" : "not ready",
  ]);
  const problems = [
    ...hosts.flatMap((report) => report.problems),
    ...(registry?.problem === undefined ? [] : [registry.problem]),
  ];
  const notes = hosts.flatMap(({ host, facts, cautions = [] }) => [
    ...cautions,
    ...(facts?.hasIpv6 === false
      ? [`towpath:hosts.${host}: has no IPv6; a gateway that is made there listens on IPv4 alone`]
      : []),
  ]);
  const open = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [
    columns([["host", "address", "docker", "disk free", "memory free", "clock", "state"], ...rows]),
    "",
    ...(registry === undefined
      ? []
      : [`registry ${registry.address}: ${registry.problem === undefined ? "ready" : "not ready"}`]),
    ...notes,
    ...(problems.length === 0 ? [`${stack} can be released to`] : ["", open, ...problems]),
  ].join("\n");
}
