import assert from "node:assert/strict";
import { Vault } from "../../../components/secrets/vault.ts";
import { vaultValues } from "../../../components/secrets/vault-secrets.ts";
import { InputError } from "../../../components/input/input-error.ts";
import type { ReleasedSecretSource } from "../../../components/settings/secret-source.ts";
import { LocalVault } from "../../support/vault/local-vault.ts";

const patience = { answer: 2000, retries: 2, pause: 1 };
const path = "secret/notes/production";
const source: ReleasedSecretSource = { source: "vault", path };

describe("Vault", () => {
  let vault: LocalVault;

  beforeEach(async () => {
    vault = await LocalVault.start();
    vault.write(path, { JWT_SECRET: "the value", MAIL: "another" });
  });
  afterEach(() => vault.stop());

  function withToken(token = vault.token): Vault {
    const login = { method: "token", token: { source: "environment", variable: "VAULT_TOKEN" } } as const;
    return new Vault({ address: `${vault.address}/`, login }, token, patience);
  }

  function withRole(secretId = vault.role.secretId): Vault {
    const { roleId } = vault.role;
    const stored = { source: "configuration", name: "VAULT_SECRET_ID" } as const;
    const login = { method: "appRole", roleId, secretId: stored } as const;
    return new Vault({ address: vault.address, login }, secretId, patience);
  }

  /** Compares the whole message, in which the address stands for itself. */
  async function refused(
    message: string,
    { client = withToken(), sources = { JWT_SECRET: source } }: Refused = {},
  ): Promise<void> {
    await assert.rejects(vaultValues(sources, client), (error) => {
      assert.ok(error instanceof InputError);
      assert.equal(error.message.replaceAll(vault.address, "http://VAULT"), message);
      return true;
    });
  }
  interface Refused {
    client?: Vault;
    sources?: Readonly<Record<string, ReleasedSecretSource>>;
  }

  it("returns the values of its secrets, and reads each entry once", async () => {
    const sources = {
      JWT_SECRET: source,
      SMTP_PASSWORD: { ...source, field: "MAIL" },
      OTHER: { source: "configuration" },
    } as const;
    assert.deepEqual(await vaultValues(sources, withToken()), {
      JWT_SECRET: "the value",
      SMTP_PASSWORD: "another",
    });
    assert.deepEqual(vault.asked, ["GET /v1/secret/data/notes/production"]);
  });

  it("lets an AppRole sign in, once", async () => {
    vault.write("secret/other", { OTHER: "else" });
    const sources = { JWT_SECRET: source, OTHER: { source: "vault", path: "secret/other" } } as const;
    assert.deepEqual(await vaultValues(sources, withRole()), { JWT_SECRET: "the value", OTHER: "else" });
    assert.deepEqual(vault.asked, [
      "POST /v1/auth/approle/login",
      "GET /v1/secret/data/notes/production",
      "GET /v1/secret/data/other",
    ]);
  });

  it("returns the newest version, or the requested one", async () => {
    vault.write(path, { JWT_SECRET: "newer" });
    const client = withToken();
    const versions = await Promise.all([client.read(path), client.read(path, 1)]);
    assert.deepEqual(
      versions.map((entry) => entry.kind === "present" && [entry.version, entry.fields.JWT_SECRET]),
      [
        [2, "newer"],
        [1, "the value"],
      ],
    );
  });

  it("returns the value of the previous version while both are valid", async () => {
    const rotate = { every: 90, overlap: true };
    const values = (overlap = true): Promise<Record<string, string>> =>
      vaultValues({ JWT_SECRET: { ...source, rotate: { ...rotate, overlap } } }, withToken());
    assert.deepEqual(await values(), { JWT_SECRET: "the value" });
    vault.write(path, { JWT_SECRET: "newer" });
    assert.deepEqual(await values(), { JWT_SECRET: "newer", JWT_SECRET_PREVIOUS: "the value" });
    assert.deepEqual(await values(false), { JWT_SECRET: "newer" });
    vault.remove(path, 1, "delete");
    assert.deepEqual(await values(), { JWT_SECRET: "newer" });
    vault.write(path, { JWT_SECRET: "newer", MAIL: "else" });
    assert.deepEqual(await values(), { JWT_SECRET: "newer" });
  });

  it("is asked again after a failure that may pass", async () => {
    vault.failNext({ reset: true }, { status: 429, headers: { "retry-after": "0" } });
    assert.deepEqual(await vaultValues({ JWT_SECRET: source }, withToken()), { JWT_SECRET: "the value" });
    vault.failNext(...Array.from({ length: 3 }, () => ({ status: 500, errors: ["internal error"] })));
    await refused(
      'towpath:vault.address: http://VAULT does not work, got 500 "internal error" in 3 tries; try again when the server is well',
    );
  });

  it("is reported when it cannot be reached", async () => {
    const client = withToken();
    await vault.stop();
    await refused(
      "towpath:vault.address: http://VAULT cannot be reached, got ECONNREFUSED in 3 tries; check the address and this machine's network",
      { client },
    );
    vault = await LocalVault.start();
    vault.failNext({ silent: true });
    const impatient = new Vault(
      { address: vault.address, login: { method: "token", token: { source: "environment", variable: "A" } } },
      vault.token,
      { answer: 50, retries: 0, pause: 1 },
    );
    await refused(
      "towpath:vault.address: http://VAULT cannot be reached, got no answer within 0.05 s in 1 try; check the address and this machine's network",
      { client: impatient },
    );
  });

  it("is reported when it is sealed or on standby, after one request, and the token goes to no other server", async () => {
    vault.sealed = true;
    await refused(
      'towpath:vault.address: expected a server that is unsealed, got 503 "Vault is sealed" from http://VAULT; unseal it and try again',
    );
    vault.sealed = false;
    vault.active = "https://10.0.0.2:8200";
    await refused(
      'towpath:vault.address: expected the active server, got one on standby that points to "https://10.0.0.2:8200/v1/secret/data/notes/production"; set the address that always leads to the active one',
    );
    assert.equal(vault.asked.length, 2);
  });

  it("is reported when the server is something else", async () => {
    vault.failNext({ page: "<html>a proxy</html>" });
    await refused(
      'towpath:vault.address: expected an entry from http://VAULT, got 200 "OK"; check that Vault or OpenBao answers there, with a key-value store of version 2',
    );
  });

  it("is reported when it refuses a login", async () => {
    await refused(
      'towpath:vault.login: expected a valid token, got one that has expired or that http://VAULT does not know, by 403 "permission denied, invalid token"; take a new one',
      { client: withToken(vault.issue({ expired: true })) },
    );
    await refused(
      'towpath:vault.login: http://VAULT refuses the AppRole, got 400 "invalid role or secret ID"; check roleId, and make a new secret id if the old one has expired or is used up',
      { client: withRole("not this one") },
    );
  });

  it("is reported when it has no value for a secret, for all of them at once", async () => {
    vault.write("secret/deleted", { A: "x" });
    vault.remove("secret/deleted", 1, "delete");
    vault.write("secret/destroyed", { A: "x" });
    vault.remove("secret/destroyed", 1, "destroy");
    vault.write("secret/odd", { A: { text: "hunter2" }, B: "", C: 4711 });
    vault.write("secret/empty", {});
    vault.write("secret/private", { A: "x" });
    const token = vault.issue({
      paths: ["notes", "deleted", "destroyed", "odd", "empty", "none"].map((entry) => `secret/${entry}`),
    });
    const at = (entry: string): ReleasedSecretSource => ({ source: "vault", path: `secret/${entry}` });
    await refused(
      [
        'towpath:secrets.MISSING.path: nothing is at secret/none, got 404 "Not Found"; write the value there, or correct the path, whose first part is the store',
        'towpath:secrets.DENIED.path: the login may not read secret/private, got 403 "permission denied"; give its policy the capability read on secret/data/private',
        "towpath:secrets.DELETED.path: expected the newest version of secret/deleted, got version 1, which was deleted; bring it back, or write the value anew",
        "towpath:secrets.DESTROYED.path: expected the newest version of secret/destroyed, got version 1, which was destroyed; write the value anew",
        'towpath:secrets.JWT_SECRETS.field: secret/notes/production has no such field, got "JWT_SECRETS"; did you mean "JWT_SECRET"',
        'towpath:secrets.EMPTY.field: secret/empty has no such field, got "EMPTY"; write the value there',
        'towpath:secrets.A.field: expected a text as "A" of secret/odd, got a map; write the value as a text',
        'towpath:secrets.B.field: expected a text as "B" of secret/odd, got an empty text; write the value as a text',
        'towpath:secrets.C.field: expected a text as "C" of secret/odd, got a number; write the value as a text',
      ].join("\n"),
      {
        client: withToken(token),
        sources: {
          MISSING: at("none"),
          DENIED: at("private"),
          DELETED: at("deleted"),
          DESTROYED: at("destroyed"),
          JWT_SECRETS: source,
          EMPTY: at("empty"),
          ...{ A: at("odd"), B: at("odd"), C: at("odd") },
        },
      },
    );
  });
});
