import type { Application } from "../../components/application/application.ts";
import { builtImages } from "../../components/application/images.ts";
import { parseApplication } from "../../components/application/parse.ts";
import { checkDatabase, checkNames, isDeveloped } from "../../components/ci/plan.ts";
import { defined } from "../../components/input/defined.ts";
import { environmentOf } from "../../components/naming/namespace.ts";
import type { Names } from "../../components/naming/names.ts";
import { namesIn } from "../../components/settings/database-name.ts";
import { readWorkspace, type FoundWorkspace } from "../../components/naming/read-workspace.ts";
import { isOfWorkspace } from "../../components/settings/configuration.ts";
import type { Project } from "../project.ts";
import { foldersOf } from "../pulumi/folders.ts";
import { configuredNamespace, namespaceOf } from "../stack/settings.ts";
import { columns } from "../terminal/table.ts";

/** The result of `towpath namespace`. */
export interface NamespaceAnswer {
  readonly namespace: string;
  readonly stack: string;
  /** The facts that it follows from. */
  readonly why: string;
  /** A warning about those; undefined when there is nothing to know. */
  readonly warning?: string;
  /** Every name that is made from it, by what it is the name of. */
  readonly names: Readonly<Record<string, string>>;
}

/** The namespace of a stack, and every name made from it. Throws an InputError when there can be none. */
export function namespace(
  stack: string,
  project: Project,
  given: NodeJS.ProcessEnv = process.env,
): NamespaceAnswer {
  const found = namespaceOf(project, stack, given);
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
  return { why: workspaceInWords(workspace), ...defined({ warning }) };
}

/** The facts that tell a working copy from others, in words. */
export function workspaceInWords({ branch, workspaceId, path, source }: FoundWorkspace): string {
  const parts = [
    ...(source === "variables" ? [`BRANCH_NAME ${JSON.stringify(branch)}`] : []),
    ...(source === "git" ? [`git's branch ${JSON.stringify(branch)}`] : []),
    ...(workspaceId === undefined ? [] : [`WORKSPACE_ID ${JSON.stringify(workspaceId)}`]),
    ...(source === "variables" ? [] : [`the folder ${path}`]),
  ];
  return parts.join(", ");
}

/** A name, by what it is the name of. */
type Row = readonly [string, string];

function allNames(namespace: string, stack: string, project: Project): Record<string, string> {
  const application = parseApplication(project.application);
  const environment = environmentOf(stack) ?? "local";
  const names = namesIn(application, { environment, namespace, previewName: stack });
  const parts = partsOf(application, names);
  return Object.fromEntries<string>([
    ["network", names.network],
    ...parts.map(([part, name]): Row => [`container ${part}`, name]),
    ...(stack === "ci" ? [] : releasedNames(application, names)),
    ...databases(application, names, stack),
    ...application.buckets.map((bucket): Row => [`bucket ${bucket}`, names.bucket(bucket)]),
    ...imageNames(application, names, stack),
    ["state", foldersOf(project, stack, namespace).state],
  ]);
}

/** The backing services, whose volumes are called as their containers. */
function partsOf({ postgres, redis, buckets }: Application, names: Names): Row[] {
  return [
    ...(postgres === undefined ? [] : [["postgres", names.postgres] as const]),
    ...(redis === undefined ? [] : [["redis", names.redis] as const]),
    ...(buckets.length === 0 ? [] : [["object storage", names.objectStorage] as const]),
  ];
}

/** The names that `ci` does without: it has no route and keeps no data. */
function releasedNames(application: Application, names: Names): Row[] {
  return [
    ["container gateway", names.gateway],
    ...Object.keys(application.services).map((service): Row => [
      `container ${service}`,
      `${names.workload(service)}-<7 digits>`,
    ]),
    ...partsOf(application, names).map(([part, name]): Row => [`volume ${part}`, name]),
    ...application.volumes.map((volume): Row => [`volume ${volume}`, names.sharedVolume(volume)]),
    ["volume gateway", `${names.gateway}-sites`],
  ];
}

function databases(application: Application, { database }: Names, stack: string): Row[] {
  if (application.postgres === undefined) return [];
  // Whatever is no check is the rehearsal of the migrations, which has one too.
  const owners = checkNames(application).filter(
    (name) => application.checks[name]?.needs.includes("postgres") ?? true,
  );
  const ofRuns = owners.map((owner): Row => {
    const name = checkDatabase(database, owner);
    return [`database ${owner}`, `${name}, ${name}_gw0, ${name}_gw1, …`];
  });
  return [["database", database], ["role", database], ...(stack === "ci" ? ofRuns : [])];
}

function imageNames(application: Application, names: Names, stack: string): Row[] {
  const named = stack === "ci" ? application.images : builtImages(application.images);
  return Object.keys(named).flatMap((image): Row[] => [
    [`image ${image}`, names.image(image)],
    ...(stack === "ci" && isDeveloped(application, image)
      ? [[`image ${image}-dev`, names.image(`${image}-dev`)] as const]
      : []),
  ]);
}
