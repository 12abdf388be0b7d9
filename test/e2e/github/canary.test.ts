import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { CommandLines } from "../../support/command-lines.ts";
import { LocalGithub } from "../../support/github/local-github.ts";
import { TestProject, type Ended } from "../../support/project.ts";
import { LocalVault } from "../../support/vault/local-vault.ts";

/** A program that does with secrets what a staging stack does, without its host. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import { parseApplication } from "./components/application/parse.ts";
import { prepareGithub } from "./components/github/prepare-github.ts";
import { releasedGithub } from "./components/environment/released-github.ts";
import { loadSettings } from "./components/environment/load-settings.ts";
import { applicationSecrets } from "./components/secrets/application-secrets.ts";
import { SecretVersions } from "./components/secrets/secret-versions.ts";
import { withVaultSecrets } from "./components/secrets/with-vault-secrets.ts";
import { checkAgreement } from "./components/settings/agreement.ts";
import { laterUserErrors } from "./components/input/user-errors.ts";

const application = parseApplication({
  name: "notes",
  images: { api: { context: "app/api" } },
  services: { api: { image: "api", secrets: ["CONFIGURED", "GENERATED", "FROM_VARIABLE", "FROM_VAULT"] } },
});
const { loaded, prepared } = await laterUserErrors(async () => {
  const given = loadSettings("notes");
  checkAgreement(application, given.settings, {
    configuration: Object.keys(given.secretValues),
    variables: process.env,
  });
  const loaded = await withVaultSecrets(given);
  return { loaded, prepared: await prepareGithub(application, loaded) };
});
const parent = new pulumi.ComponentResource("towpath:test:Released", "released");
const secrets = applicationSecrets("notes", application, loaded, { parent });
export const versions = new SecretVersions("notes-secret-versions", { values: secrets }, { parent }).versions;
export const github = releasedGithub("notes", prepared, Object.assign(parent, { secrets }));
`;

const stack = "canary-test";
const overlapping = { rotate: { every: "90d", overlap: true } };

/** Values that must never be seen, by what they are. */
type Values = Readonly<Record<string, string>>;

function valuesOf(...names: readonly string[]): Values {
  return Object.fromEntries(names.map((name) => [name, `canary-${name}-${randomBytes(8).toString("hex")}`]));
}

describe("a secret's value", () => {
  const values = valuesOf("configured", "variable", "vault", "secret-id", "token", "passphrase", "password");
  const newer = valuesOf("configured", "variable", "vault");
  const refusedOnes = valuesOf("variable");
  const key = { ...valuesOf("key") };
  /** The values that the first run brought to GitHub. */
  const first = new Map<string, string>();
  const generated: string[] = [];
  const said: string[] = [];
  let github: LocalGithub;
  let vault: LocalVault;
  let project: TestProject;
  let commandLines: CommandLines;
  let variables: Record<string, string>;

  before(async () => {
    github = await LocalGithub.start();
    vault = await LocalVault.start();
    project = await TestProject.create();
    commandLines = new CommandLines();
    vault.role.secretId = `${values["secret-id"]}`;
    vault.write("secret/notes", { FROM_VAULT: values.vault });
    project.source.write("index.ts", program);
    write({});
    variables = {
      GITHUB_BASE_URL: github.url,
      GITHUB_TOKEN: `${values.token}`,
      PULUMI_CONFIG_PASSPHRASE: `${values.passphrase}`,
      REGISTRY_TOKEN: `${values.password}`,
      VAULT_SECRET_ID: `${values["secret-id"]}`,
      FROM_VARIABLE: `${values.variable}`,
    };
    await pulumi("stack", "init", "--stack", stack);
    await set("CONFIGURED", `${values.configured}`);
    await set("DEPLOY_KEY", `-----BEGIN KEY-----\n${key.key}\n-----END KEY-----\n`);
    await pulumi("preview", "--stack", stack, "--diff");
    await pulumi(...up, "--stack", stack);
    for (const [name, { value }] of environment().secrets) first.set(name, value);
    generated.push(`${first.get("GENERATED")}`);
  });
  after(async () => {
    commandLines.stop();
    await project.remove();
    await vault.stop();
    await github.stop();
  });

  function write(generatedSource: object): void {
    const file = `Pulumi.${stack}.yaml`;
    const config = {
      "towpath:environment": "staging",
      "towpath:namespace": project.namespace,
      "towpath:domain": "notes.example.test",
      "towpath:hosts": {
        app1: {
          ...{ address: "10.0.0.1", user: "deploy", hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA" },
          key: { source: "configuration", name: "DEPLOY_KEY" },
        },
      },
      "towpath:registry": {
        ...{ address: "registry.example.test", repository: "team/notes" },
        login: { user: "ci", password: { source: "environment", variable: "REGISTRY_TOKEN" } },
      },
      "towpath:limits": { memory: "256MiB", cpus: 1, pids: 64 },
      "towpath:vault": {
        address: vault.address,
        login: {
          ...{ method: "appRole", roleId: vault.role.roleId },
          secretId: { source: "environment", variable: "VAULT_SECRET_ID" },
        },
      },
      "towpath:secrets": {
        CONFIGURED: { source: "configuration", ...overlapping },
        GENERATED: { source: "generated", ...overlapping, ...generatedSource },
        FROM_VARIABLE: { source: "environment", ...overlapping },
        FROM_VAULT: { source: "vault", path: "secret/notes", ...overlapping },
      },
      "towpath:github": { repository: "octo-org/notes" },
    };
    // Beside what Pulumi itself keeps there: its salt, and encrypted values.
    const before = existsSync(join(project.folder, file)) ? project.source.read(file) : "{}";
    const { config: kept, ...others } = parse(before) as { config?: object };
    project.source.write(file, stringify({ ...others, config: { ...kept, ...config } }));
  }

  async function run(...args: string[]): Promise<Ended> {
    const ended = await project.run(["pulumi", ...args, "--non-interactive"], variables);
    said.push(ended.stdout, ended.stderr);
    return ended;
  }

  async function pulumi(...args: string[]): Promise<Ended> {
    const ended = await run(...args);
    assert.equal(ended.code, 0, `${args.join(" ")}\n${ended.stdout}\n${ended.stderr}`);
    return ended;
  }

  /** A run that has to fail with these words. */
  async function refused(words: RegExp, ...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await run(...args, "--stack", stack);
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, words);
  }

  /** Puts a value into the configuration, on standard input. */
  async function set(name: string, value: string): Promise<void> {
    const command = `printf %s "$VALUE" | node setup/bootstrap.mjs pulumi config set --stack ${stack} --secret --path towpath:secretValues.${name}`;
    const ended = await project.spawn("bash", ["-c", command], { ...variables, VALUE: value }).ended;
    said.push(ended.stdout, ended.stderr);
    assert.equal(ended.code, 0, ended.stderr);
  }

  function environment() {
    return github.store.environment("staging") ?? assert.fail("there is no environment");
  }

  /** A secret of the environment on GitHub. */
  function arrived(name: string): string | undefined {
    return environment().secrets.get(name)?.value;
  }

  const up = ["up", "--yes", "--skip-preview"];

  it("arrives on GitHub from every source", () => {
    assert.deepEqual(
      ["CONFIGURED", "FROM_VARIABLE", "FROM_VAULT", "REGISTRY_TOKEN", "VAULT_SECRET_ID"].map((name) =>
        first.get(name),
      ),
      [values.configured, values.variable, values.vault, values.password, values["secret-id"]],
    );
    assert.equal(first.get("PULUMI_CONFIG_PASSPHRASE"), values.passphrase);
    assert.match(first.get("DEPLOY_KEY") ?? "", new RegExp(`${key.key}`));
    assert.match(first.get("GENERATED") ?? "", /^\w{32}$/);
  });

  it("is replaced, and its previous value is kept beside it", async () => {
    await set("CONFIGURED_PREVIOUS", `${values.configured}`);
    await set("CONFIGURED", `${newer.configured}`);
    write({ generation: 2 });
    vault.write("secret/notes", { FROM_VAULT: newer.vault });
    variables = {
      ...variables,
      FROM_VARIABLE: `${newer.variable}`,
      FROM_VARIABLE_PREVIOUS: `${values.variable}`,
    };
    await pulumi("preview", "--stack", stack, "--json");
    await pulumi(...up, "--stack", stack, "--refresh");
    assert.deepEqual(["CONFIGURED", "FROM_VARIABLE", "FROM_VAULT"].map(arrived), [
      newer.configured,
      newer.variable,
      newer.vault,
    ]);
    assert.equal(arrived("FROM_VARIABLE_PREVIOUS"), values.variable);
    generated.push(`${arrived("GENERATED")}`);
    assert.equal(new Set(generated).size, 2);
    const { stdout } = await pulumi("stack", "output", "versions", "--json", "--stack", stack);
    assert.deepEqual(
      Object.keys(JSON.parse(stdout) as object)
        .filter((name) => name.endsWith("_PREVIOUS"))
        .sort(),
      ["CONFIGURED_PREVIOUS", "FROM_VARIABLE_PREVIOUS", "FROM_VAULT_PREVIOUS", "GENERATED_PREVIOUS"],
    );
  });

  it("appears in no error", async () => {
    variables.FROM_VARIABLE = `${refusedOnes.variable}`;
    github.failNext("PUT", "secrets/FROM_VARIABLE", { status: 422, message: "Validation Failed" });
    await refused(/Validation Failed/, ...up);
    variables.FROM_VARIABLE = `${refusedOnes.variable} `.repeat(2_000);
    await refused(/GitHub takes secrets of 49152 bytes at most/, ...up);
    variables.FROM_VARIABLE = `${refusedOnes.variable}`;
    vault.write("secret/notes", { FROM_VAULT: [values.vault] });
    await refused(/expected a text as "FROM_VAULT" of secret\/notes, got a list/, "preview");
    vault.sealed = true;
    await refused(/expected a server that is unsealed/, "preview");
    vault.sealed = false;
    vault.role.secretId = "another one";
    await refused(/refuses the AppRole/, "preview");
    assert.deepEqual(github.wrong, []);
  });

  it("appears in no output, no file and no command line", async () => {
    for (const args of [
      ["stack"],
      ["stack", "output"],
      ["stack", "export"],
      ["stack", "history"],
      ["config"],
    ])
      await pulumi(...args, "--stack", stack);
    const all = [values, key, newer, refusedOnes].flatMap((one) => Object.values(one)).concat(generated);
    const forms = all.flatMap((value) => [value, Buffer.from(value).toString("base64").slice(0, -4)]);
    const foundIn = (text: string): string[] => forms.filter((form) => text.includes(form));

    assert.deepEqual(foundIn(said.join("\n")), []);
    assert.deepEqual(foundIn([...commandLines.seen].join("\n")), []);
    assert.match([...commandLines.seen].join("\n"), /pulumi-resource-github/);
    const files = filesBelow(project.folder);
    const states = files.filter((file) => file.includes(`${stack}.json`));
    assert.ok(states.length > 0, "no state was looked at");
    for (const file of files) assert.deepEqual(foundIn(readFileSync(file, "latin1")), [], file);

    // What the search would find if it were there.
    const shown = await project.run(
      ["pulumi", "stack", "export", "--show-secrets", "--stack", stack],
      variables,
    );
    const now = [arrived("CONFIGURED"), arrived("FROM_VAULT")];
    const inState = [...now, key.key, values.passphrase, ...generated];
    for (const value of inState) assert.ok(foundIn(shown.stdout).includes(`${value}`), "the search is blind");
  });
});

/** Every file below a folder; links are not followed. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
