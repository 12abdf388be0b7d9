import { parseSettings } from "../../../components/settings/settings.ts";
import { merged, refusalOf } from "../assert-refused.ts";
import * as good from "./good.ts";

const staging = refusalOf(parseSettings, good.staging);

describe("hosts", () => {
  it("are required, and refused in a malformed form", () => {
    staging(
      'towpath:hosts: expected at least one host by a name of your own, got {}; write { "app1": { "address": "app1.example.com", "user": "deploy", "hostKey": "ssh-ed25519 AAAA…" } }',
      { hosts: { app1: undefined } },
    );
    staging(
      'towpath:hosts.App 1/..: expected a name of lower-case letters, digits and hyphens, from a letter on, at most 24 characters, got "App 1/.."; for example "app1"',
      { hosts: { "App 1/..": { address: "app1", user: "deploy", hostKey: good.hostKey } } },
    );
    staging(
      'towpath:hosts.app1.address: expected a host name or IP address, got "app 1"; for example "app1.example.com"',
      {
        hosts: { app1: { address: "app 1" } },
      },
    );
    staging(
      'towpath:hosts.app1.user: expected a user of the host, got "-oProxyCommand=x"; for example "deploy"',
      {
        hosts: { app1: { user: "-oProxyCommand=x" } },
      },
    );
    staging("towpath:hosts.app1.jumpHost.port: expected a port from 1 to 65535, got 0; take 22 if in doubt", {
      hosts: { app1: { jumpHost: { port: 0 } } },
    });
    staging(
      "towpath:hosts.app1.hostKey: expected a public host key, got nothing; take the line that ssh-keyscan prints, without the name: ssh-ed25519 AAAA…",
      { hosts: { app1: { hostKey: undefined } } },
    );
    staging(
      'towpath:hosts.app1.key.source: expected the source agent, configuration or environment, got a text; write { "source": "agent" } to use the running SSH agent',
      { hosts: { app1: { key: { source: "file" } } } },
    );
    for (const address of ["10.0.0.1", "::1", "fe80::1", "app1", "App-1.example.com"]) {
      parseSettings(merged(good.staging, { hosts: { app1: { address } } }));
    }
  });
});

describe("build arguments", () => {
  it("are refused that are no texts, no names, or of environments whose images are built already (000-51)", () => {
    const local = refusalOf(parseSettings, good.local);
    local(
      "towpath:buildArgs.web.PORT: expected a text, got a number; write numbers and true or false in quotes",
      {
        buildArgs: { web: { PORT: 8000 } },
      },
    );
    local(
      'towpath:buildArgs.VITE_API_BASE: expected the arguments of the image of that name, got "/api"; write { "web": { "VITE_API_BASE": "/api" } }',
      { buildArgs: { VITE_API_BASE: "/api" } },
    );
    refusalOf(parseSettings, good.staging)(
      "towpath:buildArgs: unknown setting for staging; it is a setting of local, ci",
      { buildArgs: { web: { VITE_API_BASE: "/api" } } },
    );
  });
});

describe("registries and Vault", () => {
  it("are refused where layers are to be kept in a registry that is not there (001-38)", () => {
    const ci = refusalOf(parseSettings, good.ci);
    ci(
      'towpath:buildCache: expected a registry that keeps the layers, got no towpath:registries; set towpath:registries, or take "none"',
      { registries: [] },
    );
    ci('towpath:buildCache: expected "none" or "registry", got "local"; take none to build everything anew', {
      buildCache: "local",
    });
  });

  it("are refused in a malformed form", () => {
    staging(
      'towpath:registry.address: expected a registry\'s host name without a path, got "ghcr.io/octocat"; for example "ghcr.io"',
      {
        registry: { address: "ghcr.io/octocat" },
      },
    );
    staging(
      'towpath:registry.repository: expected a path of lower-case names, got "Octocat/notes"; for example "owner/notes"',
      {
        registry: { repository: "Octocat/notes" },
      },
    );
    staging(
      'towpath:vault.address: expected an address with http:// or https://, got "vault:8200"; for example "https://vault.example.com:8200"',
      {
        vault: { address: "vault:8200" },
      },
    );
    staging(
      "towpath:secrets.JWT_SECRET: no vault is set up for this secret; set towpath:vault, or choose another source",
      {
        vault: undefined,
      },
    );
    staging(
      'towpath:secrets.JWT_SECRET.path: expected a path with its store first, got "notes"; for example "secret/notes/production"',
      {
        secrets: { JWT_SECRET: { path: "notes" } },
      },
    );
    staging(
      'towpath:secrets.JWT_SECRET.rotate.every: expected an age in days from 1d to 3650d, got "quarterly"; for example "90d"',
      {
        secrets: { JWT_SECRET: { rotate: { every: "quarterly" } } },
      },
    );
  });
});
