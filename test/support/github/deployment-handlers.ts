import { defined } from "../../../components/input/defined.ts";
import type { Answered, Asked, Handler } from "./handlers.ts";
import { paged } from "./pull-request-handlers.ts";
import { account } from "./pull-requests.ts";
import type { Store, StoredDeployment } from "./store.ts";

const notFound: Answered = { status: 404, body: { message: "Not Found" } };
const done: Answered = { status: 204 };

/** The answers about deployments, the statuses of deployments and commits, and what collaborators may do. */
export const deploymentHandlers: Readonly<Record<string, Handler>> = {
  "get /repos/{owner}/{repo}/deployments": (asked) => {
    const { store, address } = asked;
    const { environment, sha, ref, task } = Object.fromEntries(address.searchParams);
    const found = [...store.deployments.values()]
      .filter((one) => environment === undefined || one.environment === environment)
      .filter((one) => sha === undefined || one.sha === sha)
      .filter((one) => ref === undefined || one.ref === ref)
      .filter((one) => task === undefined || one.task === task)
      .reverse();
    return paged(
      found.map((one) => deploymentOf(store, one)),
      asked,
    );
  },
  "post /repos/{owner}/{repo}/deployments": ({ store, body }) => {
    const ref = String(body.ref);
    const environment = typeof body.environment === "string" ? body.environment : "production";
    const contexts = body.required_contexts as string[] | undefined;
    // GitHub merges the default branch and asks for every check unless it is told not to.
    if (body.auto_merge !== false) return { status: 202, body: { message: "Auto-merged main into it" } };
    if (contexts === undefined)
      return { status: 409, body: { message: "Conflict: Commit status checks failed" } };
    const id = store.nextId();
    const deployment: StoredDeployment = {
      ...{ id, ref, environment, sha: ref, task: "deploy", creator: store.actor },
      isTransient: body.transient_environment === true,
      isProduction: body.production_environment === true || environment === "production",
      createdAt: store.now(),
      statuses: [],
    };
    store.deployments.set(id, deployment);
    // A deployment makes its environment, unprotected.
    if (store.environment(environment) === undefined) store.addEnvironment(environment);
    return { status: 201, body: deploymentOf(store, deployment) };
  },
  "get /repos/{owner}/{repo}/deployments/{deployment_id}": inDeployment(({ store }, deployment) => ({
    status: 200,
    body: deploymentOf(store, deployment),
  })),
  "delete /repos/{owner}/{repo}/deployments/{deployment_id}": inDeployment(({ store }, deployment) => {
    const isActive = deployment.statuses.at(-1)?.state !== "inactive";
    if (isActive && store.deployments.size > 1) {
      const message =
        "We cannot delete an active deployment unless it is the only deployment in a given repository.";
      return { status: 422, body: { message } };
    }
    store.deployments.delete(deployment.id);
    return done;
  }),
  "get /repos/{owner}/{repo}/deployments/{deployment_id}/statuses": inDeployment((asked, deployment) =>
    paged(
      [...deployment.statuses].reverse().map((one) => ({ ...one, creator: account(deployment.creator) })),
      asked,
    ),
  ),
  "post /repos/{owner}/{repo}/deployments/{deployment_id}/statuses": inDeployment(
    ({ store, body }, deployment) => {
      const at = store.now();
      const state = String(body.state);
      const status = {
        ...{ id: store.nextId(), state, description: textOf(body.description) ?? "" },
        ...defined({ environment_url: textOf(body.environment_url), log_url: textOf(body.log_url) }),
        ...{ created_at: at, updated_at: at },
      };
      deployment.statuses.push(status);
      if (state === "success" && body.auto_inactive !== false) retire(store, deployment);
      return { status: 201, body: { ...status, creator: account(deployment.creator) } };
    },
  ),

  "post /repos/{owner}/{repo}/statuses/{sha}": ({ store, values: [sha = ""], body }) => {
    const at = store.now();
    const status = {
      ...{ id: store.nextId(), state: String(body.state), context: textOf(body.context) ?? "default" },
      ...{ description: (body.description ?? null) as string | null },
      ...{ target_url: (body.target_url ?? null) as string | null, created_at: at, updated_at: at },
    };
    store.commitStatuses.set(sha, [status, ...(store.commitStatuses.get(sha) ?? [])]);
    return { status: 201, body: { ...status, creator: account(store.actor) } };
  },
  "get /repos/{owner}/{repo}/commits/{ref}/statuses": (asked) => {
    const { store, values } = asked;
    const found = store.commitStatuses.get(values[0] ?? "") ?? [];
    return paged(
      found.map((one) => ({ ...one, creator: account(store.actor) })),
      asked,
    );
  },

  "get /repos/{owner}/{repo}/collaborators/{username}/permission": ({ store, values: [login = ""] }) => {
    const permission = store.permissions.get(login) ?? (store.users.has(login) ? "write" : "read");
    // The old word for a role; GitHub has no triage and no maintain there.
    const old = { maintain: "write", triage: "read" }[permission as string] ?? permission;
    return { status: 200, body: { permission: old, role_name: permission, user: null } };
  },
};

function inDeployment(handle: (asked: Asked, deployment: StoredDeployment) => Answered): Handler {
  return (asked) => {
    const deployment = asked.store.deployments.get(Number(asked.values[0]));
    return deployment === undefined ? notFound : handle(asked, deployment);
  };
}

/** Makes earlier deployments of an environment inactive, as GitHub does after a success: but for transient ones and production's. */
function retire(store: Store, { id, environment }: StoredDeployment): void {
  const at = store.now();
  for (const other of store.deployments.values()) {
    if (other.id >= id || other.environment !== environment || other.isTransient || other.isProduction)
      continue;
    other.statuses.push({
      ...{ id: store.nextId(), state: "inactive", description: "", created_at: at, updated_at: at },
    });
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function deploymentOf(
  { owner, repository }: Store,
  { id, ref, sha, task, environment, creator, isTransient, isProduction, createdAt }: StoredDeployment,
): object {
  const address = `https://github.example/${owner}/${repository}/deployments/${id}`;
  return {
    ...{ id, ref, sha, task, environment, original_environment: environment, description: null },
    ...{ payload: {}, creator: account(creator), statuses_url: `${address}/statuses`, url: address },
    ...{ transient_environment: isTransient, production_environment: isProduction },
    ...{ created_at: createdAt, updated_at: createdAt },
  };
}
