import { gatewayPort } from "../../components/gateway/site.ts";
import type { Run } from "../process/run.ts";
import { docker, lines } from "./containers.ts";

/** The ports of the host that a container of ours listens on, or will when it is started again. */
export interface Published {
  readonly namespace: string;
  readonly part: string;
  readonly ports: readonly number[];
  /** The one that leads to all routes, where it is the gateway of an environment on this machine. */
  readonly gatewayPort?: number;
}

const format =
  '{{index .Config.Labels "towpath.namespace"}}\t{{index .Config.Labels "towpath.part"}}\t' +
  "{{range $inner, $all := .HostConfig.PortBindings}}{{range $all}}{{$inner}}={{.HostPort}} {{end}}{{end}}";

/** The ports of all environments on the engine. `docker ps` does not know those of containers that are stopped. */
export async function listPublished(run: Run): Promise<Published[]> {
  const containers = await docker(run, ["ps", "--all", "--quiet", "--filter", "label=towpath.namespace"]);
  if (lines(containers).length === 0) return [];
  // One that was removed meanwhile makes this fail, and the others are reported all the same.
  const { stdout } = await run("docker", ["container", "inspect", "--format", format, ...lines(containers)]);
  return lines(stdout).flatMap((line) => {
    const [namespace = "", part = "", bindings = ""] = line.split("\t");
    const pairs = bindings.split(" ").flatMap((binding) => {
      const [inner, port] = binding.split("=");
      return port === undefined || port === "" ? [] : [[inner, Number(port)] as const];
    });
    if (pairs.length === 0) return [];
    const own = part === "gateway" ? pairs.find(([inner]) => inner === `${gatewayPort}/tcp`) : undefined;
    const ports = [...new Set(pairs.map(([, port]) => port))];
    return [{ namespace, part, ports, ...(own && { gatewayPort: own[1] }) }];
  });
}
