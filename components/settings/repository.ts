import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { isLabel, longestNamespace, namespaceForm } from "../naming/namespace.ts";
import { environment } from "./basic.ts";
import { credential } from "./credential.ts";
import { githubToken, githubVariables, protectionShape, repositoryName } from "./github.ts";

const namespaceWords = expected(namespaceForm, 'for example "notes-repository"');
const approvalsWords = expected("a number of approvals from 0 to 6", "take 1 if in doubt");
const checkWords = expected("a check's name", "take it from a pull request's list of checks");
const tagWords = expected("a name or pattern without spaces", 'for example "v*"');
const colorWords = expected("a colour of six hexadecimal digits without #", 'for example "d73a4a"');
const labelWords = expected("a label's name of at most 50 characters", "make it shorter");
const descriptionWords = expected("a text of at most 100 characters", "make it shorter");
const secretWords = expected(
  "a secret's name of letters, digits and underscores, not from GITHUB_ on",
  'for example "SSH_KEY"',
);
const yesOrNo = z.boolean(expected("true or false", "write it without quotes"));

const security = z.strictObject({
  dependabotAlerts: yesOrNo
    .exactOptional()
    .describe("Whether Dependabot tells of dependencies with known holes."),
  secretScanning: yesOrNo.exactOptional().describe("Whether GitHub looks for secrets in what was pushed."),
  pushProtection: yesOrNo.exactOptional().describe("Whether a push that holds a secret is refused."),
});

export type SecuritySettings = z.output<typeof security>;

/** The settings of a repository on GitHub. */
export const repositorySchema = z
  .strictObject({
    environment: environment("repository"),
    namespace: z
      .string(namespaceWords)
      .refine((text) => isLabel(text, longestNamespace), namespaceWords)
      .describe(
        "The short name that the stack's resources begin with. Follows from the application's and the stack's name unless it is set.",
      ),
    repository: repositoryName.describe("The repository: `owner/name`."),
    token: githubToken.describe(
      "Where the token comes from that may administer the repository; a workflow's own may not.",
    ),
    rules: z
      .strictObject({
        requiredChecks: z
          .array(z.string(checkWords).min(1, checkWords))
          .default([])
          .describe(
            "The checks that a pull request must pass, by the names that the workflows report them with.",
          ),
        approvals: z
          .int(approvalsWords)
          .min(0, approvalsWords)
          .max(6, approvalsWords)
          .default(1)
          .describe(
            "How many people have to approve a pull request, 0 to 6; a new commit takes the approvals back.",
          ),
        linearHistory: yesOrNo
          .default(true)
          .describe("Whether merges keep the history a line: squash and rebase only."),
        releaseTags: z
          .array(z.string(tagWords).regex(/^[^\s~^:?[\\]+$/, tagWords))
          .default(["v*", "prod-*"])
          .describe("The tags that start releases, as patterns: nobody moves or deletes one."),
      })
      .meta({
        id: "RulesSettings",
        description: "What the main branch and the tags of releases are protected by.",
      })
      .prefault({})
      .describe("What the main branch and the tags of releases are protected by."),
    labels: z
      .record(
        z.string(labelWords).min(1, labelWords).max(50, labelWords),
        z
          .strictObject({
            color: z
              .string(colorWords)
              .regex(/^[0-9a-fA-F]{6}$/, colorWords)
              .describe("Its colour: six hexadecimal digits."),
            description: z
              .string(descriptionWords)
              .max(100, descriptionWords)
              .exactOptional()
              .describe("What it is for, at most 100 characters; left out, nothing."),
          })
          .meta({ id: "LabelSettings", description: "A label of issues and pull requests." }),
      )
      .default({})
      .describe("The labels of issues and pull requests, by name; others are left as they are."),
    variables: githubVariables.describe(
      "Plain variables of the repository for all workflows. Never a secret.",
    ),
    preview: z
      .strictObject({
        ...protectionShape([], []),
        secrets: z
          .record(
            z.string(secretWords).regex(/^(?!GITHUB_)[A-Za-z_][A-Za-z0-9_]*$/i, secretWords),
            credential,
          )
          .default({})
          .describe("The secrets of previews' workflows, by name, and where their values come from."),
      })
      .meta({
        id: "PreviewEnvironmentSettings",
        description: "GitHub's environment of all previews: as an environment's, and its secrets.",
      })
      .exactOptional()
      .describe("GitHub's environment that all previews share; left out, none is made."),
    security: security
      .meta({
        id: "SecuritySettings",
        description: "What GitHub looks for in a repository; what is left out stays as it is there.",
      })
      .prefault({})
      .describe("What GitHub looks for in the repository."),
  })
  .meta({
    id: "RepositorySettings",
    description:
      "The settings of a repository on GitHub, stack `repository`: what all environments share there.",
  });

export type RepositorySettings = z.output<typeof repositorySchema>;
