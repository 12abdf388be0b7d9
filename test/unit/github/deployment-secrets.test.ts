import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import {
  deploymentSecrets,
  longestSecret,
  missingWarning,
  nameProblems,
  sizeProblem,
  type DeploymentSecret,
} from "../../../components/github/deployment-secrets.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import type { StagingSettings } from "../../../components/settings/staging.ts";
import { notes } from "../application/notes.ts";
import { merged } from "../assert-refused.ts";
import { staging } from "../settings/good.ts";

const application = parseApplication(notes);

function secretsWith(change: object, variables: Record<string, string> = {}): DeploymentSecret[] {
  const settings = parseSettings(merged(staging, change)) as StagingSettings;
  return deploymentSecrets(application, settings, variables);
}

function namesOf(secrets: readonly DeploymentSecret[]): string[] {
  return secrets.map(({ name, place }) => `${name} for ${place}`);
}

describe("the secrets of an environment's workflows", () => {
  it("are the application's, and those that the deployment itself reads", () => {
    assert.deepEqual(namesOf(secretsWith({})), [
      "JWT_SECRET for towpath:secrets.JWT_SECRET",
      "SSH_KEY for towpath:hosts.app1.key",
      "SSH_PRIVATE_KEY for towpath:hosts.app1.jumpHost.key",
      "REGISTRY_TOKEN for towpath:registry.login.password",
      "VAULT_SECRET_ID for towpath:vault.login.secretId",
      "PULUMI_CONFIG_PASSPHRASE for PULUMI_CONFIG_PASSPHRASE",
      "TS_OAUTH_CLIENT_ID for towpath:github.tailscale.clientId",
      "TS_OAUTH_SECRET for towpath:github.tailscale.clientSecret",
    ]);
  });

  it("include the URL of an external server (000-39)", () => {
    const external = { postgres: { external: { url: "DATABASE_URL" } } };
    assert.deepEqual(
      secretsWith(external).filter(({ name }) => name === "DATABASE_URL"),
      [
        {
          ...{ name: "DATABASE_URL", place: "towpath:postgres.external.url" },
          from: { kind: "application", secret: "DATABASE_URL" },
        },
      ],
    );
    const secrets = { DATABASE_URL: { source: "environment", variable: "MY_URL" } };
    assert.ok(
      namesOf(secretsWith({ ...external, secrets })).includes("MY_URL for towpath:postgres.external.url"),
    );
  });

  it("have the name of the variable that they are read from", () => {
    const secrets = secretsWith({
      secrets: { JWT_SECRET: { source: "environment", variable: "MY_JWT", path: undefined } },
    });
    assert.equal(namesOf(secrets)[0], "MY_JWT for towpath:secrets.JWT_SECRET");
  });

  it("include a previous value that a run got in a variable, while both are valid", () => {
    const names = (overlap: boolean, variables: Record<string, string>): string[] =>
      namesOf(
        secretsWith(
          {
            secrets: {
              JWT_SECRET: { source: "environment", variable: "MY_JWT", path: undefined, rotate: { overlap } },
            },
          },
          variables,
        ),
      ).filter((name) => name.includes("JWT"));
    const own = "MY_JWT for towpath:secrets.JWT_SECRET";
    const before = { MY_JWT_PREVIOUS: "x" };
    assert.deepEqual(names(true, before), [own, "MY_JWT_PREVIOUS for towpath:secrets.JWT_SECRET"]);
    assert.deepEqual(names(true, { MY_JWT_PREVIOUS: "" }), [own]);
    assert.deepEqual(names(false, before), [own]);
  });

  it("include the state's token when Pulumi Cloud has the state, and nothing for an empty passphrase", () => {
    const stateSecrets = (variables: Record<string, string>): string[] =>
      secretsWith({}, variables)
        .map(({ name }) => name)
        .filter((name) => name.startsWith("PULUMI_"));
    assert.deepEqual(stateSecrets({ PULUMI_BACKEND_URL: "https://api.pulumi.com" }), ["PULUMI_ACCESS_TOKEN"]);
    assert.deepEqual(stateSecrets({ PULUMI_BACKEND_URL: "s3://state" }), ["PULUMI_CONFIG_PASSPHRASE"]);
    assert.deepEqual(stateSecrets({ PULUMI_CONFIG_PASSPHRASE: "" }), []);
  });

  it("list the same key once", () => {
    const agent = { source: "agent", name: undefined };
    const secrets = secretsWith({ hosts: { app1: { key: agent } } });
    assert.equal(secrets.filter(({ name }) => name === "SSH_PRIVATE_KEY").length, 1);
  });

  it("are refused when GitHub would refuse or mix up their names", () => {
    const secret = (name: string, place: string): DeploymentSecret => ({
      ...{ name, place },
      from: { kind: "variable", variable: name },
    });
    assert.deepEqual(nameProblems([secret("A", "a"), secret("B_2", "b")]), []);
    assert.deepEqual(nameProblems([secret("GITHUB_KEY", "towpath:secrets.GITHUB_KEY")]), [
      'towpath:secrets.GITHUB_KEY: GitHub takes secrets\' names of letters, digits and underscores, not from GITHUB_ on, got "GITHUB_KEY"; rename it',
    ]);
    assert.deepEqual(nameProblems([secret("2-A", "x")]).length, 1);
    assert.deepEqual(nameProblems([secret("KEY", "one"), secret("key", "two")]), [
      'two: GitHub would keep one secret for this and one, got "key"; rename one of them',
    ]);
  });

  it("are refused when they are too large, without showing their value", () => {
    const [jwt] = secretsWith({});
    assert.ok(jwt !== undefined);
    assert.deepEqual(sizeProblem(jwt, "é".repeat(longestSecret / 2)), []);
    assert.deepEqual(sizeProblem(jwt, "é".repeat(longestSecret / 2 + 1)), [
      "towpath:secrets.JWT_SECRET: GitHub takes secrets of 49152 bytes at most, got 49154 for JWT_SECRET; make it smaller, or keep it elsewhere",
    ]);
  });

  it("are asked for by name when no run has their value", () => {
    const [secret] = secretsWith({}).slice(1);
    assert.ok(secret !== undefined);
    assert.equal(
      missingWarning(secret, "staging", "octocat/notes"),
      "towpath:hosts.app1.key: GitHub's environment staging has no secret SSH_KEY, and this run has no value for it; " +
        "workflows need it: gh secret set SSH_KEY --env staging --repo octocat/notes < FILE",
    );
  });
});
