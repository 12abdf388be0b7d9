import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  generationOf,
  overlaps,
  type ReleasedSecretSource,
  type SecretSource,
} from "../settings/secret-source.ts";

/** Arguments of a secret. */
export interface SecretArgs {
  source: SecretSource | ReleasedSecretSource;
  /** The value, for the sources that are given one; `loadSettings` has found it. */
  given?: pulumi.Input<string>;
  /** The value from before, where one is given that is still valid. */
  givenPrevious?: pulumi.Input<string>;
}

/** One secret of an environment: made here once and kept, or given. */
export class Secret extends pulumi.ComponentResource {
  readonly value: pulumi.Output<string>;
  /** The value from before, while both are valid. */
  readonly previous: pulumi.Output<string> | undefined;

  constructor(name: string, args: SecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:secrets:Secret", name, {}, opts);
    const { source, given } = args;
    const generation = generationOf(source);
    this.value = pulumi.secret(given ?? generated(name, source, generation, this));
    const previous =
      given === undefined && overlaps(source) && generation > 1
        ? generated(name, source, generation - 1, this)
        : args.givenPrevious;
    this.previous = previous === undefined ? undefined : pulumi.secret(previous);
    this.registerOutputs({ value: this.value, ...(previous !== undefined && { previous: this.previous }) });
  }
}

/** Letters and digits only: the value has to survive URLs, shells and configuration files unquoted. */
function generated(
  name: string,
  source: SecretArgs["source"],
  generation: number,
  parent: Secret,
): pulumi.Output<string> {
  if (source.source !== "generated")
    throw new Error(`${name}: a value of the source ${source.source} has to be given`);
  const { length } = source;
  const part = generation === 1 ? "value" : `value-${generation}`;
  return new random.RandomPassword(`${name}-${part}`, { length, special: false }, { parent }).result;
}
