import { z } from "zod";

import { expected } from "../input-checks.ts";

/** GitHub's environment of this stack: who approves, what may be deployed, and its variables. */
export interface GithubSettings {
  /** The repository: `owner/name`. */
  repository: string;
  /** Who may approve a deployment; one of them must, and never the one who started it. GitHub takes six at most, users and teams together. */
  reviewers: Reviewers;
  /** How long a deployment waits after it was approved, in minutes. */
  waitMinutes: number;
  /** The branches that may be deployed, as patterns such as `main`. */
  branches: string[];
  /** The tags that may be deployed, as patterns such as `v*`. */
  tags: string[];
  /** Plain variables for the workflows. Never a secret. */
  variables: Record<string, string>;
}

/** Who may approve a deployment. */
export interface Reviewers {
  /** Users by their login. */
  users: string[];
  /** Teams of the repository's organisation by their slug. */
  teams: string[];
}

/** GitHub's own limit for one environment. */
const mostReviewers = 6;

/** GitHub's own limit: 30 days. */
const longestWait = 43_200;

const repositoryWords = expected("a repository's owner and name", 'for example "octocat/notes"');
const userWords = expected("a user's login", "leave out the @");
const teamWords = expected("a team's slug without its organisation", 'for example "release-team"');
const waitWords = expected(`minutes from 0 to ${longestWait}`, "take 0 to not wait");
const patternWords = expected("a name or pattern without spaces", 'for example "main" or "v*"');
const variableWords = expected(
  "a variable's name of letters, digits and underscores, not from GITHUB_ on",
  'for example "LOG_LEVEL"',
);

const pattern = z.string(patternWords).regex(/^[^\s~^:?[\\]+$/, patternWords);

const reviewers = z
  .strictObject({
    users: z.array(z.string(userWords).regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$/, userWords)).default([]),
    teams: z.array(z.string(teamWords).regex(/^[a-z0-9_.-]+$/, teamWords)).default([]),
  })
  .refine(({ users, teams }) => users.length + teams.length <= mostReviewers, {
    error: ({ input }) => {
      const { users, teams } = input as Reviewers;
      return `expected at most ${mostReviewers} reviewers, users and teams together, got ${users.length + teams.length}; put them in a team`;
    },
  })
  .meta({ id: "Reviewers" });

/** The schema of GithubSettings, with the branches and tags that an environment deploys unless it says otherwise. */
export function github(branches: string[], tags: string[]) {
  return z.strictObject({
    repository: z.string(repositoryWords).regex(/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/, repositoryWords),
    reviewers: reviewers.prefault({}),
    waitMinutes: z.int(waitWords).min(0, waitWords).max(longestWait, waitWords).default(0),
    branches: z.array(pattern).default(branches),
    tags: z.array(pattern).default(tags),
    variables: z
      .record(
        z.string(variableWords).regex(/^(?!GITHUB_)[A-Za-z_][A-Za-z0-9_]*$/i, variableWords),
        z.string(expected("a text", "write numbers and true or false in quotes")),
      )
      .default({}),
  });
}
