import type * as pulumi from "@pulumi/pulumi";
import { Login, type LoginArgs } from "../gateway/login.ts";
import type { SharedGateway } from "../gateway/shared-gateway.ts";
import type { PublicSite } from "../gateway/site.ts";
import { isCovered } from "../gateway/wildcard.ts";
import { defined } from "../input/defined.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";

/** Whose certificate a domain has: its own, or that of the gateway for all names below another one. */
export function certificateOf(
  domain: string,
  certificates: ReleasedSettings["certificates"],
  gateway: SharedGateway | undefined,
): Pick<PublicSite, "certificates" | "sharesCertificate"> {
  const wildcard = gateway?.wildcard;
  if (wildcard === undefined || !isCovered(domain, wildcard))
    return { certificates, sharesCertificate: false };
  return {
    certificates: wildcard.certificates === "internal" ? "internal" : "automatic",
    sharesCertificate: true,
  };
}

/** Makes the login of the environment's site, where its settings ask for a password. */
export function loginOf(
  name: string,
  { settings, credential }: LoadedSettings<ReleasedSettings>,
  args: Pick<LoginArgs, "host" | "gateway">,
  opts: pulumi.ComponentResourceOptions,
): Login | undefined {
  if (!("password" in settings)) return undefined;
  const { password } = settings;
  const given = password.source === "generated" ? undefined : credential(password);
  return new Login(`${name}-login`, { ...args, ...defined({ given }) }, opts);
}
