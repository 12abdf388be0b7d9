import type { Site } from "../../components/contract/switch-route.ts";
import { routeDifference, siteAnswer, siteQuestion } from "../../components/gateway/served-site.ts";
import { leftRoute } from "../../components/release/route-agreement.ts";
import type { Run } from "../process/run.ts";
import { stackOutputs, type Deployment } from "../pulumi/state.ts";

/** The time that the engine may take to report what the gateway serves, in milliseconds. */
const patience = 30_000;

/**
 * Describes the difference of the gateway from the route that the last complete run of a stack left.
 *
 * @returns undefined when it serves that route, when no run has left one, or when the gateway cannot be asked
 */
export async function routeDrift(deployment: Deployment, site: Site, run: Run): Promise<string | undefined> {
  const left = leftRoute(stackOutputs(deployment));
  if (left === undefined) return undefined;
  const { code, stdout } = await run("docker", ["exec", site.gateway, ...siteQuestion(site)], {
    timeout: patience,
  });
  return code === 0 ? routeDifference(left.serves, siteAnswer(stdout)) : undefined;
}
