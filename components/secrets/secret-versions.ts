import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { createHmac } from "node:crypto";
import type { SecretValues } from "./files.ts";

/** Arguments of the versions of secrets. */
export interface SecretVersionsArgs {
  values: SecretValues;
}

/** Says which secrets changed between two releases, and nothing of their values. */
export class SecretVersions extends pulumi.ComponentResource {
  /** A version for each secret, by name: not a secret itself. */
  readonly versions: pulumi.Output<Record<string, string>>;
  /** The same one by one: in a plan, those of values that stay are known beside others that are not. */
  readonly ofEach: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: SecretVersionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:secrets:SecretVersions", name, {}, opts);
    const key = new random.RandomPassword(`${name}-key`, { length: 32, special: false }, { parent: this });
    this.ofEach = Object.fromEntries(
      Object.entries(args.values).map(([secret, value]) => {
        const version = pulumi
          .all([key.result, value])
          .apply(([secretKey, plain]) => secretVersion(secretKey, plain));
        return [secret, pulumi.unsecret(version)];
      }),
    );
    this.versions = pulumi.all(this.ofEach);
    this.registerOutputs({ versions: this.versions });
  }
}

/**
 * 8 hexadecimal digits that change with a secret's value.
 *
 * A keyed hash, because a plain one of a short password could be found by trying; the key never leaves the state.
 */
export function secretVersion(key: string, value: string): string {
  return createHmac("sha256", key).update(value).digest("hex").slice(0, 8);
}
