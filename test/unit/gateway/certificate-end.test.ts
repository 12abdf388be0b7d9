import assert from "node:assert/strict";
import { certificateFor, isOverdue } from "../../../components/gateway/certificate-end.ts";

/** A certificate for *.preview.example.com from 2026-11-29 until 2036-11-25; nothing trusts it. */
const certificate = [
  "-----BEGIN CERTIFICATE-----",
  "MIIBszCCAVmgAwIBAgIUR9WAMN/POxJfb7hWl0t9ZfFAu7swCgYIKoZIzj0EAwIwHjEcMBoGA1UEAwwTcHJldmlldy5leGFt",
  "cGxlLmNvbTAeFw0yNjExMjkyMTU1MzlaFw0zNjExMjUyMTU1MzlaMB4xHDAaBgNVBAMME3ByZXZpZXcuZXhhbXBsZS5jb20w",
  "WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARYeXcczARXuroO9gTo7g+IlRdOgzKD51ouECOWxw0+JJYwvYytMa+ScQ78fwT5",
  "Xfg0/a3joecIfTwEKvaVSKoOo3UwczAdBgNVHQ4EFgQUuzF6KWM1uuT88jCL0aY3Zy+J+4wwHwYDVR0jBBgwFoAUuzF6KWM1",
  "uuT88jCL0aY3Zy+J+4wwDwYDVR0TAQH/BAUwAwEB/zAgBgNVHREEGTAXghUqLnByZXZpZXcuZXhhbXBsZS5jb20wCgYIKoZI",
  "zj0EAwIDSAAwRQIgUJZH2gT56/hFiNbDls2dZc23hcyXfrDc8SpCnpM9elICIQDIIzBLzdiKANrQ1yu458WPQiX3cHO3aIE1",
  "xa2YPOWfeg==",
  "-----END CERTIFICATE-----",
  "",
].join("\n");

describe("the end of a certificate", () => {
  it("is found among several, by the name that it is for", () => {
    const pem = `${certificate}-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n${certificate}`;
    assert.deepEqual(certificateFor("pr-1.preview.example.com", pem), {
      from: "2026-11-29T21:55:39.000Z",
      until: "2036-11-25T21:55:39.000Z",
    });
    assert.equal(certificateFor("staging.example.com", pem), undefined);
    assert.equal(certificateFor("staging.example.com", ""), undefined);
  });

  it("is near when the gateway should have renewed it long ago: at a sixth of its time", () => {
    const quarter = { from: "2026-01-01T00:00:00Z", until: "2026-04-01T00:00:00Z" };
    assert.equal(isOverdue(quarter, Date.parse("2026-03-16T00:00:00Z")), false);
    assert.equal(isOverdue(quarter, Date.parse("2026-03-18T00:00:00Z")), true);
    const day = { from: "2026-01-01T00:00:00Z", until: "2026-01-01T12:00:00Z" };
    assert.equal(isOverdue(day, Date.parse("2026-01-01T09:00:00Z")), false);
    assert.equal(isOverdue(day, Date.parse("2026-01-01T10:30:00Z")), true);
  });
});
