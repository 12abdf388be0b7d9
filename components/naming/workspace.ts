import { hashOf, longestNamespace, readableOf } from "./namespace.ts";

/** The working copy that an environment of one person or one run belongs to. */
export interface Workspace {
  /** The branch, as it is called: not yet a name for anything. Undefined when there is none. */
  readonly branch?: string;
  /** The value of `WORKSPACE_ID`: it keeps apart two checkouts of a branch that know nothing of each other. */
  readonly workspaceId?: string;
  /** The project's folder, links followed. */
  readonly path: string;
  /** The source of the branch: the variable `BRANCH_NAME`, or git; `path` when there is none. */
  readonly source: "variables" | "git" | "path";
}

/**
 * The namespace of a working copy's environment: `<application>-<stack>-<branch>-<8 digits>`.
 *
 * `feature/auth-v2` becomes `notes-local-feature-auth-v2-` and digits. The digits are a hash of everything that tells two
 * working copies apart, as it was before anything was made readable, and are never cut; what is readable is.
 */
export function workspaceNamespace(application: string, stack: string, workspace: Workspace): string {
  const readable = readableOf([application, stack, workspace.branch ?? ""].join("-"), longestNamespace - 9);
  return `${readable}-${hashOf(JSON.stringify([application, stack, ...identityOf(workspace)]))}`;
}

/**
 * Returns the facts that tell two working copies apart.
 *
 * A branch that `BRANCH_NAME` names is the same one in every folder: the steps of a run in CI may be in different
 * ones. A branch that git reports belongs to one folder only.
 */
function identityOf({ branch, workspaceId, path, source }: Workspace): (string | null)[] {
  return [branch ?? null, workspaceId ?? null, source === "variables" ? null : path];
}
