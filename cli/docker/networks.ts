import type { Run } from "../process/run.ts";
import { docker, lines } from "./containers.ts";

/**
 * Removes networks, by their names or ids. What is of a host's own stack leaves them first, its gateway and the server of its template: one that runs holds a network, and one that is
 * stopped would not start again without it. What else is in a network stays there, and holds it.
 *
 * @throws Problem when one of them is held
 */
export async function removeNetworks(run: Run, networks: readonly string[]): Promise<void> {
  for (const network of networks) {
    const inIt = ["--filter", `network=${network}`, "--filter", "label=towpath.environment=host"];
    for (const guest of lines(await docker(run, ["ps", "--all", "--quiet", ...inIt])))
      await docker(run, ["network", "disconnect", "--force", network, guest]);
  }
  if (networks.length > 0) await docker(run, ["network", "rm", ...networks]);
}
