import { until } from "../../components/input/until.ts";
import type { Machine } from "../machine/machine.ts";

/** The time between two looks at the connections, in milliseconds. */
const interval = 500;

/** The state of an open connection in the kernel's tables: TCP_ESTABLISHED in include/net/tcp_states.h. */
const established = "01";

/**
 * Waits until the gateway has no connection to these addresses any more, until `deadline` at the latest: requests under
 * way end, and web sockets are closed by those who use them. Returns the number of connections that were left.
 */
export async function drain(
  machine: Machine,
  gateway: string,
  addresses: ReadonlySet<string>,
  deadline: number,
): Promise<number> {
  if (addresses.size === 0) return 0;
  return until(
    () => connections(machine, gateway, addresses),
    (left) => left === 0,
    { deadline, interval },
  );
}

/** The copies' addresses, in the form of the kernel's tables. */
export async function addressesOf(machine: Machine, copies: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set((await Promise.all(copies.map(machine.addresses))).flat().map(inKernelTable));
}

async function connections(
  machine: Machine,
  gateway: string,
  addresses: ReadonlySet<string>,
): Promise<number> {
  const table = await machine.run(gateway, ["cat", "/proc/net/tcp"], { looks: true });
  return table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote = "", state]) => state === established && addresses.has(remote.split(":")[0] ?? ""))
    .length;
}

/** Writes `172.18.0.4` as `040012AC`: the table holds addresses as the processor does, least significant byte first. */
function inKernelTable(address: string): string {
  return address
    .split(".")
    .reverse()
    .map((part) => Number(part).toString(16).padStart(2, "0").toUpperCase())
    .join("");
}
