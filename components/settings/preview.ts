import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { basicShape, routedShape, type BasicSettings, type RoutedSettings } from "./basic.ts";
import { certificates, commit, domainName } from "./domain.ts";
import { host, type HostSettings } from "./host.ts";
import { kinds } from "./kinds.ts";
import { limits, type Limits } from "./limits.ts";
import { registry, type RegistrySettings } from "./registry.ts";
import { secretKey, secretSource, type SecretSource } from "./secret-source.ts";

/**
 * The settings of a pull request's preview, stack `pr-<number>`: data of its own, thrown away on close.
 *
 * There is no field for a domain, secret store or database of production, so that a preview cannot reach them.
 */
export interface PreviewSettings extends BasicSettings, RoutedSettings {
  environment: "preview";
  /** The pull request's number. Follows from the stack's name unless it is set. */
  pullRequest: number;
  /** The domain below which previews are: `pr-<number>.<previewDomain>`. */
  previewDomain: string;
  /** `automatic`: a public authority's certificates. `internal`: the gateway's own authority. */
  certificates: "automatic" | "internal";
  /** The host that all previews share. */
  host: HostSettings;
  /** Where the images of the pull request's commit are pulled from. */
  registry: RegistrySettings;
  /** The commit whose images run; left out, the one that is checked out. */
  commit?: string;
  /** What each container may use at most. */
  limits: Limits;
  /** Where the values of secrets come from, by the secret's name; `generated` for those that are not named. */
  secrets: Record<string, SecretSource>;
}

const numberWords = expected("a pull request's number", "use the stack pr-<number>, for example pr-12");

/** The schema of PreviewSettings. */
export const previewSchema = z
  .strictObject({
    environment: z.literal("preview"),
    ...basicShape(kinds.preview.gateTimeoutSeconds),
    pullRequest: z.int(numberWords).min(1, numberWords).max(999_999_999, numberWords),
    previewDomain: domainName("preview.example.com"),
    certificates,
    host,
    registry,
    commit: commit.exactOptional(),
    ...routedShape(2),
    limits: limits.prefault({ memory: "256MiB", cpus: 0.5, pids: 128 }),
    secrets: z.record(secretKey, secretSource).prefault({}),
  })
  .meta({ id: "PreviewSettings" }) satisfies z.ZodType<PreviewSettings>;
