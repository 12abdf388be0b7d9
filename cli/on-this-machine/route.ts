import type { Application } from "../../components/application/application.ts";
import { routesInOrder } from "../../components/application/routes.ts";
import { hostRunMark } from "../../components/gateway/served-site.ts";
import { renderSite } from "../../components/gateway/site.ts";
import { namesOf } from "../../components/naming/names.ts";
import { dockerMachine } from "../../steps/machine/docker-machine.ts";
import { readSite, writeSite } from "../../steps/route/site.ts";
import { docker, lines } from "../docker/containers.ts";
import type { Run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { serviceRuns, type ServiceRun } from "./service-runs.ts";

/** The gateway's file for the environment, with the services that run on this machine in place of their containers. */
export function siteWith(application: Application, namespace: string, runs: readonly ServiceRun[]): string {
  const routes = routesInOrder(application).map((route) => {
    const address = runs.find(({ service }) => service === route.service)?.address;
    return address === undefined ? route : { ...route, address };
  });
  const site = renderSite({ name: namespace, access: { route: "localhost" }, routes });
  const here = runs.filter(({ address }) => address !== undefined).map(({ service }) => service);
  return here.length === 0 ? site : `${hostRunMark}: ${here.sort().join(", ")}\n${site}`;
}

/** Makes the gateway send requests to what runs now: on this machine, else in the containers. */
export async function followServiceRuns(
  project: Pick<Project, "privateFolder">,
  application: Application,
  namespace: string,
  gateway: string,
): Promise<void> {
  const site = { gateway, name: namespace };
  const before = await readSite(dockerMachine, site);
  if (before === undefined) return;
  const text = siteWith(application, namespace, serviceRuns(project, namespace));
  await writeSite(dockerMachine, site, { text, release: before.release }, before);
}

/** The address of this machine in the network of a namespace. */
export async function gatewayAddress(run: Run, namespace: string): Promise<string> {
  const format = "{{range .IPAM.Config}}{{.Gateway}}\n{{end}}";
  const listed = lines(
    await docker(run, ["network", "inspect", "--format", format, namesOf(namespace).network]),
  );
  return listed[0] ?? "127.0.0.1";
}
