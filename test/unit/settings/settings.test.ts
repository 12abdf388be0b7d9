import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError } from "../../../components/input/input-error.ts";
import { parseSettings, type SettingsFallbacks } from "../../../components/settings/settings.ts";
import { merged, messageOf, refusalOf } from "../assert-refused.ts";
import * as good from "./good.ts";

const minimal = {
  preview: {
    previewDomain: "preview.example.com",
    gateway: "host-previews",
    host: good.preview.host,
    registry: good.preview.registry,
  },
  released: {
    domain: "notes.example.com",
    hosts: { app1: good.preview.host },
    registry: { address: "ghcr.io", repository: "octocat/notes" },
    limits: { memory: "1GiB", cpus: 0.5, pids: 128 },
  },
};

describe("settings that are missing", () => {
  it("get the environment's defaults", () => {
    const basic = (environment: "local" | "ci"): SettingsFallbacks => ({ environment, namespace: "notes-x" });
    assert.deepEqual(parseSettings({}, basic("local")), {
      environment: "local",
      namespace: "notes-x",
      gateTimeoutSeconds: 60,
      port: 8080,
      reload: true,
      watchSeconds: 2,
      drainSeconds: 10,
      secrets: {},
    });
    assert.deepEqual(parseSettings({}, basic("ci")), {
      environment: "ci",
      namespace: "notes-x",
      gateTimeoutSeconds: 60,
      reuse: "none",
      registries: [],
      buildCache: "none",
      secrets: {},
    });
  });

  it("get a preview's defaults", () => {
    const settings = parseSettings(minimal.preview, {
      environment: "preview",
      namespace: "notes-pr-12",
      previewName: "pr-12",
    });
    assert.ok(settings.environment === "preview");
    assert.equal(settings.gateTimeoutSeconds, 120);
    assert.equal(settings.previewName, "pr-12");
    assert.deepEqual(settings.limits, { memory: 268435456, cpus: 1, pids: 128 });
    assert.deepEqual(settings.host.key, { source: "agent" });
    assert.equal(settings.host.port, 22);
    assert.equal(settings.certificates, "automatic");
    // What follows from them, as other environments that are released have it.
    assert.equal(settings.domain, "pr-12.preview.example.com");
    assert.deepEqual(settings.hosts, { preview: settings.host });
    assert.deepEqual(settings.copies, {});
    assert.equal(settings.maintenance, false);
    assert.deepEqual(settings.migration, { lockWaitSeconds: 60, timeoutSeconds: 600 });
  });

  it("get staging's and production's defaults", () => {
    const staging = parseSettings(minimal.released, { environment: "staging", namespace: "notes-staging" });
    assert.ok(staging.environment === "staging");
    assert.equal(staging.gateTimeoutSeconds, 360);
    const production = parseSettings(
      {
        ...minimal.released,
        promoteFrom: "staging",
        backup: { schedule: "0 3 * * *", retention: "30d" },
        github: { repository: "o/n" },
      },
      { environment: "production", namespace: "notes-production" },
    );
    assert.ok(production.environment === "production");
    assert.equal(production.gateTimeoutSeconds, 240);
    assert.deepEqual(production.migration, { lockWaitSeconds: 60, timeoutSeconds: 600 });
    assert.equal(production.backup.retention, 30);
    assert.equal(production.maintenance, false);
    assert.deepEqual(production.limits, { memory: 1073741824, cpus: 0.5, pids: 128 });
    assert.deepEqual(production.github, {
      repository: "o/n",
      token: { source: "environment", variable: "GITHUB_TOKEN" },
      reviewers: { users: [], teams: [] },
      waitMinutes: 0,
      branches: [],
      tags: ["v*", "prod-*"],
      variables: {},
    });
  });

  it("are completed, and settings that are there are never replaced", () => {
    const given = { environment: "local", namespace: "mine", imageMirror: "a.example.com" };
    const other: SettingsFallbacks = {
      environment: "ci",
      namespace: "other",
      imageMirror: "b.example.com",
      previewName: "pr-3",
    };
    assert.deepEqual(parseSettings(given, other), parseSettings(given));
  });
});

describe("settings of every environment", () => {
  for (const [name, settings] of Object.entries(good).filter(([name]) => name !== "hostKey")) {
    it(`are accepted for ${name}`, () => {
      assert.equal(parseSettings(settings).environment, name);
    });
  }
});

describe("settings are refused", () => {
  const local = refusalOf(parseSettings, good.local);

  it("as a whole", () => {
    assert.equal(
      messageOf(() => parseSettings("x")),
      "settings: expected a map, got a text; see docs/reference/settings.md",
    );
    const which =
      "towpath:environment: expected local, ci, preview, staging, production, host or repository, got";
    const fix = "set it in the stack's Pulumi.<stack>.yaml";
    assert.equal(
      messageOf(() => parseSettings({})),
      `${which} nothing; ${fix}`,
    );
    local(`${which} "prod"; did you mean "production"`, { environment: "prod" });
    local(`${which} "mine"; ${fix}`, { environment: "mine" });
    local(`${which} 3; ${fix}`, { environment: 3 });
  });

  it("when the value is out of range", () => {
    local("towpath:port: expected a port from 1 to 65535, got 80800; choose a free one, for example 8080", {
      port: 80800,
    });
    local('towpath:port: expected a port from 1 to 65535, got "http"; choose a free one, for example 8080', {
      port: "http",
    });
    local(
      "towpath:gateTimeoutSeconds: expected a number of seconds from 1 to 3600, got 0; take 60 if in doubt",
      {
        gateTimeoutSeconds: 0,
      },
    );
    local("towpath:watchSeconds: expected a number of seconds from 0 to 3600, got 1.5; take 2 if in doubt", {
      watchSeconds: 1.5,
    });
    local(
      'towpath:namespace: expected a name of lower-case letters, digits and hyphens, from a letter on, at most 36 characters, got "Notes"; for example "notes-local"',
      { namespace: "Notes" },
    );
    local(
      'towpath:imageMirror: expected a registry with a path and no tag, got "https://cache.example.com"; for example "cache.example.com/docker-hub"',
      { imageMirror: "https://cache.example.com" },
    );
  });

  it("when a variable is no text, or has no name", () => {
    const variables = { COUNT: 5, api: { "1ST": "x", DEBUG: true } };
    assert.equal(
      messageOf(() => parseSettings({ ...good.local, variables })),
      ["COUNT", "api"]
        .map(
          (name) =>
            `towpath:variables.${name}: expected a text, or the variables of the service of that name, each a name of letters, digits and underscores with a text, got a ${name === "api" ? "map" : "number"}; write numbers and true or false in quotes`,
        )
        .join("\n"),
    );
  });

  it("when the environment does not have them", () => {
    local('towpath:gateTimeoutSecond: unknown setting for local; did you mean "gateTimeoutSeconds"', {
      gateTimeoutSecond: 5,
    });
    local("towpath:promoteFrom: unknown setting for local; it is a setting of production", {
      promoteFrom: "staging",
    });
    local("towpath:limits: unknown setting for local; it is a setting of preview, staging, production", {
      limits: {},
    });
    local('towpath:secretValue: unknown setting for local; did you mean "secretValues"', { secretValue: {} });
    local(
      "towpath:colour: unknown setting for local; known are buildArgs, drainSeconds, environment, gateTimeoutSeconds, imageMirror, namespace, port, ports, profiles, reload, secretValues, secrets, variables, watchSeconds",
      { colour: "red" },
    );
  });

  it("with all problems at once, in order", () => {
    local(
      [
        "towpath:gateTimeoutSeconds: expected a number of seconds from 1 to 3600, got -1; take 60 if in doubt",
        "towpath:port: expected a port from 1 to 65535, got 0; choose a free one, for example 8080",
        'towpath:secrets.JWT_SECRET.variabel: unknown field; did you mean "variable"',
        'towpath:drainSecond: unknown setting for local; did you mean "drainSeconds"',
        "towpath:secretValues.PIN: expected a text, got a number; write numbers and true or false in quotes",
      ].join("\n"),
      {
        drainSecond: 1,
        secretValues: { PIN: 1234 },
        port: 0,
        secrets: { JWT_SECRET: { variabel: "X" } },
        gateTimeoutSeconds: -1,
      },
    );
  });
});

describe("the values of secrets", () => {
  it("are no part of the settings", () => {
    const settings = parseSettings(merged(good.local, { secretValues: { JWT_SECRET: "hunter2" } }));
    assert.doesNotMatch(JSON.stringify(settings), /hunter2|secretValues/);
  });

  it("are never shown, wherever they were written", () => {
    const canary = "hunter2-canary";
    const places = [
      { secretValues: canary },
      { secretValues: [canary] },
      { secretValues: { JWT_SECRET: [canary] } },
      { secretValues: { JWT_SECRET: { value: canary } } },
      { secrets: canary },
      { secrets: { JWT_SECRET: canary } },
      { secrets: { JWT_SECRET: { source: canary } } },
      { secrets: { JWT_SECRET: { source: "generated", length: 1, variable: 1 } } },
    ];
    for (const place of places) {
      const message = messageOf(() => parseSettings({ ...good.local, ...place }));
      assert.doesNotMatch(message, /canary/);
      assert.match(message, /^towpath:secret/);
    }
    const released = [
      { hosts: { app1: { key: canary } } },
      { hosts: { app1: { key: { source: canary } } } },
      { hosts: { app1: { hostKey: `-----BEGIN OPENSSH PRIVATE KEY-----${canary}` } } },
      { hosts: { app1: canary } },
      { registry: { login: { password: canary } } },
      { vault: { login: { token: canary } } },
      { vault: { login: canary } },
    ];
    for (const place of released) {
      assert.doesNotMatch(
        messageOf(() => parseSettings(merged(good.staging, place))),
        /canary/,
        JSON.stringify(place),
      );
    }
  });

  it("are refused when they are empty", () => {
    const local = refusalOf(parseSettings, good.local);
    local(
      "towpath:secretValues.A: expected a text, got an empty text; write numbers and true or false in quotes",
      {
        secretValues: { A: "" },
      },
    );
    local("towpath:secretValues: expected a map, got a text; see docs/reference/settings.md", {
      secretValues: "x",
    });
  });
});

describe("any configuration", () => {
  it("is accepted or refused with a plain message", () => {
    const keys = fc.constantFrom(
      ...new Set(Object.values(good).flatMap((settings) => Object.keys(settings))),
    );
    const base = fc.constantFrom<object>(good.local, good.ci, good.preview, good.staging, good.production);
    const answered = (input: unknown): boolean => {
      try {
        parseSettings(input);
      } catch (error) {
        assert.ok(error instanceof InputError, String(error));
        assert.doesNotMatch(error.message, /\n\s+at |node_modules|\[object/);
      }
      return true;
    };
    fc.assert(fc.property(fc.anything(), answered));
    fc.assert(
      fc.property(base, keys, fc.anything(), (settings, key, value) =>
        answered({ ...settings, [key]: value }),
      ),
    );
    fc.assert(
      fc.property(base, keys, fc.string({ unit: "binary" }), (settings, key, value) =>
        answered({ ...settings, [key]: value }),
      ),
    );
  });
});
