/** A file that a pull request changes. */
export interface StoredFile {
  readonly filename: string;
  readonly status: "added" | "modified" | "removed";
  /** Its text afterwards. */
  readonly text: string;
}

/** A pull request, as the local GitHub keeps it. */
export interface StoredPullRequest {
  readonly number: number;
  readonly author: string;
  title: string;
  state: "open" | "closed";
  draft: boolean;
  labels: string[];
  /** The owner of the repository that its branch is in: another one than the repository's for a fork. */
  readonly headOwner: string;
  branch: string;
  /** The commit at its branch's end. */
  sha: string;
  /** The branch that it would be merged into. */
  base: string;
  mergedAt: string | null;
  /** The files that it changes. */
  files: readonly StoredFile[];
  readonly createdAt: string;
  updatedAt: string;
}

/** A comment on a pull request. */
export interface StoredComment {
  readonly id: number;
  readonly pullRequest: number;
  /** The login of who wrote it; that of an app ends with `[bot]`. */
  readonly author: string;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
}

/** What a test says of a pull request that it opens. */
export type Opened = Partial<
  Pick<
    StoredPullRequest,
    "number" | "author" | "title" | "draft" | "labels" | "headOwner" | "branch" | "sha" | "base"
  >
>;

/** An account, as GitHub describes it. */
export function account(login: string): object {
  const address = "https://github.example/";
  const urls = [
    "followers",
    "following",
    "gists",
    "starred",
    "subscriptions",
    "organizations",
    "repos",
    "events",
  ];
  return {
    login,
    id:
      Array.from(login).reduce((sum, character) => sum * 7 + (character.codePointAt(0) ?? 0), 1) % 1_000_003,
    ...{ node_id: "account", gravatar_id: "", site_admin: false, url: address, html_url: address },
    ...{ avatar_url: address, received_events_url: address },
    ...Object.fromEntries(urls.map((name) => [`${name}_url`, address])),
    type: login.endsWith("[bot]") ? "Bot" : "User",
  };
}
