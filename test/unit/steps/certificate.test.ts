/**
 * The wait for a site's certificate, with a fake `docker` whose `nc` answers or does not.
 *
 * It cannot prove that a certificate is believed, or not: test/e2e/hosts asks a gateway over HTTPS.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { mock } from "node:test";
import { dockerMachine } from "../../../steps/machine/docker-machine.ts";
import { awaitCertificate } from "../../../steps/route/certificate.ts";
import { playing } from "./play.ts";

const target = { gateway: "gateway", host: "127.0.0.1", port: 443 };
const site = { domain: "notes.example.com", certificates: "automatic" } as const;

/** The number of calls that the fake `docker` has had; it writes each down under its number. */
function callsSoFar(): number {
  let number = 0;
  while (existsSync(join(process.env.FAKE_DOCKER ?? "", String(number + 1)))) number++;
  return number;
}

describe("the wait for a certificate", function () {
  this.timeout(30_000);

  it("ends with the first answer, whatever it is", async () => {
    const { result, calls } = await playing(
      `if [ $times -lt 3 ]; then refuse "tlsv1 alert internal error"; else answer 503 ""; fi`,
      () => awaitCertificate(dockerMachine, target, site),
    );
    assert.equal(result, undefined);
    assert.equal(calls.length, 3);
    assert.equal(calls[2]?.input.toString().split("\r\n")[0], "HEAD / HTTP/1.1");
  });

  it("ends after a minute with what to do", async () => {
    const began = Date.now();
    // Others in this process look at the clock, too: it goes on with each request, not with each look.
    const clock = mock.method(Date, "now", () => began + 31_000 * callsSoFar());
    try {
      const { result, calls } = await playing(`refuse "tlsv1 alert internal error"`, () =>
        awaitCertificate(dockerMachine, target, site),
      );
      assert.equal(
        result,
        "no certificate for notes.example.com within 60 s: tlsv1 alert internal error; " +
          "let the domain's DNS point to the host and open its ports 80 and 443",
      );
      assert.equal(calls.length, 2);
    } finally {
      clock.mock.restore();
    }
  });
});
