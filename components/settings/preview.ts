import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { isPreview } from "../naming/namespace.ts";
import { basicShape, environment, routedShape } from "./basic.ts";
import { credential } from "./credential.ts";
import { certificates, commit, previewAddress, previewDomain } from "./domain.ts";
import { previewGithub } from "./github.ts";
import { unhashed } from "./hashed.ts";
import { host } from "./host.ts";
import { kinds } from "./kinds.ts";
import { limits } from "./limits.ts";
import { previewChecks } from "./preview-checks.ts";
import { previewData } from "./preview-data.ts";
import { password } from "./password.ts";
import { gateway } from "./released.ts";
import { registry } from "./registry.ts";
import { generatedSecrets } from "./secret-source.ts";
import { migrationSchema, type StagingSettings } from "./staging.ts";
import { triggers } from "./triggers.ts";
import { profiles } from "./profiles.ts";
import { variables } from "./variables.ts";

const nameWords = expected(
  "a preview's name",
  "use the stack pr-<number> or pr-<number>-<variant>, for example pr-12",
);

const ageWords = expected(
  "days from 1 to 365",
  "leave it out to keep previews while their pull request is open",
);

/** The settings of a preview. */
export const previewSchema = z
  .strictObject({
    environment: environment("preview"),
    ...basicShape(kinds.preview.gateTimeoutSeconds),
    previewName: z
      .string(nameWords)
      .refine(isPreview, nameWords)
      .describe(
        "The preview's name: `pr-<number>`, `pr-<number>-<variant>`, or `preview-<branch>`. Follows from the stack's name unless it is set.",
      ),
    previewDomain: previewDomain.describe(
      "The domain below which previews are: `pr-12.<previewDomain>`; or a pattern in which `{preview}` stands for the preview's name: `notes-{preview}.example.com`.",
    ),
    addressSecret: credential
      .exactOptional()
      .describe(
        "Where the secret comes from by which addresses get ten letters more that cannot be guessed: `pr-12-k3v9q2m7xa.<previewDomain>`; left out, they follow from names alone.",
      ),
    certificates: certificates.describe(
      "`automatic`: a public authority's certificates. `internal`: the gateway's own authority.",
    ),
    host: host.describe("The host that all previews share."),
    gateway: gateway.describe("The stack of that host, `host-<name>`, whose gateway serves all previews."),
    registry: registry.describe("Where the images of the pull request's commit are pulled from."),
    commit: commit
      .exactOptional()
      .describe(
        "The commit whose images run; left out, that of the variable TOWPATH_COMMIT, or the one that is checked out.",
      )
      .meta(unhashed),
    ...routedShape(2),
    limits: limits
      .prefault({ memory: "256MiB", cpus: 1, pids: 128 })
      .describe(
        "What each container may use at most, those of PostgreSQL, Redis and the object storage too.",
      ),
    data: previewData
      .prefault({ kind: "empty" })
      .describe("What its database, cache and buckets hold at first."),
    password: password
      .exactOptional()
      .describe(
        "Where the password comes from that browsers ask for, with the user name `preview`; left out, everyone who knows the address may look.",
      ),
    profiles,
    variables,
    secrets: generatedSecrets,
    github: previewGithub,
    maxAge: z
      .int(ageWords)
      .min(1, ageWords)
      .max(365, ageWords)
      .exactOptional()
      .describe(
        "How many days after the last activity `sweep` removes a preview although its pull request is open; left out, never.",
      )
      .meta(unhashed),
    triggers,
    checks: previewChecks,
    fork: z
      .boolean(expected("true or false", "write it without quotes"))
      .default(false)
      .describe(
        "Whether its code comes from a fork: every secret is generated then, whatever `secrets` says. `towpath preview up` and `towpath pull-request` say it by the variable TOWPATH_FORK.",
      ),
  })
  .meta({
    id: "PreviewSettings",
    description:
      "The settings of a preview, stack `pr-<number>`: data of its own, thrown away on close. There is no field for a domain, secret store or database of production, so that a preview cannot reach them.",
  });

/** A preview's settings as they are written. */
export type WrittenPreviewSettings = z.output<typeof previewSchema>;

/** A preview's settings, with all that other environments that are released have; what is optional there is left out. */
export type PreviewSettings = WrittenPreviewSettings &
  Pick<
    StagingSettings,
    "domain" | "hosts" | "copies" | "maintenance" | "migration" | "canary" | "freeze" | "vault"
  >;

/** Completes a preview's settings: its address follows from its name, and it has one copy of each service. */
export function completePreview(written: WrittenPreviewSettings): PreviewSettings {
  const { previewName, previewDomain: below, host, fork, secrets } = written;
  return {
    ...written,
    secrets: fork ? {} : secrets,
    domain: previewAddress(below, previewName),
    hosts: { preview: host },
    copies: {},
    maintenance: false,
    migration: migrationSchema.parse({}),
  };
}
