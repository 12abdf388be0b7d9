import { until } from "../../components/input/until.ts";
import { docker, DockerFailure } from "../machine/docker.ts";

/** How long to wait between two looks at the connections, in milliseconds. */
const interval = 500;

/** The state of an open connection in the kernel's tables: TCP_ESTABLISHED in include/net/tcp_states.h. */
const established = "01";

/**
 * Waits until the gateway has no connection to these addresses any more, until `deadline` at the latest: requests under
 * way end, and web sockets are closed by those who use them. Returns how many connections were left.
 */
export async function drain(
  gateway: string,
  addresses: ReadonlySet<string>,
  deadline: number,
): Promise<number> {
  if (addresses.size === 0) return 0;
  return until(
    () => connections(gateway, addresses),
    (left) => left === 0,
    { deadline, interval },
  );
}

/** The containers' addresses, in the form of the kernel's tables. */
export async function addressesOf(containers: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set((await Promise.all(containers.map(addressesOfOne))).flat());
}

/** None of one that is gone. */
async function addressesOfOne(container: string): Promise<string[]> {
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}";
  try {
    const found = await docker(["container", "inspect", "--format", format, container]);
    return found.split(" ").filter(Boolean).map(inKernelTable);
  } catch (error) {
    if (error instanceof DockerFailure && error.message.includes("No such container")) return [];
    throw error;
  }
}

async function connections(gateway: string, addresses: ReadonlySet<string>): Promise<number> {
  const table = await docker(["exec", gateway, "cat", "/proc/net/tcp"], { looks: true });
  return table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote = "", state]) => state === established && addresses.has(remote.split(":")[0] ?? ""))
    .length;
}

/** `172.18.0.4` as `040012AC`: the table holds addresses as the processor does, least significant byte first. */
function inKernelTable(address: string): string {
  return address
    .split(".")
    .reverse()
    .map((part) => Number(part).toString(16).padStart(2, "0").toUpperCase())
    .join("");
}
