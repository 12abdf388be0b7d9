import type { Settings } from "../../components/settings/settings.ts";
import { isLocal, type Engine } from "../docker/endpoint.ts";
import { listGateways } from "../docker/gateways.ts";
import { choosePort, isFree, reservePort } from "../on-this-machine/ports.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { stackOutputs, type Deployment } from "../pulumi/state.ts";
import { portIsGiven } from "./settings.ts";

/** The facts that a release of the local environment begins with. */
export interface BeforeRelease {
  readonly project: Project;
  readonly stack: string;
  readonly engine: Engine;
  readonly environment: NodeJS.ProcessEnv;
  readonly settings: Settings;
  readonly deployment: Deployment | undefined;
}

/** The same with a port of its own, unless a person chose one: the program reads it from `TOWPATH_PORT`. */
export async function withPort({
  project,
  stack,
  engine,
  environment,
  settings,
  deployment,
}: BeforeRelease): Promise<Pick<BeforeRelease, "environment" | "settings">> {
  if (!("port" in settings) || portIsGiven(project, stack)) return { environment, settings };
  const { port: before } = stackOutputs(deployment);
  const port = await choosePort({
    namespace: settings.namespace,
    before: typeof before === "number" ? before : undefined,
    gateways: await listGateways(run),
    isFree: isLocal(engine.endpoint) ? isFree : () => Promise.resolve(true),
    reserve: reservePort,
  });
  return { environment: { ...environment, TOWPATH_PORT: String(port) }, settings: { ...settings, port } };
}
