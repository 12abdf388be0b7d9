import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ReleasedSecretSource, SecretSource } from "../settings/secret-source.ts";

/** Where a secret's value comes from. */
export interface SecretArgs {
  source: SecretSource | ReleasedSecretSource;
  /** The value, for the sources that are given one; `loadSettings` has found it. */
  given?: pulumi.Input<string>;
}

/** One secret of an environment: made here once and kept, or given. */
export class Secret extends pulumi.ComponentResource {
  readonly value: pulumi.Output<string>;

  constructor(name: string, args: SecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:secrets:Secret", name, {}, opts);
    this.value = pulumi.secret(args.given ?? generated(name, args.source, this));
    this.registerOutputs({ value: this.value });
  }
}

/** Letters and digits only: the value has to survive URLs, shells and configuration files unquoted. */
function generated(name: string, source: SecretArgs["source"], parent: Secret): pulumi.Output<string> {
  if (source.source !== "generated")
    throw new Error(`${name}: a value of the source ${source.source} has to be given`);
  const { length } = source;
  return new random.RandomPassword(`${name}-value`, { length, special: false }, { parent }).result;
}
