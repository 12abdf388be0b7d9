import assert from "node:assert/strict";
import { addressOf, forwardedHeaders } from "../../../components/gateway/forwarded.ts";

describe("the address of a service", () => {
  const facts = {
    url: "https://example.com",
    domains: { api: { domain: "api.example.com", url: "https://api.example.com" } },
  };
  const of = { domain: "api", path: "/*" };

  it("is that of a further host name where it has no other", () => {
    assert.equal(addressOf({ routes: [] }, facts), "https://example.com");
    assert.equal(addressOf({ routes: [of, "/api/*"] }, facts), "https://example.com");
    assert.equal(addressOf({ routes: [of] }, facts), "https://api.example.com");
    assert.deepEqual(forwardedHeaders(addressOf({ routes: [of] }, facts)), {
      host: "api.example.com",
      "x-forwarded-host": "api.example.com",
      "x-forwarded-proto": "https",
    });
  });
});
