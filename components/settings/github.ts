import { z } from "zod";

import { expected, expectedUnshown } from "../input/input-checks.ts";
import { credential } from "./credential.ts";
import { unhashed } from "./hashed.ts";

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

const clientWords = expectedUnshown("a client's id", "take the one that Tailscale shows beside its secret");

/** The schema of a name of branches or tags, or a pattern of such names. */
export const pattern = z.string(patternWords).regex(/^[^\s~^:?[\\]+$/, patternWords);

const reviewers = z
  .strictObject({
    users: z
      .array(z.string(userWords).regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$/, userWords))
      .default([])
      .describe("Users by their login."),
    teams: z
      .array(z.string(teamWords).regex(/^[a-z0-9_.-]+$/, teamWords))
      .default([])
      .describe("Teams of the repository's organisation by their slug."),
  })
  .refine(({ users, teams }) => users.length + teams.length <= mostReviewers, {
    error: ({ input }) => {
      const { users, teams } = input as Record<"users" | "teams", string[]>;
      return `expected at most ${mostReviewers} reviewers, users and teams together, got ${users.length + teams.length}; put them in a team`;
    },
  })
  .meta({ id: "Reviewers", description: "Who may approve a deployment." });

/** The schema of a repository's name with its owner. */
export const repositoryName = z
  .string(repositoryWords)
  .regex(/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/, repositoryWords);

/** The schema of the source of GitHub's token. */
export const githubToken = credential.default({ source: "environment", variable: "GITHUB_TOKEN" });

/** The setting of the repository whose pull requests have previews. */
export const previewGithub = z
  .strictObject({
    repository: repositoryName.describe("The repository: `owner/name`."),
    token: githubToken.describe(
      "Where the token comes from that reads pull requests and writes deployments, statuses and comments; a workflow's own may.",
    ),
  })
  .meta({ id: "PreviewGithubSettings", description: "The repository whose pull requests have previews." })
  .exactOptional()
  .describe("The repository whose pull requests have previews; left out, GitHub is not asked.")
  .meta(unhashed);

/** GitHub keeps the names of variables in capital letters. */
const distinct = {
  check: (names: Record<string, string>): boolean => twins(names).length === 0,
  words: {
    error: ({ input }: { input?: unknown }) =>
      `expected names that differ by more than capital letters, got ${twins(input as object).join(", ")}; GitHub keeps one of them, rename or remove the other`,
  },
};

/** The schema of plain variables on GitHub. */
export const githubVariables = z
  .record(
    z.string(variableWords).regex(/^(?!GITHUB_)[A-Za-z_][A-Za-z0-9_]*$/i, variableWords),
    z.string(expected("a text", "write numbers and true or false in quotes")),
  )
  .refine(distinct.check, distinct.words)
  .default({});

/** Returns the schemas of approval and of what may be deployed, with an environment's branches and tags as defaults. */
export function protectionShape(branches: string[], tags: string[]) {
  return {
    reviewers: reviewers
      .prefault({})
      .describe(
        "Who may approve a deployment; one of them must, and never the one who started it. GitHub takes six at most, users and teams together.",
      ),
    waitMinutes: z
      .int(waitWords)
      .min(0, waitWords)
      .max(longestWait, waitWords)
      .default(0)
      .describe("How long a deployment waits after it was approved, in minutes."),
    branches: z
      .array(pattern)
      .default(branches)
      .describe(
        "The branches that may be deployed, as patterns such as `main`; without any, and without tags, all may.",
      ),
    tags: z
      .array(pattern)
      .default(tags)
      .describe(
        "The tags that may be deployed, as patterns such as `v*`; without any, and without branches, all may.",
      ),
    variables: githubVariables.describe("Plain variables for the workflows. Never a secret."),
  };
}

export type ProtectionSettings = z.output<z.ZodObject<ReturnType<typeof protectionShape>>>;

/** The setting of a stack's environment on GitHub, with the branches and tags that it deploys unless it says otherwise. */
export function github(id: string, branches: string[], tags: string[]) {
  const description =
    "GitHub's environment of this stack: who approves, what may be deployed, its variables, and what its workflows need.";
  return z
    .strictObject({
      repository: repositoryName.describe("The repository: `owner/name`."),
      token: githubToken.describe(
        "Where the token comes from that may administer the repository; a workflow's own may not.",
      ),
      ...protectionShape(branches, tags),
      tailscale: z
        .strictObject({
          clientId: z.string(clientWords).min(1, clientWords).describe("The client's id."),
          clientSecret: credential.describe("Where the client's secret comes from."),
        })
        .meta({ id: "TailscaleSettings", description: "An OAuth client of a Tailscale network." })
        .exactOptional()
        .describe(
          "The client that workflows join a Tailscale network with, as the secrets `TS_OAUTH_CLIENT_ID` and `TS_OAUTH_SECRET`; left out, they join none.",
        ),
    })
    .meta({ id, description })
    .exactOptional()
    .describe("GitHub's environment of this stack; left out, none is made.")
    .meta(unhashed);
}

export type GithubSettings = z.output<ReturnType<typeof github>>;

function twins(names: object): string[] {
  const all = Object.keys(names);
  return all.filter((name) =>
    all.some((other) => other !== name && other.toUpperCase() === name.toUpperCase()),
  );
}
