import type { Site } from "../../components/contract/switch-route.ts";
import { siteAnswer, siteQuestion, sitesFolder } from "../../components/gateway/served-site.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { namesOf } from "../../components/naming/names.ts";
import type { Settings } from "../../components/settings/settings.ts";
import { docker, lines } from "../docker/containers.ts";
import { Problem } from "../problem.ts";
import { lastLines, type Run } from "../process/run.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { readDeployment, stackOutputs } from "../pulumi/state.ts";
import type { Progress } from "../terminal/progress.ts";
import { onHost } from "./killed-release.ts";
import { lastLineOf, runProgram } from "./program.ts";

/** Finds a stack's site on its gateway; undefined while the stack of a gateway that is shared has brought none up. */
export async function siteOf(
  settings: Settings,
  { project, environment }: Pick<PulumiCall, "project" | "environment">,
  run: Run,
): Promise<Site | undefined> {
  const { namespace: name } = settings;
  const shared = "gateway" in settings ? settings.gateway : undefined;
  if (shared === undefined) return { gateway: namesOf(name).gateway, name };
  const hostStack = await readDeployment({ project, stack: shared, environment, logFolder: "" }, run);
  const { gateway } = stackOutputs(hostStack) as { gateway?: { containerName?: string } };
  return gateway?.containerName === undefined ? undefined : { gateway: gateway.containerName, name };
}

/**
 * Takes away what a destroyed stack left in a gateway that others share: a first release that was ended while it switched
 * has no route in the state, so that Pulumi removes none.
 *
 * The namespace is this state's own by then, see `checkOwnership`; a site that leads to copies which are still there is
 * somebody else's all the same.
 *
 * @throws Problem when the gateway cannot be changed
 */
export async function removeLeftSite(
  call: PulumiCall,
  settings: Settings,
  connections: Readonly<Record<string, HostConnection>>,
  run: Run,
  progress: Progress,
): Promise<void> {
  if (!("gateway" in settings)) return;
  const [deployment, site] = await Promise.all([readDeployment(call, run), siteOf(settings, call, run)]);
  if (site === undefined) return;
  // Only a part was destroyed.
  if (deployment?.resources.some(({ type }) => type === "towpath:release:Route") === true) return;
  for (const connection of Object.values(connections)) {
    const said = await removeFrom(connection, site, call, run);
    if (said !== undefined) progress.say(`route: ${said}`);
  }
}

/** Takes a site away from the gateway of one host. Returns what a person has to know of it. */
async function removeFrom(
  connection: HostConnection,
  site: Site,
  call: PulumiCall,
  run: Run,
): Promise<string | undefined> {
  const { gateway, name } = site;
  const there = onHost(connection, run);
  const listed = await there("docker", ["exec", gateway, "ls", sitesFolder]);
  if (listed.code !== 0) {
    if (listed.stderr.includes("No such container")) return undefined;
    return `${gateway} cannot be asked whether it has a site of ${name}, got ${JSON.stringify(lastLines(listed.stderr, 1))}; start it and run the command again`;
  }
  const own = [name, `${name}.caddy`, `${name}.candidate`];
  if (!lines(listed.stdout).some((file) => own.includes(file))) return undefined;
  const containers = new Set(lines(await docker(there, ["ps", "--all", "--format", "{{.Names}}"])));
  const served = siteAnswer(await docker(there, ["exec", gateway, ...siteQuestion(site)]))?.copies ?? [];
  const others = served.filter((container) => containers.has(container));
  if (others.length > 0) {
    return `the site of ${name} stays in ${gateway}, for it leads to containers that this state does not know, got ${others.join(", ")}; go on with the state that made them`;
  }
  const ended = await runProgram("remove-route", { site }, connection, call, run);
  if (ended.code === 0)
    return `removed the site of ${name} from ${gateway}, left there by a release that did not end`;
  throw new Problem(
    `route: the site of ${name} cannot be removed from ${gateway}, got ${JSON.stringify(lastLineOf(ended))}; run the command again`,
  );
}
