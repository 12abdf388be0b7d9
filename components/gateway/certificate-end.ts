import { X509Certificate } from "node:crypto";

/** The time for which a name has a certificate. */
export interface CertificateTime {
  /** ISO 8601, in UTC. */
  readonly from: string;
  readonly until: string;
}

/** The part of its time that a certificate has left when Caddy should have renewed it long ago: it does at a third. */
const renewedBy = 1 / 6;

/** Finds the certificate for a name among several in PEM, with those of authorities between them: the one that lasts longest. */
export function certificateFor(name: string, pem: string): CertificateTime | undefined {
  const found = [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)]
    .flatMap(([text]) => parsed(text))
    .filter((certificate) => certificate.checkHost(name) !== undefined)
    .map(({ validFromDate, validToDate }) => ({
      from: validFromDate.toISOString(),
      until: validToDate.toISOString(),
    }));
  return found.sort((one, other) => Date.parse(other.until) - Date.parse(one.until))[0];
}

/** Tells whether a certificate ends so soon that its renewal has failed for some time. */
export function isOverdue({ from, until }: CertificateTime, now: number): boolean {
  const [begins, ends] = [Date.parse(from), Date.parse(until)];
  return ends - now < (ends - begins) * renewedBy;
}

function parsed(pem: string): X509Certificate[] {
  try {
    return [new X509Certificate(pem)];
  } catch {
    return [];
  }
}
