/**
 * The one reader of the stack's configuration.
 *
 * How Pulumi itself hands the configuration over (encrypted values, typed YAML) is proved in test/e2e; what each setting
 * may be is tested in test/unit/settings.
 */
import { deployed, isSecret, valueOf, type Run } from "./engine.ts";
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { loadSettings } from "../../../components/environment/load-settings.ts";
import type { LoadedSettings } from "../../../components/settings/loaded-settings.ts";
import { imageMirrorOf } from "../../../components/settings/settings.ts";
import { host as sharedHost, preview, staging } from "../settings/good.ts";

/** Returns the settings that are read from a configuration with these keys, in an environment with these variables. */
async function loaded(
  configuration: Record<string, string> = {},
  { variables = {}, ...run }: Run & { variables?: Record<string, string> } = {},
): Promise<LoadedSettings> {
  Object.assign(process.env, variables);
  try {
    const prefixed = Object.entries(configuration).map(([key, value]) => [`towpath:${key}`, value]);
    const { result } = await deployed(() => loadSettings("notes"), {
      ...run,
      configuration: Object.fromEntries(prefixed) as Record<string, string>,
    });
    return result;
  } finally {
    for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
  }
}

/** A good configuration as Pulumi hands it over: texts as they are, everything else as JSON. */
function asTexts(good: Record<string, unknown>): Record<string, string> {
  const texts = Object.entries(good).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(texts) as Record<string, string>;
}

describe("loadSettings", () => {
  it("needs nothing in the stack's file: name and working copy determine the environment and the namespace", async () => {
    const { secretValues, credential, settings } = await loaded(
      {},
      { variables: { BRANCH_NAME: "feature/auth-v2" } },
    );
    assert.equal(credential({ source: "agent" }), undefined);
    assert.deepEqual(settings, {
      environment: "local",
      namespace: "notes-local-feature-auth-v2-f4b905e9",
      gateTimeoutSeconds: 60,
      port: 8080,
      reload: true,
      watchSeconds: 2,
      drainSeconds: 10,
      secrets: {},
    });
    assert.deepEqual(secretValues, {});
  });

  it("recognises a preview and its number by the stack's name", async () => {
    const { previewDomain, gateway, host, registry } = preview;
    const { settings } = await loaded(asTexts({ previewDomain, gateway, host, registry }), {
      stack: "pr-12",
    });
    assert.equal(settings.environment, "preview");
    assert.equal(settings.namespace, "notes-pr-12");
    assert.equal("previewName" in settings && settings.previewName, "pr-12");
  });

  it("prefers the stack's file to the name", async () => {
    const { settings } = await loaded({ environment: "local", namespace: "mine" }, { stack: "dev" });
    assert.deepEqual([settings.environment, settings.namespace], ["local", "mine"]);
  });

  it("recognises a shared host by its stack's name", async () => {
    const { settings } = await loaded(asTexts({ host: sharedHost.host }), { stack: "host-app1" });
    assert.equal(settings.environment, "host");
    assert.equal(settings.namespace, "notes-host-app1");
  });

  it("reads numbers, texts, lists and maps from the text that Pulumi passes", async () => {
    const { settings } = await loaded({
      port: "9090",
      namespace: "mine",
      secrets: '{"JWT_SECRET":{"source":"generated","length":64}}',
    });
    assert.equal("port" in settings && settings.port, 9090);
    assert.equal(settings.namespace, "mine");
    assert.deepEqual("secrets" in settings && settings.secrets, {
      JWT_SECRET: { source: "generated", length: 64 },
    });
  });

  it("keeps a text a text, even if it looks like a number", async () => {
    const commit = "1234567890123456789012345678901234567890";
    const { settings } = await loaded(asTexts({ ...staging, commit }), { stack: "staging" });
    assert.equal("commit" in settings && settings.commit, commit);
  });

  it("ignores other programs' keys", async () => {
    const { result } = await deployed(() => loadSettings("notes"), {
      configuration: { "docker:host": "ssh://elsewhere", "other:port": "1" },
    });
    assert.equal(result.settings.environment, "local");
  });

  it("takes the image mirror from the environment unless the stack's file has one", async () => {
    const variables = { TOWPATH_IMAGE_MIRROR: "mirror.example.com" };
    assert.equal(imageMirrorOf((await loaded({}, { variables })).settings), "mirror.example.com");
    const own = { imageMirror: "cache.example.com/hub" };
    assert.equal(imageMirrorOf((await loaded(own, { variables })).settings), "cache.example.com/hub");
    assert.equal(
      imageMirrorOf((await loaded({}, { variables: { TOWPATH_IMAGE_MIRROR: "" } })).settings),
      undefined,
    );
  });

  it("takes the port from the environment unless the stack's file has one", async () => {
    const variables = { TOWPATH_PORT: "8099" };
    const portOf = ({ settings }: LoadedSettings) => "port" in settings && settings.port;
    assert.equal(portOf(await loaded({}, { variables })), 8099);
    assert.equal(portOf(await loaded({ port: "9090" }, { variables })), 9090);
    await assert.rejects(loaded({}, { variables: { TOWPATH_PORT: "http" } }), {
      message:
        'TOWPATH_PORT: expected a port from 1 to 65535, got "http"; choose a free one, for example 8080',
    });
  });

  it("reads the values of secrets from the configuration and the environment, and keeps them secret", async () => {
    const { secretValues } = await loaded(
      {
        secrets:
          '{"OWN_NAME":{"source":"environment"},"HANDED":{"source":"environment","variable":"MY_KEY"}}',
        secretValues: '{"GIVEN":"given","OWN_NAME":"not this one"}',
      },
      { variables: { OWN_NAME: "own", MY_KEY: "handed" } },
    );
    const values = await Promise.all(
      Object.entries(secretValues).map(async ([name, value]) => [name, await valueOf(value)]),
    );
    assert.deepEqual(Object.fromEntries(values), { GIVEN: "given", OWN_NAME: "own", HANDED: "handed" });
    const kept = await Promise.all(Object.values(secretValues).map(isSecret));
    assert.deepEqual(kept, [true, true, true]);
  });

  it("reads the deployment's own credentials, which the application never sees", async () => {
    const { credential } = await loaded({ secretValues: '{"REGISTRY":"hunter2"}' });
    Object.assign(process.env, { SSH_KEY: "key", EMPTY: "" });
    try {
      assert.equal(credential({ source: "configuration", name: "REGISTRY" }), "hunter2");
      assert.equal(credential({ source: "configuration", name: "OTHER" }), undefined);
      assert.equal(credential({ source: "environment", variable: "SSH_KEY" }), "key");
      assert.equal(credential({ source: "environment", variable: "EMPTY" }), undefined);
    } finally {
      for (const name of ["SSH_KEY", "EMPTY"]) Reflect.deleteProperty(process.env, name);
    }
  });

  it("reads previous values where they stay valid, unless they are the same", async () => {
    const rotate = { every: "90d", overlap: true };
    const source = (more: object): object => ({ source: "environment", ...more });
    const configured = { source: "configuration", rotate };
    const configuration = asTexts({
      ...staging,
      secrets: {
        ...{ OWN: source({ rotate }), HANDED: source({ variable: "MY_KEY", rotate }), ENDED: source({}) },
        ...{ SAME: source({ rotate }), KEPT: configured, FRESH: configured },
        MADE: { source: "generated", rotate },
      },
      secretValues: {
        ...{ KEPT: "kept", KEPT_PREVIOUS: "kept before", FRESH: "fresh", MADE_PREVIOUS: "not this one" },
        OWN_PREVIOUS: "nor this one",
      },
    });
    const variables = {
      ...{ OWN: "own", OWN_PREVIOUS: "own before", MY_KEY: "handed", MY_KEY_PREVIOUS: "handed before" },
      ...{ ENDED: "ended", ENDED_PREVIOUS: "ended before", SAME: "same", SAME_PREVIOUS: "same" },
    };
    const { secretValues } = await loaded(configuration, { stack: "staging", variables });
    const previous = Object.entries(secretValues).filter(([name]) => name.endsWith("_PREVIOUS"));
    const values = await Promise.all(previous.map(async ([name, value]) => [name, await valueOf(value)]));
    assert.deepEqual(Object.fromEntries(values), {
      OWN_PREVIOUS: "own before",
      HANDED_PREVIOUS: "handed before",
      KEPT_PREVIOUS: "kept before",
    });
  });

  it("has no value for an environment variable that is unset or empty", async () => {
    const secrets = '{"UNSET_NAME":{"source":"environment"},"EMPTY_NAME":{"source":"environment"}}';
    const { secretValues } = await loaded({ secrets }, { variables: { EMPTY_NAME: "" } });
    assert.deepEqual(secretValues, {});
  });

  it("reports all problems at once, without a stack trace", async () => {
    const failure = await loaded({ port: "0", prot: "8080", secretValues: '{"JWT_SECRET":1}' }).catch(
      (error: unknown) => error,
    );
    assert.ok(pulumi.RunError.isInstance(failure));
    assert.equal(
      failure.message,
      [
        "towpath:port: expected a port from 1 to 65535, got 0; choose a free one, for example 8080",
        'towpath:prot: unknown setting for local; did you mean "port"',
        "towpath:secretValues.JWT_SECRET: expected a text, got a number; write numbers and true or false in quotes",
      ].join("\n"),
    );
  });

  it("reports what is missing when the stack's name does not determine it", async () => {
    await assert.rejects(loaded({}, { stack: "dev" }), {
      message:
        "towpath:environment: expected local, ci, preview, staging, production, host or repository, got nothing; " +
        "set it in the stack's Pulumi.<stack>.yaml",
    });
  });
});
