import { engineAddress, type HostConnection } from "../../components/host/ssh-config.ts";
import { dockerMachine } from "./docker-machine.ts";
import type { Machine } from "./machine.ts";
import { reach, reachedHost } from "./reach.ts";

/** The machine that this process works on, once it is reached: the host that `TOWPATH_HOST` names, or the local engine. */
export async function openMachine(): Promise<Machine> {
  const host = reachedHost();
  if (host !== undefined) {
    useHost(host);
    await reach();
  }
  return dockerMachine;
}

/** Points the docker client to the host; what points it elsewhere in a person's own environment does not count. */
function useHost(host: HostConnection): void {
  for (const name of ["DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"]) {
    Reflect.deleteProperty(process.env, name);
  }
  process.env.DOCKER_HOST = engineAddress(host);
}
