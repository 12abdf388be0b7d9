import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { checkAgreement } from "../../../components/settings/agreement.ts";
import { domainsOf } from "../../../components/settings/host-names.ts";
import { branchPreviewStack } from "../../../components/naming/namespace.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import { notes } from "../application/notes.ts";
import { merged, messageOf } from "../assert-refused.ts";
import * as good from "./good.ts";

const application = parseApplication(merged(notes, { domains: ["api", "admin"] }));
const given = {
  configuration: ["JWT_SECRET", "SSH_KEY", "VAULT_SECRET_ID", "TS_OAUTH_SECRET"],
  variables: { JWT_SECRET: "x", REGISTRY_TOKEN: "y", ADMIN_TOKEN: "z", PREVIEW_ADDRESS_SECRET: "a" },
};

/** Returns the refusal of good settings, changed. */
function refusal(settings: object, change: object): string {
  return messageOf(() => {
    checkAgreement(application, parseSettings(merged(settings, change)), given);
  });
}

describe("the host names of an environment", () => {
  const namesIn = (settings: object, change: object = {}): unknown =>
    domainsOf(parseSettings(merged(settings, change)), ["api", "admin"]);

  it("are made of the label and the domain, unless the settings say others", () => {
    assert.deepEqual(namesIn(good.production, { domains: { api: "api.example.org" } }), {
      api: "api.example.org",
      admin: "admin.notes.example.com",
    });
    assert.deepEqual(namesIn(good.local), { api: "api.localhost", admin: "admin.localhost" });
  });

  it("are for a preview such as the certificate of all previews is for", () => {
    assert.deepEqual(namesIn(good.preview), {
      api: "api-pr-12.preview.example.com",
      admin: "admin-pr-12.preview.example.com",
    });
    const pattern = { previewDomain: "notes-{preview}.example.com" };
    assert.deepEqual(namesIn(good.preview, pattern), {
      api: "notes-api-pr-12.example.com",
      admin: "notes-admin-pr-12.example.com",
    });
  });
});

describe("the networks of proxies", () => {
  it("are such as a load balancer's, and nothing else", () => {
    const networks = ["10.0.0.0/8", "2001:db8::/32"];
    const parsed = parseSettings({ ...good.staging, trustedProxies: networks });
    assert.deepEqual("trustedProxies" in parsed && parsed.trustedProxies, networks);
    for (const bad of ["10.0.0.1", "everybody"])
      assert.equal(
        messageOf(() => parseSettings({ ...good.staging, trustedProxies: ["10.0.0.0/8", bad] })),
        `towpath:trustedProxies[1]: expected a network as an address and the length of its prefix, got "${bad}"; for example "10.0.0.0/8" or "2001:db8::/32"`,
      );
    assert.equal(
      messageOf(() => parseSettings({ ...good.staging, trustedProxies: [] })),
      'towpath:trustedProxies: expected at least one network, got []; for example ["10.0.0.0/8"]',
    );
  });
});

describe("settings of host names are refused", () => {
  it("for a domain that the application does not have", () => {
    assert.equal(
      refusal(good.staging, { domains: { apo: "api.example.com" } }),
      'towpath:domains.apo: the application has no such domain; did you mean "api"',
    );
  });

  it("when two are the same", () => {
    assert.equal(
      refusal(good.staging, { domains: { api: "staging.example.com", admin: "api.example.com" } }),
      'towpath:domains.api: the same host name as towpath:domain, got "staging.example.com"; give each a name of its own',
    );
    assert.equal(
      refusal(good.staging, { domains: { api: "admin.staging.example.com" } }),
      'domains[1]: the same host name as towpath:domains.api, got "admin.staging.example.com"; give each a name of its own',
    );
  });

  it("when a redirect takes what is served, or leads to what is not", () => {
    assert.equal(
      refusal(good.staging, {
        redirects: {
          "api.staging.example.com": "staging.example.com",
          "old.example.com": "stagin.example.com",
          "older.example.com": "old.example.com",
        },
      }),
      [
        "towpath:redirects.api.staging.example.com: the application answers there, by domains[0]; remove the redirect",
        'towpath:redirects.old.example.com: expected a host name of this environment, got "stagin.example.com"; did you mean "staging.example.com"',
        'towpath:redirects.older.example.com: expected a host name of this environment, got "old.example.com"; known are admin.staging.example.com, api.staging.example.com, staging.example.com',
      ].join("\n"),
    );
  });

  it("when a preview's would be longer than a label of DNS", () => {
    const previewName = branchPreviewStack("a-branch-of-many-words");
    const previewDomain = "notes-of-the-team-{preview}.example.com";
    const settings = parseSettings(merged(good.preview, { previewName, previewDomain }));
    const long = parseApplication(merged(notes, { domains: ["administration-pages"] }));
    const name = `notes-of-the-team-administration-pages-${previewName}.example.com`;
    assert.equal(
      messageOf(() => {
        checkAgreement(long, settings, given);
      }),
      `domains[0]: the host name would be longer than DNS carries, got "${name.slice(0, 59)}…; choose a shorter label`,
    );
  });

  it("where there are none, and with names that are none", () => {
    assert.equal(
      messageOf(() => parseSettings(merged(good.local, { redirects: {} }))),
      "towpath:redirects: unknown setting for local; it is a setting of staging, production",
    );
    assert.equal(
      messageOf(() => parseSettings(merged(good.preview, { domains: {} }))),
      "towpath:domains: unknown setting for preview; it is a setting of staging, production",
    );
    assert.equal(
      messageOf(() =>
        parseSettings(
          merged(good.staging, {
            domains: { api: "https://api.example.com" },
            redirects: { "old.example.com/": "staging.example.com", "www.example.com": "x" },
          }),
        ),
      ),
      [
        'towpath:domains.api: expected a host name in lower case, without a scheme or path, got "https://api.example.com"; for example "api.example.com"',
        'towpath:redirects.old.example.com/: expected a host name in lower case, without a scheme or path, got "old.example.com/"; for example "www.example.com"',
        'towpath:redirects.www.example.com: expected a host name in lower case, without a scheme or path, got "x"; for example "example.com"',
      ].join("\n"),
    );
    assert.equal(
      messageOf(() => parseSettings(merged(good.staging, { domains: "api", redirects: [] }))),
      [
        'towpath:domains: expected a host name for each label, got "api"; write { "api": "api.example.com" }',
        'towpath:redirects: expected the host name to send visitors to, by that which they ask for, got []; write { "www.example.com": "example.com" }',
      ].join("\n"),
    );
  });
});
