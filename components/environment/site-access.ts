import type * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import { routedDomains } from "../application/routes.ts";
import { Login, type LoginArgs } from "../gateway/login.ts";
import type { SharedGateway } from "../gateway/shared-gateway.ts";
import type { CertifiedName } from "../gateway/site.ts";
import { isCovered } from "../gateway/wildcard.ts";
import { defined } from "../input/defined.ts";
import type { PublicAccess } from "../release/release-args.ts";
import { domainsOf, redirectsOf } from "../settings/host-names.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";

/** Whose certificate a domain has: its own, or that of the gateway for all names below another one. */
export function certificateOf(
  domain: string,
  certificates: ReleasedSettings["certificates"],
  gateway: SharedGateway | undefined,
): Omit<CertifiedName, "domain"> {
  const wildcard = gateway?.wildcard;
  if (wildcard === undefined || !isCovered(domain, wildcard))
    return { certificates, sharesCertificate: false };
  return {
    certificates: wildcard.certificates === "internal" ? "internal" : "automatic",
    sharesCertificate: true,
  };
}

/** What the gateway knows of an environment beside its own name: those of its domains, by label, those that send visitors away, and proxies. */
export function furtherNames(
  application: Application,
  settings: ReleasedSettings,
  gateway: SharedGateway | undefined,
): Pick<PublicAccess, "domains" | "redirects" | "trustedProxies"> {
  const certified = (domain: string): CertifiedName => ({
    domain,
    ...certificateOf(domain, settings.certificates, gateway),
  });
  const domains = Object.entries(domainsOf(settings, routedDomains(application)));
  return {
    domains: Object.fromEntries(domains.map(([label, domain]) => [label, certified(domain)])),
    redirects: Object.entries(redirectsOf(settings)).map(([from, to]) => ({ ...certified(from), to })),
    ...("trustedProxies" in settings && defined({ trustedProxies: settings.trustedProxies })),
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
