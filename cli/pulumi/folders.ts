import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isOfWorkspace } from "../../components/settings/configuration.ts";
import type { Project } from "../project.ts";

/** The folders in which the command line keeps what belongs to a stack. */
export interface StackFolders {
  /** The folder of the state, unless `PULUMI_BACKEND_URL` names another. */
  readonly state: string;
  /** The folder of what the last operations printed. */
  readonly logs: string;
}

/**
 * The folders of a stack: by its namespace where every working copy has such a stack of its own, so that two branches in
 * one folder keep two states; the project's own for all others.
 */
export function foldersOf(
  project: Pick<Project, "privateFolder">,
  stack: string,
  namespace: string,
): StackFolders {
  const folder = isOfWorkspace(stack) ? namespaceFolder(project, namespace) : project.privateFolder;
  return { state: join(folder, "state"), logs: join(folder, "logs") };
}

/** The folder with everything that is kept of one namespace. */
export function namespaceFolder(project: Pick<Project, "privateFolder">, namespace: string): string {
  return join(project.privateFolder, "namespaces", namespace);
}

/** The folders of all states that this project keeps itself. */
export function stateFolders(project: Pick<Project, "privateFolder">): string[] {
  const namespaces = join(project.privateFolder, "namespaces");
  const own = existsSync(namespaces) ? readdirSync(namespaces).sort() : [];
  return [project.privateFolder, ...own.map((name) => join(namespaces, name))].map((folder) =>
    join(folder, "state"),
  );
}
