import type { Application } from "../../components/application/application.ts";
import { publishedServices, routesInOrder } from "../../components/application/routes.ts";
import type { PublishedPorts } from "../../components/environment/local-run.ts";
import { hostRunMark } from "../../components/gateway/served-site.ts";
import { renderSite } from "../../components/gateway/site.ts";
import { defined } from "../../components/input/defined.ts";
import { namesOf } from "../../components/naming/names.ts";
import { dockerMachine } from "../../steps/machine/docker-machine.ts";
import { readSite, writeSite } from "../../steps/route/site.ts";
import { docker, lines } from "../docker/containers.ts";
import type { Run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { serviceRuns, type ServiceRun } from "./service-runs.ts";

/** An environment whose gateway is told where its services run. */
export interface RoutedEnvironment {
  readonly application: Application;
  readonly namespace: string;
  /** The gateway's container. */
  readonly gateway: string;
  /** The ports of this machine that lead to services and backing services. */
  readonly ports: PublishedPorts;
}

/** The gateway's file for the environment, with the services that run on this machine in place of their containers. */
export function siteWith(
  { application, namespace, ports }: Omit<RoutedEnvironment, "gateway">,
  runs: readonly ServiceRun[],
): string {
  const here = <Of extends { service: string }>(route: Of): Of & { address?: string } => ({
    ...route,
    ...defined({ address: runs.find(({ service }) => service === route.service)?.address }),
  });
  const published = Object.fromEntries(Object.entries(ports).map(([name, { port }]) => [name, port]));
  const site = renderSite({
    name: namespace,
    access: { route: "localhost" },
    routes: routesInOrder(application).map(here),
    servicePorts: publishedServices(application, published).map(here),
  });
  const onMachine = runs.filter(({ address }) => address !== undefined).map(({ service }) => service);
  return onMachine.length === 0 ? site : `${hostRunMark}: ${onMachine.sort().join(", ")}\n${site}`;
}

/** Makes the gateway send requests to what runs now: on this machine, else in the containers. */
export async function followServiceRuns(
  project: Pick<Project, "privateFolder">,
  environment: RoutedEnvironment,
): Promise<void> {
  const { gateway, namespace } = environment;
  const site = { gateway, name: namespace };
  const before = await readSite(dockerMachine, site);
  if (before === undefined) return;
  const text = siteWith(environment, serviceRuns(project, namespace));
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
