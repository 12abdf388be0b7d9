import assert from "node:assert/strict";
import type { LocalGithub } from "../../support/github/local-github.ts";
import { request } from "../../support/request.ts";

/** Does what people do to the repository on GitHub's pages, as requests. */
export async function byHand(
  github: LocalGithub,
  method: string,
  path: string,
  body?: object,
): Promise<void> {
  const { owner, repository } = github.store;
  const answer = await request(`${github.url}repos/${owner}/${repository}/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.text()}`);
}

/** The requests that would change something, since so many requests. */
export function writesSince({ made }: LocalGithub, before: number): string[] {
  return made
    .slice(before)
    .filter(({ method }) => method !== "GET" && method !== "HEAD")
    .map(({ method, path }) => `${method} ${path}`);
}
