import { createHash } from "node:crypto";
import type { Answered, Handler } from "./handlers.ts";
import type { Store } from "./store.ts";

const done: Answered = { status: 204 };

/** The answers about blobs, trees, commits and the refs that lead to them. */
export const gitHandlers: Readonly<Record<string, Handler>> = {
  "post /repos/{owner}/{repo}/git/blobs": ({ store, body }) => {
    const content = Buffer.from(String(body.content), body.encoding === "base64" ? "base64" : "utf8");
    const sha = shaOf(content);
    store.git.set(sha, content);
    return { status: 201, body: { sha, url: "https://github.example/" } };
  },
  "post /repos/{owner}/{repo}/git/trees": ({ store, body }) => {
    const entries = body.tree as readonly { readonly path: string; readonly sha: string }[];
    if (!entries.every(({ sha }) => store.git.has(sha)))
      return { status: 422, body: { message: "tree.sha is not a valid blob" } };
    const files = new Map(entries.map(({ path, sha }) => [path, sha]));
    const sha = shaOf(JSON.stringify([...files]));
    store.git.set(sha, files);
    return { status: 201, body: { sha, truncated: false, tree: [] } };
  },
  "post /repos/{owner}/{repo}/git/commits": ({ store, body }) => {
    const tree = String(body.tree);
    if (!store.git.has(tree)) return { status: 422, body: { message: "Tree SHA does not exist" } };
    const sha = shaOf(`${tree} ${store.now()}`);
    store.git.set(sha, { tree });
    const html_url = `https://github.example/${store.owner}/${store.repository}/commit/${sha}`;
    return { status: 201, body: { sha, html_url, message: body.message, parents: [] } };
  },

  "get /repos/{owner}/{repo}/git/matching-refs/{ref}": ({ store, values: [ref = ""] }) => ({
    status: 200,
    body: [...store.refs]
      .filter(([name]) => name.startsWith(`refs/${ref}`))
      .map(([name, sha]) => refOf(name, sha)),
  }),
  "post /repos/{owner}/{repo}/git/refs": ({ store, body }) => {
    const [name, sha] = [String(body.ref), String(body.sha)];
    if (store.refs.has(name)) return { status: 422, body: { message: "Reference already exists" } };
    if (!store.git.has(sha)) return { status: 422, body: { message: "Object does not exist" } };
    store.refs.set(name, sha);
    return { status: 201, body: refOf(name, sha) };
  },
  "patch /repos/{owner}/{repo}/git/refs/{ref}": inRef(({ store, body }, name) => {
    const sha = String(body.sha);
    if (!store.git.has(sha)) return { status: 422, body: { message: "Object does not exist" } };
    // The commits here have no parents: none follows another one.
    if (body.force !== true) return { status: 422, body: { message: "Update is not a fast forward" } };
    store.refs.set(name, sha);
    return { status: 200, body: refOf(name, sha) };
  }),
  "delete /repos/{owner}/{repo}/git/refs/{ref}": inRef(({ store }, name) => {
    store.refs.delete(name);
    return done;
  }),
};

/** The content of a file in the commit at the end of a branch; undefined where there is none. */
export function fileOnBranch(store: Store, branch: string, path: string): Buffer | undefined {
  const commit = store.git.get(store.refs.get(`refs/heads/${branch}`) ?? "");
  const files = isCommit(commit) ? store.git.get(commit.tree) : undefined;
  const content = files instanceof Map ? store.git.get(String(files.get(path))) : undefined;
  return content instanceof Buffer ? content : undefined;
}

function isCommit(object: unknown): object is { readonly tree: string } {
  return typeof object === "object" && object !== null && "tree" in object;
}

function inRef(handle: (asked: Parameters<Handler>[0], name: string) => Answered): Handler {
  return (asked) => {
    const name = `refs/${asked.values[0] ?? ""}`;
    // GitHub's own answer for a ref that is not there.
    if (!asked.store.refs.has(name)) return { status: 422, body: { message: "Reference does not exist" } };
    return handle(asked, name);
  };
}

function refOf(ref: string, sha: string): object {
  const url = "https://github.example/";
  return { ref, node_id: "ref", url, object: { type: "commit", sha, url } };
}

function shaOf(content: Buffer | string): string {
  return createHash("sha1").update(content).digest("hex");
}
