import type { Run } from "../process/run.ts";
import { docker, lines } from "./containers.ts";

/** A gateway on the engine, running or not. */
export interface PublishedGateway {
  readonly namespace: string;
  /** The ports of the host that it listens on, or will when it is started again. */
  readonly ports: readonly number[];
}

const format =
  '{{index .Config.Labels "towpath.namespace"}}\t{{range .HostConfig.PortBindings}}{{range .}}{{.HostPort}} {{end}}{{end}}';

/** The gateways of all environments on the engine. `docker ps` does not know the ports of those that are stopped. */
export async function listGateways(run: Run): Promise<PublishedGateway[]> {
  const gateways = await docker(run, ["ps", "--all", "--quiet", "--filter", "label=towpath.part=gateway"]);
  if (lines(gateways).length === 0) return [];
  // One that was removed meanwhile makes this fail, and the others are reported all the same.
  const { stdout } = await run("docker", ["container", "inspect", "--format", format, ...lines(gateways)]);
  return lines(stdout).map((line) => {
    const [namespace = "", ports = ""] = line.split("\t");
    return { namespace, ports: [...new Set(ports.trim().split(" ").filter(Boolean).map(Number))] };
  });
}
