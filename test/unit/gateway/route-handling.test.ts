import assert from "node:assert/strict";
import { handling } from "../../../components/gateway/route-handling.ts";
import { renderSite } from "../../../components/gateway/site.ts";

const route = {
  path: "/admin/*",
  stripPrefix: true,
  maxBodySize: "10MiB",
  headers: { "Cache-Control": "no-store", "Clear-Site-Data": '"cache"' },
  basicAuth: { user: "admin", secret: "ADMIN_PASSWORD" },
};

describe("what the gateway does on a route", () => {
  it("is said before its service is asked, which does not see the password", () => {
    assert.deepEqual(handling(route, "notes-staging/admin/*", { ADMIN_PASSWORD: "$2a$10$hash" }), [
      'header >Cache-Control "no-store"',
      'header >Clear-Site-Data "\\"cache\\""',
      "request_body {",
      "\tmax_size 10MiB",
      "}",
      "uri strip_prefix /admin",
      'basic_auth bcrypt "notes-staging/admin/*" {',
      "\tadmin $2a$10$hash",
      "}",
      "request_header -Authorization",
    ]);
    assert.deepEqual(handling({ path: "/*" }, "notes-staging/*", {}), []);
  });

  const site = { name: "notes", routes: [{ ...route, service: "api", port: 8000 }] };

  it("asks for no password on one's own machine", () => {
    const text = renderSite({ ...site, access: { route: "localhost" } });
    assert.match(text, /uri strip_prefix \/admin\n\t\t\treverse_proxy /);
    assert.doesNotMatch(text, /basic_auth/);
  });

  it("believes the proxies before it, where the settings name them", () => {
    const access = {
      ...{ route: "domain" as const, domain: "a.example", certificates: "internal" as const },
      ...{ sharesCertificate: false, healthPaths: [], hidden: false, drainSeconds: 1 },
      hashes: { ADMIN_PASSWORD: "hash" },
    };
    const trusting = renderSite({
      ...site,
      access: { ...access, trustedProxies: ["10.0.0.0/8", "fd00::/8"] },
    });
    assert.equal(trusting.match(/^\t+trusted_proxies 10\.0\.0\.0\/8 fd00::\/8$/gm)?.length, 2);
    assert.doesNotMatch(renderSite({ ...site, access }), /trusted_proxies/);
  });
});
