import type { Application } from "../application/application.ts";
import { size } from "../input/size.mjs";
import type { EnvironmentName } from "../naming/namespace.ts";
import { limitsFor, type LimitsSettings } from "../settings/limits.ts";
import { wantedPorts, type WantedPort } from "./taken-ports.ts";

/** The demand of a release on its host. */
export interface Demand {
  /** Free space where Docker keeps its data, in bytes. */
  readonly diskBytes: number;
  /** Free memory, in bytes. */
  readonly memoryBytes: number;
  /** The lowest port that a gateway of its own opens. */
  readonly port?: number;
  /** True when its containers have limits. */
  readonly isLimited?: boolean;
  /** The ports that services publish on it; left out where there are none. */
  readonly ports?: readonly WantedPort[];
}

/** The facts that a host reports of itself. */
export interface HostFacts {
  /** Docker's version, such as `28.1.1`. */
  readonly dockerVersion: string;
  /** The newest version of its API that it speaks, such as `1.49`. */
  readonly dockerApi: string;
  /** The folder in which Docker keeps its data. */
  readonly dataFolder: string;
  readonly diskFreeBytes: number;
  readonly memoryFreeBytes: number;
  /** Its kind of processor, as Go and Docker call it: `amd64`. */
  readonly architecture: string;
  /** The other kinds whose programs it runs all the same, as QEMU calls them: `aarch64`. */
  readonly emulates: readonly string[];
  /** True when its engine runs without root's rights. */
  readonly isRootless: boolean;
  /** The resources that its engine cannot limit. */
  readonly unlimited: readonly Limited[];
  /** The first port that programs may open which do not run as root. */
  readonly firstPort: number;
  readonly hasIpv6: boolean;
  /** The number of its networks that are bridges: each environment has one. */
  readonly networks: number;
  /** True when its engine takes addresses of networks from pools that were set, not from its own. */
  readonly hasOwnPools: boolean;
  /** The time by which its clock is ahead of this machine's, in seconds; negative when it is behind. */
  readonly clockAheadSeconds: number;
}

/** A resource in which a container can be limited. */
export type Limited = "memory" | "processors" | "processes";

/** The number of networks that Docker's own address pools hold: 172.17.0.0/16 to 172.31.0.0/16, and 16 in 192.168.0.0/16. */
const networksInPools = 31;

/** The number of free networks below which a host is warned of. */
const fewNetworks = 4;

/** The first port that a gateway of a host opens. */
const gatewayPort = 80;

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** The oldest API of Docker with what the components use: that of 20.10. */
const oldestApi = [1, 41] as const;

/** The difference that clocks may have, in seconds: beyond it logs mislead, and certificates and tokens are refused. */
const mostSkewSeconds = 30;

/** Free space that a release needs whatever its images are: a migration, logs, what a database writes meanwhile. */
const leastDisk = gibibyte;

/** The demand of the gateway of a host's own stack while nothing is served. */
export const gatewayDemand: Demand = {
  diskBytes: 512 * mebibyte,
  memoryBytes: 64 * mebibyte,
  port: gatewayPort,
};

/** The least that a host needs to go on, whatever is released. */
export const leastDemand: Demand = { diskBytes: leastDisk, memoryBytes: 0 };

/**
 * Returns the demand of a release on its host: memory for one more copy-set of the application, each copy up to its
 * limit, because new copies run beside the old ones; and space for its images.
 */
export function demandOf(
  { services }: Pick<Application, "services">,
  {
    limits,
    copies,
    gateway,
    environment,
    namespace,
  }: {
    readonly limits: LimitsSettings;
    readonly copies: Readonly<Record<string, number>>;
    readonly gateway?: string;
    readonly environment: EnvironmentName;
    readonly namespace: string;
  },
): Demand {
  const ports = environment === "preview" ? [] : wantedPorts({ services }, namespace);
  return {
    diskBytes: leastDisk,
    memoryBytes: Object.keys(services).reduce(
      (sum, service) => sum + (copies[service] ?? 1) * limitsFor(limits, service).memory,
      0,
    ),
    isLimited: true,
    ...(ports.length > 0 && { ports }),
    ...(gateway === undefined && { port: gatewayPort }),
  };
}

/** Returns why a host cannot take the release; empty when it can. `path` is what messages of the host begin with. */
export function judge(
  host: string,
  facts: HostFacts,
  demand: Demand,
  path = `towpath:hosts.${host}`,
): string[] {
  const problems: string[] = [];
  if (isTooOld(facts.dockerApi)) {
    problems.push(
      `${path}: Docker 20.10 or newer is needed, got ${facts.dockerVersion} (API ${facts.dockerApi}); upgrade it, see https://docs.docker.com/engine/install/`,
    );
  }
  if (facts.diskFreeBytes < demand.diskBytes) {
    problems.push(
      `${path}: ${size(demand.diskBytes)} have to be free in ${facts.dataFolder}, got ${size(facts.diskFreeBytes)}; see there what takes the space with docker system df, remove old images with docker image prune --all, or add space`,
    );
  }
  if (facts.memoryFreeBytes < demand.memoryBytes) {
    problems.push(
      `${path}: ${size(demand.memoryBytes)} of memory have to be free for the new copies beside the old ones, got ${size(facts.memoryFreeBytes)}; lower towpath:limits.memory or towpath:copies, or add memory`,
    );
  }
  if (Math.abs(facts.clockAheadSeconds) > mostSkewSeconds) {
    const { clockAheadSeconds } = facts;
    problems.push(
      `${path}: its clock may differ from this machine's by ${mostSkewSeconds} s at most, got ${Math.abs(clockAheadSeconds)} s ${clockAheadSeconds > 0 ? "ahead" : "behind"}; set the one that is wrong, on most systems with timedatectl set-ntp true`,
    );
  }
  const { port = facts.firstPort } = demand;
  if (facts.isRootless && facts.firstPort > port) {
    problems.push(
      `${path}: the Docker engine is rootless and may not open port ${port}, got net.ipv4.ip_unprivileged_port_start = ${facts.firstPort}; run there: echo net.ipv4.ip_unprivileged_port_start=${port} | sudo tee /etc/sysctl.d/50-ports.conf && sudo sysctl --system`,
    );
  }
  if (demand.isLimited === true && facts.unlimited.includes("processors")) {
    problems.push(
      `towpath:limits.cpus: the Docker engine of ${host} has to limit processors, got no cgroup controller for them; ${controllers}`,
    );
  }
  return problems;
}

const controllers =
  'enable it in the kernel (for a rootless engine with "Delegate=cpu cpuset io memory pids" for user@.service of systemd), or use an engine that runs as root';

/** Returns warnings about a host that can take the release. */
export function cautions(host: string, facts: HostFacts, demand: Demand): string[] {
  const path = `towpath:hosts.${host}`;
  const found: string[] = [];
  const unlimited = facts.unlimited.filter((what) => what !== "processors");
  if (demand.isLimited === true && unlimited.length > 0) {
    found.push(
      `towpath:limits: the Docker engine of ${host} keeps no limits of ${unlimited.join(" and ")}, got no cgroup controller for them; ${controllers}`,
    );
  }
  if (facts.isRootless && demand.port !== undefined) {
    found.push(
      `${path}: its Docker engine is rootless, so that applications see its own address instead of their clients'; where those matter, set DOCKERD_ROOTLESS_ROOTLESSKIT_PORT_DRIVER=slirp4netns for it, or use an engine that runs as root`,
    );
  }
  if (!facts.hasOwnPools && networksInPools - facts.networks < fewNetworks) {
    found.push(
      `${path}: Docker's own address pools hold about ${networksInPools} networks, one for each environment, got ${facts.networks} networks; give its engine more with "default-address-pools" in /etc/docker/daemon.json, for example [{ "base": "10.200.0.0/16", "size": 24 }], and restart it`,
    );
  }
  return found;
}

/** Returns why no host can be reached from a run with these variables; empty when they do not matter. */
export function judgeVariables({
  DOCKER_CONTEXT: context = "",
}: Readonly<Record<string, string | undefined>>): string[] {
  if (context === "") return [];
  return [
    `DOCKER_CONTEXT: the docker plugin follows it instead of towpath:hosts, got ${JSON.stringify(context)}; unset it for this run`,
  ];
}

function isTooOld(api: string): boolean {
  const [major = 0, minor = 0] = api.split(".").map(Number);
  return major < oldestApi[0] || (major === oldestApi[0] && minor < oldestApi[1]);
}

/** Asks a host for what only a program there can see: `sh -s <folder>` prints one fact in a line. */
export const factsScript = `
echo "clock $(date +%s)"
echo "memory $(sed -n 's/^MemAvailable: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)"
echo "disk $(df -P -k "$1" | awk 'NR == 2 { print $4 }')"
if grep -q . /proc/net/if_inet6 2>/dev/null; then echo ipv6; fi
PATH=$PATH:/usr/sbin:/sbin
case "$(getcap "$(command -v rootlesskit)" 2>/dev/null)" in
  *cap_net_bind_service*) echo "port 0" ;;
  *) echo "port $(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" ;;
esac
echo "networks $(ls -d /sys/class/net/*/bridge 2>/dev/null | wc -l)"
for one in /proc/sys/fs/binfmt_misc/qemu-*; do [ ! -f "$one" ] || echo "emulates \${one##*/qemu-}"; done
`;

/** The facts that the engine itself reports. */
type EngineFact =
  "dockerVersion" | "dockerApi" | "dataFolder" | "architecture" | "isRootless" | "unlimited" | "hasOwnPools";

/** The answers of an engine to `/version` and `/info`, as far as they are read. */
export interface EngineAnswers {
  readonly version: { readonly Version: string; readonly ApiVersion: string; readonly Arch?: string };
  readonly info: {
    readonly DockerRootDir: string;
    readonly SecurityOptions?: readonly string[] | null;
    readonly MemoryLimit?: boolean;
    readonly CpuCfsQuota?: boolean;
    readonly PidsLimit?: boolean;
    readonly DefaultAddressPools?: readonly unknown[] | null;
  };
}

/** Returns the facts that an engine reports. */
export function engineFacts({ version, info }: EngineAnswers): Pick<HostFacts, EngineFact> {
  const kept = [
    ["memory", info.MemoryLimit],
    ["processors", info.CpuCfsQuota],
    ["processes", info.PidsLimit],
  ] as const;
  return {
    dockerVersion: version.Version,
    dockerApi: version.ApiVersion,
    dataFolder: info.DockerRootDir,
    architecture: version.Arch ?? "amd64",
    isRootless: (info.SecurityOptions ?? []).some((option) => option.split(",").includes("name=rootless")),
    hasOwnPools: (info.DefaultAddressPools ?? []).length > 0,
    unlimited: kept.flatMap(([what, is]) => (is === false ? [what] : [])),
  };
}

/**
 * The facts that `factsScript` printed; undefined when one is missing.
 *
 * `now` is this machine's time when the host was asked, in milliseconds.
 */
export function readFacts(printed: string, now: number): Omit<HostFacts, EngineFact> | undefined {
  const fact = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, "m").exec(printed)?.[1]);
  const [clock, memory, disk] = [fact("clock"), fact("memory"), fact("disk")];
  if ([clock, memory, disk].some(Number.isNaN)) return undefined;
  return {
    diskFreeBytes: disk * 1024,
    memoryFreeBytes: memory * 1024,
    clockAheadSeconds: Math.round(clock - now / 1000),
    hasIpv6: /^ipv6$/m.test(printed),
    networks: Number.isNaN(fact("networks")) ? 0 : fact("networks"),
    // What Linux begins with.
    firstPort: Number.isNaN(fact("port")) ? 1024 : fact("port"),
    emulates: [...printed.matchAll(/^emulates (\S+)$/gm)].map(([, kind = ""]) => kind),
  };
}
