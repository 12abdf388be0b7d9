import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { HashPasswordInput } from "../contract/hash-password.ts";
import type { Host } from "../host/host.ts";
import { Step } from "../host/step.ts";
import type { Gateway } from "./gateway.ts";

/** Arguments of a login. */
export interface LoginArgs {
  host: Pick<Host, "connection">;
  gateway: Pick<Gateway, "containerName">;
  /** The password; left out, one is made and kept in the state. */
  given?: string;
}

/** The length of a generated password, in letters and digits. */
const length = 20;

/** The password of a site, and the hash that the gateway compares it with: made once for each password, for it has a random salt. */
export class Login extends pulumi.ComponentResource {
  readonly password: pulumi.Output<string>;
  readonly hash: pulumi.Output<string>;

  constructor(name: string, { host, gateway, given }: LoginArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:gateway:Login", name, {}, opts);
    this.password = pulumi.secret(
      given ??
        new random.RandomPassword(`${name}-password`, { length, special: false }, { parent: this }).result,
    );
    this.hash = hashOf(`${name}-hash`, { host, gateway, password: this.password }, { parent: this });
    this.registerOutputs({});
  }
}

/** The hash that a gateway compares a password with: made once for each password, for it has a random salt. */
export function hashOf(
  name: string,
  { host, gateway, password }: Omit<LoginArgs, "given"> & { password: pulumi.Output<string> },
  opts: pulumi.ComponentResourceOptions,
): pulumi.Output<string> {
  const hashing = new Step<HashPasswordInput>(
    name,
    { host, program: "hash-password", input: { gateway: gateway.containerName, password } },
    { ...opts, additionalSecretOutputs: ["stdout"] },
  );
  return pulumi.secret(hashing.receipt.apply(({ hash = "" }) => String(hash)));
}
