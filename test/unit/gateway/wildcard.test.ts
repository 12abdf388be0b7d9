/** A gateway's certificate for all names below a domain. That previews are served with it is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import {
  certificateProblems,
  isCovered,
  renderWildcard,
  renewalWarning,
} from "../../../components/gateway/wildcard.ts";

/** A certificate for *.preview.example.com until 2036-11-25, and its key; nothing trusts it. */
const certificate = pem("CERTIFICATE", [
  "MIIBszCCAVmgAwIBAgIUR9WAMN/POxJfb7hWl0t9ZfFAu7swCgYIKoZIzj0EAwIwHjEcMBoGA1UEAwwTcHJldmlldy5leGFt",
  "cGxlLmNvbTAeFw0yNjExMjkyMTU1MzlaFw0zNjExMjUyMTU1MzlaMB4xHDAaBgNVBAMME3ByZXZpZXcuZXhhbXBsZS5jb20w",
  "WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARYeXcczARXuroO9gTo7g+IlRdOgzKD51ouECOWxw0+JJYwvYytMa+ScQ78fwT5",
  "Xfg0/a3joecIfTwEKvaVSKoOo3UwczAdBgNVHQ4EFgQUuzF6KWM1uuT88jCL0aY3Zy+J+4wwHwYDVR0jBBgwFoAUuzF6KWM1",
  "uuT88jCL0aY3Zy+J+4wwDwYDVR0TAQH/BAUwAwEB/zAgBgNVHREEGTAXghUqLnByZXZpZXcuZXhhbXBsZS5jb20wCgYIKoZI",
  "zj0EAwIDSAAwRQIgUJZH2gT56/hFiNbDls2dZc23hcyXfrDc8SpCnpM9elICIQDIIzBLzdiKANrQ1yu458WPQiX3cHO3aIE1",
  "xa2YPOWfeg==",
]);
const key = pem("PRIVATE KEY", [
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgmn1hpYb2Ga6ZDK7AcS8JO6cpaep0D7K6khlLj7Yb14ehRANC",
  "AARYeXcczARXuroO9gTo7g+IlRdOgzKD51ouECOWxw0+JJYwvYytMa+ScQ78fwT5Xfg0/a3joecIfTwEKvaVSKoO",
]);

function pem(kind: string, lines: readonly string[]): string {
  return [`-----BEGIN ${kind}-----`, lines.join(""), `-----END ${kind}-----`, ""].join("\n");
}

describe("a wildcard certificate", () => {
  it("is for names with one label more than its domain", () => {
    const covers = (name: string): boolean =>
      isCovered(name, { domain: "preview.example.com", certificates: "internal" });
    assert.equal(covers("pr-12.preview.example.com"), true);
    for (const other of ["preview.example.com", "a.pr-12.preview.example.com", "staging.example.com"])
      assert.equal(covers(other), false, other);
  });

  it("stands in a site of its own, which answers for names that nothing else has", () => {
    assert.equal(
      renderWildcard("preview.example.com"),
      `*.preview.example.com {
	tls internal
	header X-Robots-Tag "noindex, nofollow"
	respond "nothing is here" 404
}
`,
    );
    const given = renderWildcard("preview.example.com", { certificate: "/a.pem", key: "/k.pem" });
    assert.match(given, /^\ttls \/a\.pem \/k\.pem$/m);
  });

  describe("that is given", () => {
    const domain = "preview.example.com";
    const now = new Date("2026-12-01T00:00:00Z");

    it("has to be for the domain, valid, and with its key", () => {
      assert.deepEqual(certificateProblems(domain, { certificate, key }, now), []);
      assert.deepEqual(certificateProblems("example.org", { certificate, key }, now), [
        "towpath:wildcard.certificate: expected one for *.example.org, got DNS:*.preview.example.com; give that of towpath:wildcard.domain",
      ]);
      const late = new Date("2037-01-01T00:00:00Z");
      assert.deepEqual(certificateProblems(domain, { certificate, key }, late), [
        "towpath:wildcard.certificate: expected one that is valid, got one until 2036-11-25; renew it",
      ]);
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const other = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      const keyProblem = (got: string): string[] => [
        `towpath:wildcard.key: expected the certificate's private key in PEM, got another ${got}; give the one that it was issued for`,
      ];
      assert.deepEqual(certificateProblems(domain, { certificate, key: other }, now), keyProblem("key"));
      assert.deepEqual(certificateProblems(domain, { certificate, key: "none" }, now), keyProblem("text"));
      assert.deepEqual(certificateProblems(domain, { certificate: "none", key }, now), [
        "towpath:wildcard.certificate: expected a certificate in PEM, got another text; give the chain as its authority sent it",
      ]);
    });

    it("is warned of 14 days before its end", () => {
      const given = { certificate, key };
      assert.equal(renewalWarning(given, new Date("2036-11-11T00:00:00Z")), undefined);
      assert.equal(
        renewalWarning(given, new Date("2036-11-13T00:00:00Z")),
        "towpath:wildcard.certificate: ends on 2036-11-25; renew it and run up again",
      );
    });
  });
});
