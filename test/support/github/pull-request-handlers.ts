import { createHash } from "node:crypto";
import type { Answered, Asked, Handler } from "./handlers.ts";
import { account, type StoredComment, type StoredPullRequest } from "./pull-requests.ts";
import type { Store } from "./store.ts";

const notFound: Answered = { status: 404, body: { message: "Not Found" } };
const done: Answered = { status: 204 };

/** The most characters of a comment. */
const mostCharacters = 65_536;

/** The answers about pull requests, their comments and their labels. */
export const pullRequestHandlers: Readonly<Record<string, Handler>> = {
  "get /repos/{owner}/{repo}/pulls": (asked) => {
    const { store, address } = asked;
    const { state = "open", head, base, direction = "desc" } = Object.fromEntries(address.searchParams);
    const found = [...store.pullRequests.values()]
      .filter((one) => state === "all" || one.state === state)
      .filter((one) => base === undefined || one.base === base)
      .filter((one) => head === undefined || `${one.headOwner}:${one.branch}` === head)
      .sort((a, b) => (direction === "asc" ? a.number - b.number : b.number - a.number));
    return paged(
      found.map((one) => pullRequestOf(store, one)),
      asked,
    );
  },
  "get /repos/{owner}/{repo}/pulls/{pull_number}": inPullRequest(({ store }, pull) => ({
    status: 200,
    body: { ...pullRequestOf(store, pull), merged: pull.mergedAt !== null },
  })),
  "patch /repos/{owner}/{repo}/pulls/{pull_number}": inPullRequest(({ store, body }, pull) => {
    if (typeof body.title === "string") pull.title = body.title;
    if (typeof body.base === "string") pull.base = body.base;
    if (body.state === "open" || body.state === "closed") pull.state = body.state;
    pull.updatedAt = store.now();
    return { status: 200, body: { ...pullRequestOf(store, pull), merged: pull.mergedAt !== null } };
  }),

  "get /repos/{owner}/{repo}/pulls/{pull_number}/files": inPullRequest((asked, { files }) =>
    paged(
      files.map(({ filename, status, text }) => {
        const address = `https://github.example/${filename}`;
        return {
          ...{ filename, status, sha: blobOf(text), additions: 1, deletions: 0, changes: 1 },
          ...{ blob_url: address, raw_url: address, contents_url: address },
        };
      }),
      asked,
    ),
  ),
  "get /repos/{owner}/{repo}/git/blobs/{file_sha}": ({ store, values: [sha] }) => {
    const texts = [...store.pullRequests.values()].flatMap(({ files }) => files.map(({ text }) => text));
    const text = texts.find((one) => blobOf(one) === sha);
    if (text === undefined) return notFound;
    const content = Buffer.from(text).toString("base64");
    const size = Buffer.byteLength(text);
    return {
      status: 200,
      body: { sha, content, size, encoding: "base64", url: "https://github.example/", node_id: "blob" },
    };
  },

  "get /repos/{owner}/{repo}/branches": (asked) => {
    const { store } = asked;
    const open = [...store.pullRequests.values()].filter(
      ({ state, headOwner }) => state === "open" && headOwner === store.owner,
    );
    const names = new Set(["main", ...open.map(({ branch }) => branch)]);
    const commit = { sha: "0".repeat(40), url: "https://github.example/" };
    return paged(
      [...names].map((name) => ({ name, commit, protected: false })),
      asked,
    );
  },

  "get /repos/{owner}/{repo}/issues/{issue_number}/comments": inPullRequest((asked, { number }) =>
    paged(
      asked.store.comments.filter((one) => one.pullRequest === number).map((one) => commentOf(asked, one)),
      asked,
    ),
  ),
  "get /repos/{owner}/{repo}/issues/comments": (asked) =>
    paged(
      asked.store.comments.map((one) => commentOf(asked, one)),
      asked,
    ),
  "post /repos/{owner}/{repo}/issues/{issue_number}/comments": inPullRequest((asked, { number }) => {
    const body = String(asked.body.body);
    if (charactersOf(body) > mostCharacters) return tooLong;
    return { status: 201, body: commentOf(asked, asked.store.comment(number, { body })) };
  }),
  "get /repos/{owner}/{repo}/issues/comments/{comment_id}": inComment((asked, comment) => ({
    status: 200,
    body: commentOf(asked, comment),
  })),
  "patch /repos/{owner}/{repo}/issues/comments/{comment_id}": inComment((asked, comment) => {
    const body = String(asked.body.body);
    if (charactersOf(body) > mostCharacters) return tooLong;
    comment.body = body;
    comment.updatedAt = asked.store.now();
    return { status: 200, body: commentOf(asked, comment) };
  }),
  "delete /repos/{owner}/{repo}/issues/comments/{comment_id}": inComment(({ store }, comment) => {
    store.comments.splice(store.comments.indexOf(comment), 1);
    return done;
  }),

  "get /repos/{owner}/{repo}/issues/{issue_number}/labels": inPullRequest((asked, pull) =>
    paged(pull.labels.map(labelOf), asked),
  ),
  "post /repos/{owner}/{repo}/issues/{issue_number}/labels": inPullRequest(({ store, body }, pull) => {
    const given = (body.labels ?? []) as (string | { name: string })[];
    for (const label of given) {
      const name = typeof label === "string" ? label : label.name;
      if (!pull.labels.some((one) => isSame(one, name))) pull.labels.push(name);
    }
    pull.updatedAt = store.now();
    return { status: 200, body: pull.labels.map(labelOf) };
  }),
  "delete /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}": inPullRequest(
    ({ store, values }, pull) => {
      const at = pull.labels.findIndex((one) => isSame(one, values[1] ?? ""));
      if (at === -1) return notFound;
      pull.labels.splice(at, 1);
      pull.updatedAt = store.now();
      return { status: 200, body: pull.labels.map(labelOf) };
    },
  ),
};

const tooLong: Answered = {
  status: 422,
  body: { message: `Validation Failed: body is too long (maximum is ${mostCharacters} characters)` },
};

/** One page of a list, with the addresses of the others in the header `link`, as GitHub gives them. */
export function paged(items: readonly object[], { address }: Pick<Asked, "address">): Answered {
  const size = Math.min(Number(address.searchParams.get("per_page") ?? 30), 100);
  const page = Number(address.searchParams.get("page") ?? 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const to = (number: number, rel: string): string => {
    const there = new URL(address);
    there.searchParams.set("page", String(number));
    return `<${there.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [to(page - 1, "prev"), to(1, "first")] : []),
    ...(page < last ? [to(page + 1, "next"), to(last, "last")] : []),
  ];
  const body = items.slice((page - 1) * size, page * size);
  return { status: 200, body, ...(links.length > 0 && { headers: { link: links.join(", ") } }) };
}

/** The id that git gives a text. */
function blobOf(text: string): string {
  return createHash("sha1")
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest("hex");
}

function inPullRequest(handle: (asked: Asked, pullRequest: StoredPullRequest) => Answered): Handler {
  return (asked) => {
    const pullRequest = asked.store.pullRequests.get(Number(asked.values[0]));
    return pullRequest === undefined ? notFound : handle(asked, pullRequest);
  };
}

function inComment(handle: (asked: Asked, comment: StoredComment) => Answered): Handler {
  return (asked) => {
    const comment = asked.store.comments.find(({ id }) => id === Number(asked.values[0]));
    return comment === undefined ? notFound : handle(asked, comment);
  };
}

function pullRequestOf(store: Store, pull: StoredPullRequest): object {
  const { number, title, state, draft, labels, branch, sha, base, headOwner } = pull;
  const at = (owner: string): object => ({
    id: owner === store.owner ? store.repositoryId : store.repositoryId + 1,
    name: store.repository,
    full_name: `${owner}/${store.repository}`,
    fork: owner !== store.owner,
    owner: account(owner),
  });
  return {
    ...{ id: number, number, title, state, draft, locked: false, body: null },
    labels: labels.map(labelOf),
    user: account(pull.author),
    head: {
      label: `${headOwner}:${branch}`,
      ref: branch,
      sha,
      user: account(headOwner),
      repo: at(headOwner),
    },
    base: {
      ...{ label: `${store.owner}:${base}`, ref: base, sha: "0".repeat(40) },
      ...{ user: account(store.owner), repo: at(store.owner) },
    },
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.state === "closed" ? pull.updatedAt : null,
    merged_at: pull.mergedAt,
    html_url: `https://github.example/${store.owner}/${store.repository}/pull/${number}`,
  };
}

function commentOf(
  { store }: Asked,
  { id, pullRequest, author, body, createdAt, updatedAt }: StoredComment,
): object {
  const of = `https://github.example/${store.owner}/${store.repository}/pull/${pullRequest}`;
  return {
    ...{ id, body, user: account(author), created_at: createdAt, updated_at: updatedAt },
    html_url: `${of}#issuecomment-${id}`,
    issue_url: `https://github.example/repos/${store.owner}/${store.repository}/issues/${pullRequest}`,
  };
}

function labelOf(name: string): object {
  return {
    ...{ id: 1, node_id: "label", url: "https://github.example/", default: false },
    ...{ name, color: "ededed", description: "" },
  };
}

/** GitHub compares labels without regard to case. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** GitHub counts code points, not UTF-16's units. */
function charactersOf(text: string): number {
  return Array.from(text).length;
}
