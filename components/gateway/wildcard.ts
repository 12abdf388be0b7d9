import { createPrivateKey, X509Certificate } from "node:crypto";
import type { GivenCertificate } from "../contract/write-wildcard.ts";

/** The one certificate of a gateway for all names below a domain. */
export interface Wildcard {
  readonly domain: string;
  /** `internal`: of the gateway's own authority. `given`: issued elsewhere. */
  readonly certificates: "internal" | "given";
}

/** Tells whether the certificate is one for this name, too: wildcards stand for one label. */
export function isCovered(name: string, { domain }: Wildcard): boolean {
  return name.slice(name.indexOf(".") + 1) === domain;
}

/**
 * Returns the gateway's file for names that no environment has. Caddy takes the certificate of such a site for those below
 * it, and asks no authority for theirs.
 *
 * @param files the paths of a certificate that was issued elsewhere, and its key
 */
export function renderWildcard(domain: string, files?: { certificate: string; key: string }): string {
  return [
    `*.${domain} {`,
    files === undefined ? "\ttls internal" : `\ttls ${files.certificate} ${files.key}`,
    '\theader X-Robots-Tag "noindex, nofollow"',
    '\trespond "nothing is here" 404',
    "}",
    "",
  ].join("\n");
}

/** The time before its end from which a certificate is due for renewal, in milliseconds: 14 days. */
const renewalMilliseconds = 14 * 24 * 3600 * 1000;

/** Returns the problems with a given certificate; empty when it can serve names below the domain now. */
export function certificateProblems(domain: string, given: GivenCertificate, now: Date): string[] {
  const certificate = parsed(() => new X509Certificate(given.certificate));
  if (certificate === undefined) {
    return [
      "towpath:wildcard.certificate: expected a certificate in PEM, got another text; give the chain as its authority sent it",
    ];
  }
  const problems: string[] = [];
  if (certificate.checkHost(`any.${domain}`) === undefined) {
    problems.push(
      `towpath:wildcard.certificate: expected one for *.${domain}, got ${certificate.subjectAltName ?? certificate.subject}; give that of towpath:wildcard.domain`,
    );
  }
  if (certificate.validToDate < now) {
    problems.push(
      `towpath:wildcard.certificate: expected one that is valid, got one until ${dayOf(certificate)}; renew it`,
    );
  }
  const key = parsed(() => createPrivateKey(given.key));
  if (key === undefined || !certificate.checkPrivateKey(key)) {
    problems.push(
      `towpath:wildcard.key: expected the certificate's private key in PEM, got another ${key === undefined ? "text" : "key"}; give the one that it was issued for`,
    );
  }
  return problems;
}

/** Warns of a given certificate that ends soon. */
export function renewalWarning({ certificate: text }: GivenCertificate, now: Date): string | undefined {
  const certificate = new X509Certificate(text);
  if (certificate.validToDate.getTime() - now.getTime() > renewalMilliseconds) return undefined;
  return `towpath:wildcard.certificate: ends on ${dayOf(certificate)}; renew it and run up again`;
}

function dayOf({ validToDate }: X509Certificate): string {
  return validToDate.toISOString().slice(0, 10);
}

function parsed<Result>(parse: () => Result): Result | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
