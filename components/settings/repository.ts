import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { isLabel, longestNamespace, namespaceForm } from "../naming/namespace.ts";
import { credential, type CredentialSource } from "./credential.ts";
import {
  githubToken,
  githubVariables,
  protectionShape,
  repositoryName,
  type ProtectionSettings,
} from "./github.ts";

/** The settings of a repository on GitHub, stack `repository`: what all environments share there. */
export interface RepositorySettings {
  environment: "repository";
  /** The short name that the stack's resources begin with. Follows from the application's and the stack's name unless it is set. */
  namespace: string;
  /** The repository: `owner/name`. */
  repository: string;
  /** Where the token comes from that may administer the repository; a workflow's own may not. */
  token: CredentialSource;
  /** What the main branch and the tags of releases are protected by. */
  rules: RulesSettings;
  /** The labels of issues and pull requests, by name; others are left as they are. */
  labels: Record<string, LabelSettings>;
  /** Plain variables of the repository for all workflows. Never a secret. */
  variables: Record<string, string>;
  /** GitHub's environment that all previews share; left out, none is made. */
  preview?: PreviewEnvironmentSettings;
  /** What GitHub looks for in the repository. */
  security: SecuritySettings;
}

/** What the main branch and the tags of releases are protected by. */
export interface RulesSettings {
  /** The checks that a pull request must pass, by the names that the workflows report them with. */
  requiredChecks: string[];
  /** How many people have to approve a pull request, 0 to 6; a new commit takes the approvals back. */
  approvals: number;
  /** Whether merges keep the history a line: squash and rebase only. */
  linearHistory: boolean;
  /** The tags that start releases, as patterns: nobody moves or deletes one. */
  releaseTags: string[];
}

/** A label of issues and pull requests. */
export interface LabelSettings {
  /** Its colour: six hexadecimal digits. */
  color: string;
  /** What it is for, at most 100 characters; left out, nothing. */
  description?: string;
}

/** GitHub's environment of all previews: as an environment's, and its secrets. */
export interface PreviewEnvironmentSettings extends ProtectionSettings {
  /** The secrets of previews' workflows, by name, and where their values come from. */
  secrets: Record<string, CredentialSource>;
}

/** What GitHub looks for in a repository; what is left out stays as it is there. */
export interface SecuritySettings {
  /** Whether Dependabot tells of dependencies with known holes. */
  dependabotAlerts?: boolean;
  /** Whether GitHub looks for secrets in what was pushed. */
  secretScanning?: boolean;
  /** Whether a push that holds a secret is refused. */
  pushProtection?: boolean;
}

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

/** The schema of RepositorySettings. */
export const repositorySchema = z
  .strictObject({
    environment: z.literal("repository"),
    namespace: z.string(namespaceWords).refine((text) => isLabel(text, longestNamespace), namespaceWords),
    repository: repositoryName,
    token: githubToken,
    rules: z
      .strictObject({
        requiredChecks: z.array(z.string(checkWords).min(1, checkWords)).default([]),
        approvals: z.int(approvalsWords).min(0, approvalsWords).max(6, approvalsWords).default(1),
        linearHistory: yesOrNo.default(true),
        releaseTags: z.array(z.string(tagWords).regex(/^[^\s~^:?[\\]+$/, tagWords)).default(["v*", "prod-*"]),
      })
      .meta({ id: "RulesSettings" })
      .prefault({}),
    labels: z
      .record(
        z.string(labelWords).min(1, labelWords).max(50, labelWords),
        z
          .strictObject({
            color: z.string(colorWords).regex(/^[0-9a-fA-F]{6}$/, colorWords),
            description: z.string(descriptionWords).max(100, descriptionWords).exactOptional(),
          })
          .meta({ id: "LabelSettings" }),
      )
      .default({}),
    variables: githubVariables,
    preview: z
      .strictObject({
        ...protectionShape([], []),
        secrets: z
          .record(
            z.string(secretWords).regex(/^(?!GITHUB_)[A-Za-z_][A-Za-z0-9_]*$/i, secretWords),
            credential,
          )
          .default({}),
      })
      .meta({ id: "PreviewEnvironmentSettings" })
      .exactOptional(),
    security: z
      .strictObject({
        dependabotAlerts: yesOrNo.exactOptional(),
        secretScanning: yesOrNo.exactOptional(),
        pushProtection: yesOrNo.exactOptional(),
      })
      .meta({ id: "SecuritySettings" })
      .prefault({}),
  })
  .meta({ id: "RepositorySettings" }) satisfies z.ZodType<RepositorySettings>;
