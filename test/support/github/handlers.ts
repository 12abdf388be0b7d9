import { artifactHandlers } from "./artifact-handlers.ts";
import { deploymentHandlers } from "./deployment-handlers.ts";
import { gitHandlers } from "./git-handlers.ts";
import { pullRequestHandlers } from "./pull-request-handlers.ts";
import { account } from "./pull-requests.ts";
import { repositoryHandlers } from "./repository-handlers.ts";
import type { Store, StoredEnvironment } from "./store.ts";

/** One request, as a handler sees it. */
export interface Asked {
  readonly store: Store;
  /** The values of the path's parameters after `/repos/{owner}/{repo}`. */
  readonly values: readonly string[];
  readonly body: Record<string, unknown>;
  /** The whole address that was asked, with the query. */
  readonly address: URL;
}

/** An answer: its status, and what it says beyond the least that GitHub's description asks for. */
export interface Answered {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (asked: Asked) => Answered;

const times = { created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z" };

/** The fields that GitHub adds to every environment in a list. */
const environmentExample = {
  node_id: "environment",
  url: "https://github.example/",
  html_url: "https://github.example/",
  ...times,
};

const notFound: Answered = { status: 404, body: { message: "Not Found" } };
const done: Answered = { status: 204 };

/** The answers, by method and the template of the path in GitHub's description. */
export const handlers: Readonly<Record<string, Handler>> = {
  "get /orgs/{org}": ({ store, values: [name] }) =>
    name === store.owner ? { status: 200, body: { login: name, id: 1, ...planOf(store) } } : notFound,
  // An app's token has no user.
  "get /user": ({ store: { actor } }) =>
    actor.endsWith("[bot]")
      ? { status: 403, body: { message: "Resource not accessible by integration" } }
      : { status: 200, body: account(actor) },
  "get /users/{username}": ({ store, values: [login = ""] }) => {
    const id = store.users.get(login);
    return id === undefined ? notFound : { status: 200, body: { login, id } };
  },
  "get /orgs/{org}/teams/{team_slug}": ({ store, values: [, slug = ""] }) => {
    const id = store.teams.get(slug);
    return id === undefined ? notFound : { status: 200, body: { slug, name: slug, id } };
  },
  "get /users/{username}/gpg_keys": () => ({ status: 200, body: [] }),
  "get /users/{username}/keys": () => ({ status: 200, body: [] }),
  "get /orgs/{org}/teams/{team_slug}/members": () => ({ status: 200, body: [] }),
  "get /orgs/{org}/teams/{team_slug}/repos": () => ({ status: 200, body: [] }),
  "get /repos/{owner}/{repo}": ({ store }) => ({ status: 200, body: repositoryOf(store) }),
  "patch /repos/{owner}/{repo}": ({ store, body }) => {
    store.security = { ...store.security, ...(body.security_and_analysis as Store["security"]) };
    return { status: 200, body: repositoryOf(store) };
  },
  ...repositoryHandlers,
  ...pullRequestHandlers,
  ...deploymentHandlers,
  ...artifactHandlers,
  ...gitHandlers,

  "get /repos/{owner}/{repo}/environments": ({ store }) => ({
    status: 200,
    body: {
      total_count: store.environments.size,
      environments: [...store.environments.values()].map((one) => ({
        ...environmentExample,
        ...environmentOf(store, one),
      })),
    },
  }),
  "get /repos/{owner}/{repo}/environments/{environment_name}": inEnvironment(({ store }, environment) => ({
    status: 200,
    body: environmentOf(store, environment),
  })),
  "put /repos/{owner}/{repo}/environments/{environment_name}": putEnvironment,
  "delete /repos/{owner}/{repo}/environments/{environment_name}": inEnvironment(({ store }, { name }) => {
    store.environments.delete(name.toLowerCase());
    return done;
  }),

  "get /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies": inEnvironment(
    (_, { branchPolicies }) => ({
      status: 200,
      body: { total_count: branchPolicies.length, branch_policies: branchPolicies },
    }),
  ),
  "post /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies": inEnvironment(
    ({ store, body }, environment) => {
      if (environment.policy?.custom_branch_policies !== true) return notFound;
      const policy = {
        id: store.nextId(),
        name: String(body.name),
        type: body.type === "tag" ? ("tag" as const) : ("branch" as const),
      };
      environment.branchPolicies.push(policy);
      return { status: 200, body: policy };
    },
  ),
  "get /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies/{branch_policy_id}":
    inEnvironment(({ values }, { branchPolicies }) => {
      const policy = branchPolicies.find(({ id }) => id === Number(values[1]));
      return policy === undefined ? notFound : { status: 200, body: policy };
    }),
  "delete /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies/{branch_policy_id}":
    inEnvironment(({ values }, environment) => {
      environment.branchPolicies = environment.branchPolicies.filter(({ id }) => id !== Number(values[1]));
      return done;
    }),

  "get /repos/{owner}/{repo}/environments/{environment_name}/secrets/public-key": inEnvironment(
    ({ store }) => ({ status: 200, body: { key_id: store.keyId, key: store.publicKey } }),
  ),
  "get /repos/{owner}/{repo}/environments/{environment_name}/secrets": inEnvironment((_, { secrets }) => ({
    status: 200,
    body: {
      total_count: secrets.size,
      secrets: [...secrets].map(([name, { created_at, updated_at }]) => ({ name, created_at, updated_at })),
    },
  })),
  "get /repos/{owner}/{repo}/environments/{environment_name}/secrets/{secret_name}": inEnvironment(
    ({ values: [, name = ""] }, { secrets }) => {
      const secret = secrets.get(name.toUpperCase());
      if (secret === undefined) return notFound;
      const { created_at, updated_at } = secret;
      return { status: 200, body: { name, created_at, updated_at } };
    },
  ),
  "put /repos/{owner}/{repo}/environments/{environment_name}/secrets/{secret_name}": inEnvironment(
    ({ store, values: [, name = ""], body }, { secrets }) => {
      if (body.key_id !== store.keyId)
        return { status: 422, body: { message: "Bad request - key_id is not valid" } };
      const before = secrets.get(name.toUpperCase());
      const now = store.now();
      const value = store.open(String(body.encrypted_value));
      secrets.set(name.toUpperCase(), { value, created_at: before?.created_at ?? now, updated_at: now });
      return before === undefined ? { status: 201, body: {} } : done;
    },
  ),
  "delete /repos/{owner}/{repo}/environments/{environment_name}/secrets/{secret_name}": inEnvironment(
    ({ values: [, name = ""] }, { secrets }) => (secrets.delete(name.toUpperCase()) ? done : notFound),
  ),

  "get /repos/{owner}/{repo}/environments/{environment_name}/variables": inEnvironment(
    (_, { variables }) => ({
      status: 200,
      body: {
        total_count: variables.size,
        variables: [...variables].map(([name, value]) => ({ name, value, ...times })),
      },
    }),
  ),
  "post /repos/{owner}/{repo}/environments/{environment_name}/variables": inEnvironment(
    ({ body }, { variables }) => {
      const name = String(body.name).toUpperCase();
      if (variables.has(name)) return { status: 409, body: { message: "Already exists" } };
      variables.set(name, String(body.value));
      return { status: 201, body: {} };
    },
  ),
  "get /repos/{owner}/{repo}/environments/{environment_name}/variables/{name}": inEnvironment(
    ({ values: [, name = ""] }, { variables }) => {
      const value = variables.get(name.toUpperCase());
      return value === undefined ? notFound : { status: 200, body: { name: name.toUpperCase(), value } };
    },
  ),
  "patch /repos/{owner}/{repo}/environments/{environment_name}/variables/{name}": inEnvironment(
    ({ values: [, name = ""], body }, { variables }) => {
      if (!variables.has(name.toUpperCase())) return notFound;
      variables.set(name.toUpperCase(), String(body.value));
      return done;
    },
  ),
  "delete /repos/{owner}/{repo}/environments/{environment_name}/variables/{name}": inEnvironment(
    ({ values: [, name = ""] }, { variables }) => (variables.delete(name.toUpperCase()) ? done : notFound),
  ),

  "get /repos/{owner}/{repo}/rulesets": ({ store }) => ({
    status: 200,
    body: [...store.rulesets.values()].map((ruleset) => ({
      ...ruleset,
      source: `${store.owner}/${store.repository}`,
    })),
  }),
  "post /repos/{owner}/{repo}/rulesets": ({ store, body }) => {
    const ruleset = { ...body, id: store.nextId() };
    store.rulesets.set(ruleset.id, ruleset);
    return { status: 201, body: ruleset };
  },
  "get /repos/{owner}/{repo}/rulesets/{ruleset_id}": ({ store, values: [id] }) => {
    const ruleset = store.rulesets.get(Number(id));
    return ruleset === undefined ? notFound : { status: 200, body: ruleset };
  },
  "put /repos/{owner}/{repo}/rulesets/{ruleset_id}": ({ store, values: [id], body }) => {
    if (!store.rulesets.has(Number(id))) return notFound;
    const ruleset = { ...body, id: Number(id) };
    store.rulesets.set(ruleset.id, ruleset);
    return { status: 200, body: ruleset };
  },
  "delete /repos/{owner}/{repo}/rulesets/{ruleset_id}": ({ store, values: [id] }) =>
    store.rulesets.delete(Number(id)) ? done : notFound,
};

function inEnvironment(handle: (asked: Asked, environment: StoredEnvironment) => Answered): Handler {
  return (asked) => {
    const environment = asked.store.environment(asked.values[0] ?? "");
    return environment === undefined ? notFound : handle(asked, environment);
  };
}

function putEnvironment({ store, values: [name = ""], body }: Asked): Answered {
  const wanted = (body.reviewers ?? []) as StoredEnvironment["reviewers"];
  const known = [...store.users.values(), ...store.teams.values()];
  const unknown = wanted.find(({ id }) => !known.includes(id));
  if (wanted.length > 6) return invalid("reviewers: too many, 6 at most");
  if (unknown !== undefined) return invalid(`Could not resolve to a node with the id ${unknown.id}`);
  // Creating one of the same name overwrites it.
  const before = store.environment(name);
  const environment: StoredEnvironment = {
    id: before?.id ?? store.nextId(),
    name: before?.name ?? name,
    waitTimer: Number(body.wait_timer ?? 0),
    preventSelfReview: body.prevent_self_review === true,
    canAdminsBypass: body.can_admins_bypass !== false,
    reviewers: wanted,
    policy: (body.deployment_branch_policy ?? null) as StoredEnvironment["policy"],
    branchPolicies: before?.branchPolicies ?? [],
    secrets: before?.secrets ?? new Map<string, never>(),
    variables: before?.variables ?? new Map<string, never>(),
  };
  store.environments.set(name.toLowerCase(), environment);
  return { status: 200, body: environmentOf(store, environment) };
}

function invalid(message: string): Answered {
  return { status: 422, body: { message: "Validation Failed", errors: [message] } };
}

function repositoryOf(store: Store): object {
  const { owner, repository, repositoryId } = store;
  return {
    ...{ id: repositoryId, name: repository, full_name: `${owner}/${repository}`, default_branch: "main" },
    private: store.isPrivate,
    permissions: { admin: store.isAdmin, pull: true, push: true },
    security_and_analysis: store.security,
  };
}

function planOf({ plan }: Store): object {
  return plan === undefined ? {} : { plan: { name: plan, space: 1, private_repos: 1 } };
}

function environmentOf(store: Store, environment: StoredEnvironment): object {
  const { id, name, waitTimer, preventSelfReview, canAdminsBypass, reviewers, policy } = environment;
  const nameOf = (names: ReadonlyMap<string, number>, wanted: number): string =>
    [...names].find(([, one]) => one === wanted)?.[0] ?? "";
  const rule = (type: string): object => ({ id: id * 10, node_id: "rule", type });
  return {
    id,
    name,
    can_admins_bypass: canAdminsBypass,
    deployment_branch_policy: policy,
    protection_rules: [
      ...(waitTimer === 0 ? [] : [{ ...rule("wait_timer"), wait_timer: waitTimer }]),
      ...(reviewers.length === 0
        ? []
        : [
            {
              ...rule("required_reviewers"),
              prevent_self_review: preventSelfReview,
              reviewers: reviewers.map(({ type, id: reviewer }) => ({
                type,
                reviewer:
                  type === "User"
                    ? { id: reviewer, login: nameOf(store.users, reviewer) }
                    : { id: reviewer, slug: nameOf(store.teams, reviewer) },
              })),
            },
          ]),
      ...(policy === null ? [] : [rule("branch_policy")]),
    ],
  };
}
