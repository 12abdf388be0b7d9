import { Problem } from "../problem.ts";

/** What a workflow's event says; what it says of a pull request's state is not believed, for it may be late. */
export type Event =
  | {
      readonly kind: "pull request";
      readonly number: number;
      /** `opened`, `synchronize`, `labeled` and so on, in GitHub's words. */
      readonly action: string;
      /** The commit at the end of its branch when it happened. */
      readonly commit: string;
      /** The login of who did it. */
      readonly by: string;
      /** The label that was put on or taken off. */
      readonly label?: string;
      /** True when the branch that it would be merged into was changed. */
      readonly changesBase: boolean;
    }
  | { readonly kind: "comment"; readonly number: number; readonly by: string; readonly text: string }
  /** The images of a fork's commit were built, by a workflow that has no secrets. */
  | { readonly kind: "build"; readonly commit: string; readonly owner: string; readonly branch: string }
  | { readonly kind: "branch deleted"; readonly branch: string }
  | { readonly kind: "none"; readonly name: string };

/** The parts of GitHub's payloads that are read. */
interface Payload {
  readonly action?: string;
  readonly number?: number;
  readonly ref?: string;
  readonly ref_type?: string;
  readonly sender?: { readonly login?: string };
  readonly label?: { readonly name?: string };
  readonly changes?: { readonly base?: object };
  readonly pull_request?: { readonly number?: number; readonly head?: { readonly sha?: string } };
  readonly issue?: { readonly number?: number; readonly pull_request?: object };
  readonly comment?: { readonly body?: string; readonly user?: { readonly login?: string } };
  readonly workflow_run?: {
    readonly conclusion?: string;
    readonly head_sha?: string;
    readonly head_branch?: string;
    readonly head_repository?: { readonly owner?: { readonly login?: string } };
  };
}

/**
 * Reads the event of a workflow: its name and its payload, as GitHub's runner has them in GITHUB_EVENT_NAME and the file
 * GITHUB_EVENT_PATH.
 *
 * @throws Problem when it is no JSON
 */
export function readEvent(name: string, text: string): Event {
  const payload = parse(text);
  switch (name) {
    case "pull_request":
    case "pull_request_target":
      return pullRequestEvent(payload) ?? { kind: "none", name };
    case "issue_comment":
      return commentEvent(payload) ?? { kind: "none", name };
    case "workflow_run":
      return buildEvent(payload) ?? { kind: "none", name };
    case "delete":
      return payload.ref_type === "branch" && payload.ref !== undefined
        ? { kind: "branch deleted", branch: payload.ref }
        : { kind: "none", name };
    default:
      return { kind: "none", name };
  }
}

function pullRequestEvent({ action = "", pull_request, sender, label, changes }: Payload): Event | undefined {
  const number = pull_request?.number;
  if (number === undefined) return undefined;
  return {
    ...{ kind: "pull request", number, action },
    ...{ commit: pull_request?.head?.sha ?? "", by: sender?.login ?? "" },
    ...(label?.name !== undefined && { label: label.name }),
    changesBase: changes?.base !== undefined,
  };
}

function commentEvent({ action, issue, comment }: Payload): Event | undefined {
  const number = issue?.number;
  if (action !== "created" || number === undefined || issue?.pull_request === undefined) return undefined;
  return { kind: "comment", number, by: comment?.user?.login ?? "", text: comment?.body ?? "" };
}

function buildEvent({ workflow_run: build }: Payload): Event | undefined {
  const { conclusion, head_sha: commit, head_branch: branch, head_repository: repository } = build ?? {};
  const owner = repository?.owner?.login;
  if (conclusion !== "success" || commit === undefined || branch === undefined || owner === undefined)
    return undefined;
  return { kind: "build", commit, owner, branch };
}

function parse(text: string): Payload {
  try {
    return JSON.parse(text) as Payload;
  } catch (error) {
    const reason = (error as Error).message.split("\n", 1)[0] ?? "";
    throw new Problem(
      `GITHUB_EVENT_PATH: expected the JSON of a workflow's event, got ${JSON.stringify(reason)}; give the file that GitHub's runner wrote`,
    );
  }
}
