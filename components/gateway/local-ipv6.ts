import { networkInterfaces } from "node:os";

/** The known facts of the machine that the gateway is on. */
export interface Machine {
  readonly platform: string;
  readonly dockerHost: string | undefined;
  readonly addresses: readonly string[];
}

/**
 * Tells whether a gateway of this machine listens on `::1`, too: browsers ask there first for `localhost`.
 *
 * One that is there keeps what it listens on. A new one does so where the engine is this machine's own and no layer lies
 * between them: engines in a virtual machine and rootless ones have proxies of their own, which may know IPv4 alone.
 *
 * @param ports those that the gateway has, as `localPorts` tells them
 */
export async function listensOnIpv6(
  ports: () => Promise<string | undefined>,
  { platform, dockerHost = ownEngine, addresses }: Machine = thisMachine(),
): Promise<boolean> {
  const bound = await ports();
  if (bound !== undefined) return bound.includes('"::1"');
  return platform === "linux" && dockerHost === ownEngine && addresses.includes("::1");
}

const ownEngine = "unix:///var/run/docker.sock";

function thisMachine(): Machine {
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) =>
    all.map(({ address }) => address),
  );
  return { platform: process.platform, dockerHost: process.env.DOCKER_HOST, addresses };
}
