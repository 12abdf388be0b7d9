import type { ResourceStep } from "./events.ts";
import { parseUrn } from "./urn.ts";

/** The words for the engine's steps, by the component that they belong to or by their own type. */
const deeds: readonly { readonly token: string; readonly create?: string; readonly delete?: string }[] = [
  { token: "towpath:release:HealthGate", create: "waiting for % to be healthy" },
  { token: "towpath:release:Migration", create: "migrating the database" },
  { token: "towpath:migration:Seed", create: "filling the database" },
  { token: "towpath:release:JobsDue" },
  { token: "towpath:release:Job", create: "running %" },
  { token: "towpath:ci:Check", create: "checking %" },
  { token: "towpath:ci:MigrationRehearsal", create: "rehearsing the migrations" },
  {
    token: "towpath:data:ClonedPostgres",
    create: "cloning the template",
    delete: "dropping the database",
  },
  { token: "towpath:data:ReusedPostgres", create: "making the databases" },
  { token: "towpath:data:ReusedObjectStorage", create: "making the buckets" },
  {
    token: "towpath:release:Route",
    create: "asking the new copies, switching the route and watching it",
    delete: "removing the route",
  },
  { token: "docker:index/image:Image", create: "building image %", delete: "forgetting image %" },
  { token: "docker:index/remoteImage:RemoteImage", create: "pulling image %", delete: "removing image %" },
  { token: "docker:index/container:Container", create: "starting %", delete: "stopping %" },
  { token: "docker:index/network:Network", create: "making the network", delete: "removing the network" },
  {
    token: "docker:index/volume:Volume",
    create: "making the volume of %",
    delete: "removing the volume of %",
  },
  { token: "towpath:data:ObjectStorage", create: "making the buckets" },
  { token: "random:", create: "making secrets", delete: "forgetting secrets" },
];

/** Endings that components add to a resource's name, and that say nothing to people. */
const endings = /-(gate|poll|container|build|tag|latest|release|volume|run|switch|buckets|sites|image)$/;

/** The part of the environment that a resource's name stands for: `notes-local-api-gate-poll` is `api`. */
export function partOf(name: string, environment: string): string {
  let part = name.replace(new RegExp(`^${environment}-(release-)?`), "");
  while (endings.test(part)) part = part.replace(endings, "");
  return part;
}

/**
 * Puts a step of the engine into words for people; undefined for what takes no time and nobody waits for.
 *
 * @param environment the name of the environment's component, with which all names below it begin
 */
export function stepInWords(
  step: Pick<ResourceStep, "op" | "urn" | "type">,
  environment: string,
): string | undefined {
  const urn = parseUrn(step.urn);
  if (urn === undefined || step.type.startsWith("towpath:") || step.type.startsWith("pulumi:"))
    return undefined;
  const part = partOf(urn.name, environment);
  const deed = deeds.find(({ token }) => step.type.startsWith(token) || urn.types.includes(token));
  const say = (text: string): string => text.replace("%", part);
  switch (step.op) {
    case "create":
    case "create-replacement":
    case "update":
      if (deed === undefined) return `making ${urn.name}`;
      return deed.create === undefined ? undefined : say(deed.create);
    case "delete":
    case "delete-replaced":
      if (step.type === "docker:index/container:Container" && step.op === "delete-replaced") {
        return `draining the old copy of ${part}`;
      }
      return deed === undefined
        ? `removing ${urn.name}`
        : deed.delete === undefined
          ? undefined
          : say(deed.delete);
    default:
      return undefined;
  }
}
