import type * as pulumi from "@pulumi/pulumi";
import type { AgentCredential, CredentialSource } from "./credential.ts";
import type { Settings } from "./settings.ts";

/** The stack's settings, and the values of those secrets that are given and not made. */
export type LoadedSettings = Settings & {
  readonly secretValues: Readonly<Record<string, pulumi.Output<string>>>;
  /** The value of a credential that the deployment itself needs; undefined when it is missing, or the SSH agent's. */
  readonly credential: (source: CredentialSource | AgentCredential) => string | undefined;
};
