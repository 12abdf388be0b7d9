import type { Application } from "../../components/application/application.ts";
import { secretsFolder } from "../../components/application/connections.ts";
import { referencesIn, targetOf } from "../../components/application/references.ts";
import { isOneOff } from "../docker/containers.ts";
import { readSecrets } from "../on-this-machine/container.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";
import type { StackContainer, StackContainers } from "../stack/stack-containers.ts";

/**
 * The secret values that an environment's containers on hosts have been given, from the containers themselves: what one prints may
 * be another's. Old copies have those of their time.
 *
 * @throws Problem when a container cannot be asked: what it prints could then not be shown without them
 */
export async function secretValuesOf(
  { namespace, containers }: StackContainers,
  application: Application,
  run: Run,
): Promise<string[]> {
  // Copies of one release have the same.
  const different = new Map(
    containers
      .filter((one) => !isOneOff(one))
      .map((one) => [[one.host, one.part, one.release].join(" "), one] as const),
  );
  const found = await Promise.allSettled(
    [...different.values()].map((one) =>
      valuesOf(one, namespace, secretVariables(application, one.part), run),
    ),
  );
  // The first in order, whichever was the first in time.
  return found.flatMap((one) => {
    if (one.status === "rejected") throw one.reason as Error;
    return one.value;
  });
}

/** The variables of a service that hold a secret, or a part of one. */
export function secretVariables({ services }: Pick<Application, "services">, service: string): string[] {
  return Object.entries(services[service]?.environment ?? {}).flatMap(([name, value]) =>
    referencesIn(value).some((reference) => Object.hasOwn(targetOf(reference) ?? {}, "secret")) ? [name] : [],
  );
}

async function valuesOf(
  { id, name, client }: StackContainer,
  namespace: string,
  variables: readonly string[],
  run: Run,
): Promise<string[]> {
  const asked = ["container", "inspect", "--format", "{{json .Config.Env}}", id];
  const { code, stdout } = await run("docker", asked, { environment: client });
  // It was replaced meanwhile, and nothing of it is read either.
  if (code !== 0) return [];
  const environment = (JSON.parse(stdout) as string[] | null) ?? [];
  const own = environment.flatMap((line) => {
    const [variable = "", ...value] = line.split("=");
    return variables.includes(variable) ? [value.join("=")] : [];
  });
  const secrets = Object.values(await readSecrets(id, client));
  const hasSecrets = environment.some((line) => line.includes(`=${secretsFolder}/`));
  if (hasSecrets && secrets.length === 0) throw new Problem(unreadable(namespace, name));
  return [...secrets, ...own];
}

/** Says that secrets could not be blanked out. */
function unreadable(namespace: string, container: string): string {
  return `logs: the secrets of ${container} have to be known, to be blanked out of what ${namespace} printed, got none; run the command again`;
}
