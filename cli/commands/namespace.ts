import { application as description } from "../../application.ts";
import { parseApplication } from "../../components/application/application.ts";
import { namesOf } from "../../components/naming/names.ts";
import { isOfWorkspace } from "../../components/settings/configuration.ts";
import { readWorkspace, type FoundWorkspace } from "../../components/workspace.ts";
import { placeOf } from "../place.ts";
import { readProject, type Project } from "../project.ts";
import { columns } from "../report/table.ts";
import { configuredNamespace, namespaceOf } from "../settings.ts";

/** What `towpath namespace` ends with. */
export interface NamespaceAnswer {
  readonly namespace: string;
  readonly stack: string;
  /** What it follows from. */
  readonly why: string;
  /** What should be known of that; undefined when nothing has to. */
  readonly warning?: string;
  /** Every name that is made from it, by what it is the name of. */
  readonly names: Readonly<Record<string, string>>;
}

/** The namespace of a stack, and every name made from it. Throws an InputError when there can be none. */
export function namespace(
  stack: string,
  project = readProject(),
  given: NodeJS.ProcessEnv = process.env,
): NamespaceAnswer {
  const found = namespaceOf(project, description.name, stack, given);
  return {
    namespace: found,
    stack,
    ...reasonOf(stack, project, given),
    names: allNames(found, stack, project),
  };
}

/** Prints it for people. */
export function namespaceInWords({ namespace, stack, why, warning, names }: NamespaceAnswer): string {
  const rows = Object.entries(names);
  const table = columns([["namespace", namespace], ["stack", stack], ["from", why], ...rows]);
  return warning === undefined ? table : `${table}\n\n${warning}`;
}

function reasonOf(
  stack: string,
  project: Project,
  given: NodeJS.ProcessEnv,
): Pick<NamespaceAnswer, "why" | "warning"> {
  if (configuredNamespace(project, stack) !== undefined) {
    return { why: `towpath:namespace in Pulumi.${stack}.yaml` };
  }
  if (!isOfWorkspace(stack)) return { why: "the names of the application and the stack" };
  const workspace = readWorkspace(project.root, given);
  const { warning } = workspace;
  return { why: workspaceInWords(workspace), ...(warning === undefined ? {} : { warning }) };
}

/** What tells a working copy, in words. */
export function workspaceInWords({ branch, workspaceId, path, source }: FoundWorkspace): string {
  const parts = [
    ...(source === "variables" ? [`BRANCH_NAME ${JSON.stringify(branch)}`] : []),
    ...(source === "git" ? [`git's branch ${JSON.stringify(branch)}`] : []),
    ...(workspaceId === undefined ? [] : [`WORKSPACE_ID ${JSON.stringify(workspaceId)}`]),
    ...(source === "variables" ? [] : [`the folder ${path}`]),
  ];
  return parts.join(", ");
}

function allNames(namespace: string, stack: string, project: Project): Record<string, string> {
  const { services, images, postgres, redis, buckets } = parseApplication(description);
  const names = namesOf(namespace);
  const storage = buckets.length === 0 ? {} : { "object storage": names.objectStorage };
  const parts = {
    ...(postgres && { postgres: names.postgres }),
    ...(redis && { redis: names.redis }),
    ...storage,
  };
  const of = (prefix: string, keys: readonly string[], name: (key: string) => string): [string, string][] =>
    keys.map((key) => [`${prefix} ${key}`, name(key)]);
  return {
    network: names.network,
    ...Object.fromEntries(Object.entries(parts).map(([part, name]) => [`container ${part}`, name])),
    "container gateway": names.gateway,
    ...Object.fromEntries(
      of("container", Object.keys(services), (service) => `${names.workload(service)}-<7 digits>`),
    ),
    ...Object.fromEntries(Object.entries(parts).map(([part, name]) => [`volume ${part}`, name])),
    "volume gateway": `${names.gateway}-sites`,
    ...(postgres && { database: names.database, role: names.database }),
    ...(postgres &&
      stack === "ci" && { "test databases": `${names.database}_gw0, ${names.database}_gw1, …` }),
    ...Object.fromEntries(of("bucket", buckets, names.bucket)),
    ...Object.fromEntries(of("image", Object.keys(images), names.image)),
    state: placeOf(project, stack, namespace).state,
  };
}
