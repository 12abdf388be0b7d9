import type * as pulumi from "@pulumi/pulumi";
import type { AgentCredential, CredentialSource } from "./credential.ts";
import type { Settings } from "./settings.ts";

/** A stack's settings, and apart from them what is neither compared nor shown: the values of secrets, and credentials. */
export interface LoadedSettings<Of extends Settings = Settings> {
  readonly settings: Of;
  /** The values of those secrets that are given and not made. */
  readonly secretValues: Readonly<Record<string, pulumi.Output<string>>>;
  /** The variables of the project's `.env`, by name; only `local` has them. */
  readonly envValues?: Readonly<Record<string, string>>;
  /** The value of a credential that the deployment itself needs; undefined when it is missing, or the SSH agent's. */
  readonly credential: (source: CredentialSource | AgentCredential) => string | undefined;
}
