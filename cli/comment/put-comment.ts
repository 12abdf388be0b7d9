import { GithubError, type GithubClient } from "../../components/github/client.ts";
import type { CommentFacts } from "./facts.ts";
import { markerOf } from "./marker.ts";
import { renderComment } from "./render.ts";

/** The repository whose pull requests are commented on, and the access to it. */
export interface OnRepository {
  readonly client: GithubClient;
  readonly name: { readonly owner: string; readonly repo: string };
}

/** A comment of this project. */
export interface OwnComment {
  readonly id: number;
  readonly body: string;
  readonly address: string;
}

/** What GitHub says of a comment, as far as it matters here. */
interface ListedComment {
  readonly id: number;
  readonly body?: string;
  readonly html_url: string;
  readonly user: { readonly login: string; readonly type: string } | null;
}

/** The times that a comment is looked for again after somebody removed it. */
const tries = 3;

/**
 * Writes the one comment of this project on its pull request: edits it in place, or makes it.
 *
 * Two jobs at once may both make one; each looks again afterwards, the oldest stays, and a job whose own is a later one
 * removes that and edits the oldest. Comments of people and of other projects are never touched, whatever they quote.
 *
 * @returns the address of the comment
 * @throws GithubError that says what to do
 */
export async function putComment(facts: CommentFacts, on: OnRepository): Promise<string> {
  const { text } = renderComment(facts);
  for (let left = tries; left > 0; left--) {
    const comment = (await oldestOwn(facts, on)) ?? (await made(facts, text, on));
    if (comment.body === text) return comment.address;
    const route = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
    const written = await on.client.ask(route, { ...on.name, comment_id: comment.id, body: text });
    if (written !== undefined) return written.data.html_url;
  }
  throw new GithubError(removedMeanwhile(on.client.place, facts.pullRequest), { got: "none" });
}

/** Says that a comment does not stay. */
export function removedMeanwhile(place: string, pullRequest: number): string {
  return `${place}: expected the comment on pull request ${pullRequest} to stay, got none ${tries} times; see who removes it, and run it again`;
}

/** Returns the comments of this project on a pull request, oldest first; none where there is no such pull request. */
export async function ownComments(
  of: { readonly project: string; readonly pullRequest: number },
  { client, name }: OnRepository,
): Promise<OwnComment[]> {
  const marker = markerOf(of);
  const writes = await writer(client);
  const all = await client.list<ListedComment>("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    ...name,
    issue_number: of.pullRequest,
  });
  return (all ?? [])
    .filter(({ user, body = "" }) => user !== null && writes(user) && body.startsWith(marker))
    .map(({ id, body = "", html_url: address }) => ({ id, body, address }))
    .sort((one, other) => one.id - other.id);
}

/**
 * Changes the text of this project's comment on a pull request: of the one with that id, or of the oldest.
 *
 * @returns the comment as it is then; undefined where there is none, or no longer
 */
export async function editComment(
  of: Parameters<typeof ownComments>[0],
  change: (text: string) => string,
  on: OnRepository,
  id?: number,
): Promise<OwnComment | undefined> {
  const own = (await ownComments(of, on)).find((one) => id === undefined || one.id === id);
  if (own === undefined) return undefined;
  const body = change(own.body);
  if (body === own.body) return own;
  const route = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
  const written = await on.client.ask(route, { ...on.name, comment_id: own.id, body });
  return written && { ...own, body };
}

/** Removes a comment; one that is gone already is no problem. */
export async function removeComment(
  { id }: Pick<OwnComment, "id">,
  { client, name }: OnRepository,
): Promise<void> {
  const route = "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}";
  await client.ask(route, { ...name, comment_id: id });
}

/** Returns the comment that counts; later ones, which a job left that was killed, are removed. */
async function oldestOwn(facts: CommentFacts, on: OnRepository): Promise<OwnComment | undefined> {
  const [oldest, ...later] = await ownComments(facts, on);
  for (const one of later) await removeComment(one, on);
  return oldest;
}

async function made(facts: CommentFacts, text: string, on: OnRepository): Promise<OwnComment> {
  const { client, name } = on;
  const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
  const answer = await client.ask(route, { ...name, issue_number: facts.pullRequest, body: text });
  if (answer === undefined)
    throw new GithubError(noPullRequest(client.place, facts.pullRequest), { status: 404, got: "404" });
  const own = { id: Number(answer.data.id), body: text, address: answer.data.html_url };
  const [oldest = own] = await ownComments(facts, on);
  if (oldest.id >= own.id) return own;
  await removeComment(own, on);
  return oldest;
}

/** Says that there is nothing to comment on. */
export function noPullRequest(place: string, number: number): string {
  return `${place}: expected pull request ${number}, got none that this token sees; check the number, and that the token may write to pull requests`;
}

/**
 * Tells who writes as this token does: its user. An app's token, such as that of a workflow, cannot ask who it is; with one
 * it is any app, since no person can write as one.
 */
async function writer(client: GithubClient): Promise<(user: NonNullable<ListedComment["user"]>) => boolean> {
  try {
    const login = (await client.ask("GET /user", {}))?.data.login;
    return (user) => user.login === login;
  } catch (error) {
    if (error instanceof GithubError && error.status === 403) return ({ type }) => type === "Bot";
    throw error;
  }
}
