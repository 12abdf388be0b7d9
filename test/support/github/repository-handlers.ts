import type { Answered, Handler } from "./handlers.ts";
import type { StoredLabel } from "./store.ts";

const notFound: Answered = { status: 404, body: { message: "Not Found" } };
const done: Answered = { status: 204 };
const times = { created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z" };

/** The answers about a repository itself: labels, variables, alerts. */
export const repositoryHandlers: Readonly<Record<string, Handler>> = {
  "get /repos/{owner}/{repo}/labels": ({ store }) => ({
    status: 200,
    body: [...store.labels.values()].map(labelOf),
  }),
  "post /repos/{owner}/{repo}/labels": ({ store, body }) => {
    const label = storedLabel(body);
    store.labels.set(label.name.toLowerCase(), label);
    return { status: 201, body: labelOf(label) };
  },
  "get /repos/{owner}/{repo}/labels/{name}": ({ store, values: [name = ""] }) => {
    const label = store.labels.get(name.toLowerCase());
    return label === undefined ? notFound : { status: 200, body: labelOf(label) };
  },
  "patch /repos/{owner}/{repo}/labels/{name}": ({ store, values: [name = ""], body }) => {
    const before = store.labels.get(name.toLowerCase());
    if (before === undefined) return notFound;
    const label = storedLabel({ ...before, ...body, name: body.new_name ?? body.name ?? before.name });
    store.labels.delete(name.toLowerCase());
    store.labels.set(label.name.toLowerCase(), label);
    return { status: 200, body: labelOf(label) };
  },
  "delete /repos/{owner}/{repo}/labels/{name}": ({ store, values: [name = ""] }) =>
    store.labels.delete(name.toLowerCase()) ? done : notFound,

  "get /repos/{owner}/{repo}/actions/variables": ({ store }) => ({
    status: 200,
    body: {
      total_count: store.variables.size,
      variables: [...store.variables].map(([name, value]) => ({ name, value, ...times })),
    },
  }),
  "post /repos/{owner}/{repo}/actions/variables": ({ store, body }) => {
    const name = String(body.name).toUpperCase();
    if (store.variables.has(name)) return { status: 409, body: { message: "Already exists" } };
    store.variables.set(name, String(body.value));
    return { status: 201, body: {} };
  },
  "get /repos/{owner}/{repo}/actions/variables/{name}": ({ store, values: [name = ""] }) => {
    const value = store.variables.get(name.toUpperCase());
    if (value === undefined) return notFound;
    return { status: 200, body: { name: name.toUpperCase(), value, ...times } };
  },
  "patch /repos/{owner}/{repo}/actions/variables/{name}": ({ store, values: [name = ""], body }) => {
    if (!store.variables.has(name.toUpperCase())) return notFound;
    store.variables.set(name.toUpperCase(), String(body.value));
    return done;
  },
  "delete /repos/{owner}/{repo}/actions/variables/{name}": ({ store, values: [name = ""] }) =>
    store.variables.delete(name.toUpperCase()) ? done : notFound,

  "get /repos/{owner}/{repo}/vulnerability-alerts": ({ store }) => (store.dependabotAlerts ? done : notFound),
  "put /repos/{owner}/{repo}/vulnerability-alerts": ({ store }) => {
    store.dependabotAlerts = true;
    return done;
  },
  "delete /repos/{owner}/{repo}/vulnerability-alerts": ({ store }) => {
    store.dependabotAlerts = false;
    return done;
  },
};

function storedLabel({ name, color, description }: Record<string, unknown>): StoredLabel {
  return {
    name: String(name),
    color: String(color),
    description: typeof description === "string" ? description : null,
  };
}

function labelOf({ name, color, description }: StoredLabel): object {
  return {
    id: 1,
    node_id: "label",
    url: "https://github.example/",
    default: false,
    name,
    color,
    description,
  };
}
