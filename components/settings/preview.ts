import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { previewStack } from "../naming/namespace.ts";
import { basicShape, environment, routedShape } from "./basic.ts";
import { certificates, commit, domainName } from "./domain.ts";
import { previewGithub } from "./github.ts";
import { unhashed } from "./hashed.ts";
import { host } from "./host.ts";
import { kinds } from "./kinds.ts";
import { limits } from "./limits.ts";
import { gateway } from "./released.ts";
import { registry } from "./registry.ts";
import { generatedSecrets } from "./secret-source.ts";
import { migrationSchema, type StagingSettings } from "./staging.ts";

const numberWords = expected("a pull request's number", "use the stack pr-<number>, for example pr-12");

/** The settings of a preview. */
export const previewSchema = z
  .strictObject({
    environment: environment("preview"),
    ...basicShape(kinds.preview.gateTimeoutSeconds),
    pullRequest: z
      .int(numberWords)
      .min(1, numberWords)
      .max(999_999_999, numberWords)
      .describe("The pull request's number. Follows from the stack's name unless it is set."),
    previewDomain: domainName("preview.example.com").describe(
      "The domain below which previews are: `pr-<number>.<previewDomain>`.",
    ),
    certificates: certificates.describe(
      "`automatic`: a public authority's certificates. `internal`: the gateway's own authority.",
    ),
    host: host.describe("The host that all previews share."),
    gateway: gateway.describe("The stack of that host, `host-<name>`, whose gateway serves all previews."),
    registry: registry.describe("Where the images of the pull request's commit are pulled from."),
    commit: commit
      .exactOptional()
      .describe("The commit whose images run; left out, the one that is checked out.")
      .meta(unhashed),
    ...routedShape(2),
    limits: limits
      .prefault({ memory: "256MiB", cpus: 0.5, pids: 128 })
      .describe("What each container may use at most."),
    secrets: generatedSecrets,
    github: previewGithub,
  })
  .meta({
    id: "PreviewSettings",
    description:
      "The settings of a pull request's preview, stack `pr-<number>`: data of its own, thrown away on close. There is no field for a domain, secret store or database of production, so that a preview cannot reach them.",
  });

/** A preview's settings as they are written. */
export type WrittenPreviewSettings = z.output<typeof previewSchema>;

/** A preview's settings, with all that other environments that are released have; what is optional there is left out. */
export type PreviewSettings = WrittenPreviewSettings &
  Pick<
    StagingSettings,
    "domain" | "hosts" | "copies" | "maintenance" | "migration" | "canary" | "freeze" | "vault"
  >;

/** Completes a preview's settings: its address follows from its number, and it has one copy of each service. */
export function completePreview(written: WrittenPreviewSettings): PreviewSettings {
  const { pullRequest, previewDomain, host } = written;
  return {
    ...written,
    domain: `${previewStack(pullRequest)}.${previewDomain}`,
    hosts: { preview: host },
    copies: {},
    maintenance: false,
    migration: migrationSchema.parse({}),
  };
}
