import { askActivator } from "../../components/activator/ask.ts";
import type { ActivatorAnswers } from "../../components/activator/question.ts";
import { dockerView } from "../../components/host/docker-view.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { docker, lines } from "../docker/containers.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { onHost } from "../stack/killed-release.ts";

/** Asks the activator of a host. */
export type Ask = <Operation extends keyof ActivatorAnswers>(
  operation: Operation,
  about?: { readonly namespace: string },
) => Promise<ActivatorAnswers[Operation]>;

/** The activator of a host, for questions; undefined where the host has none that runs. */
export async function activatorOn(
  connection: HostConnection,
  { application }: Pick<Project, "application">,
): Promise<Ask | undefined> {
  const labels = ["towpath.part=activator", `towpath.project=${application.name}`];
  const filters = labels.flatMap((label) => ["--filter", `label=${label}`]);
  const found = await docker(onHost(connection, run), ["ps", ...filters, "--format", "{{.Names}}"]);
  const [activator] = lines(found);
  if (activator === undefined) return undefined;
  return (operation, about) => askActivator(dockerView(connection), activator, operation, about);
}
