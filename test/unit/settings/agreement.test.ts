import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import {
  absentSecrets,
  checkAgreement,
  missingSecrets,
  sourceOf,
  type GivenValues,
} from "../../../components/settings/agreement.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import { notes } from "../application/notes.ts";
import { merged, messageOf } from "../assert-refused.ts";
import * as good from "./good.ts";

const application = parseApplication(notes);
const all: GivenValues = {
  configuration: ["JWT_SECRET", "SSH_KEY", "VAULT_SECRET_ID", "TS_OAUTH_SECRET"],
  variables: { JWT_SECRET: "x", REGISTRY_TOKEN: "y", ADMIN_TOKEN: "z", PREVIEW_ADDRESS_SECRET: "a" },
};
const nothing: GivenValues = { configuration: [], variables: {} };

/** Returns the refusal of good settings, changed. */
function refusal(settings: object, change: object, given: GivenValues): string {
  return messageOf(() => {
    checkAgreement(application, parseSettings(merged(settings, change)), given);
  });
}

describe("a secret's source", () => {
  it("is generated where data is disposable, and configured where data is kept", () => {
    const { local, ci, preview, staging, production } = good;
    const sources = [local, ci, preview, staging, production];
    assert.deepEqual(
      sources
        .map((settings) => sourceOf(application, parseSettings({ ...settings, secrets: {} }), "A").source)
        .sort(),
      ["configuration", "configuration", "generated", "generated", "generated"],
    );
  });

  it("is the one in the settings, if there is one", () => {
    const settings = parseSettings(good.local);
    assert.deepEqual(sourceOf(application, settings, "JWT_SECRET"), { source: "environment" });
    assert.deepEqual(sourceOf(application, settings, "toString"), { source: "generated", length: 32 });
  });
});

describe("an optional secret (000-52b)", () => {
  const optional = parseApplication(
    merged(notes, {
      services: { api: { secrets: ["JWT_SECRET", "SENTRY_DSN"] } },
      secrets: { SENTRY_DSN: { optional: true } },
    }),
  );

  it("is made nowhere, and may lack a value everywhere", () => {
    for (const settings of [good.local, good.ci, good.preview, good.staging, good.production]) {
      const parsed = parseSettings(settings);
      assert.deepEqual(sourceOf(optional, parsed, "SENTRY_DSN"), { source: "configuration" });
      checkAgreement(optional, parsed, all);
      assert.deepEqual(absentSecrets(optional, parsed, all), ["SENTRY_DSN"]);
      assert.equal(missingSecrets(optional, parsed, nothing).includes("SENTRY_DSN"), false);
      const configuration = [...all.configuration, "SENTRY_DSN"];
      assert.deepEqual(absentSecrets(optional, parsed, { ...all, configuration }), []);
    }
  });

  it("has the source of its setting, and lacks a value where that has none", () => {
    const from = (source: object): object => ({ secrets: { SENTRY_DSN: source } });
    const made = parseSettings(merged(good.local, from({ source: "generated" })));
    assert.deepEqual(absentSecrets(optional, made, all), []);
    const given = parseSettings(merged(good.staging, from({ source: "environment", variable: "DSN" })));
    assert.deepEqual(absentSecrets(optional, given, all), ["SENTRY_DSN"]);
    assert.deepEqual(absentSecrets(optional, given, { ...all, variables: { DSN: "https://x" } }), []);
  });
});

describe("application and settings", () => {
  it("agree when each setting has its counterpart", () => {
    for (const settings of [good.local, good.ci, good.preview, good.staging, good.production]) {
      checkAgreement(application, parseSettings(settings), all);
    }
  });

  it("disagree when a preview's password has no value", () => {
    const given = { ...nothing, variables: { REGISTRY_TOKEN: "r", PREVIEW_ADDRESS_SECRET: "a" } };
    const of = (password: object): string => refusal(good.preview, { password }, given);
    assert.equal(
      of({ source: "configuration", name: "PREVIEW_PASSWORD" }),
      "towpath:secretValues.PREVIEW_PASSWORD: no value for towpath:password; set it with npm run pulumi -- config set --stack pr-12 --secret --path towpath:secretValues.PREVIEW_PASSWORD",
    );
    assert.equal(
      of({ source: "environment", variable: "PREVIEW_PASSWORD" }),
      "towpath:password: no value for it in the environment variable PREVIEW_PASSWORD; set the variable for this run",
    );
  });

  it("disagree when a variable is of an unknown service, set twice, or refers to nothing", () => {
    const variables = {
      ...{ "LOG-LEVEL": "x", TOWPATH_X: "", JWT_SECRET: "x", MIRROR: "${domian}", DB: "${postgres.url}" },
      ...{ apy: {}, web: { DATABASE: "${postgres.host}" } },
    };
    assert.equal(
      refusal(good.staging, { variables }, all),
      [
        'towpath:variables.apy: the application has no such service; did you mean "api"',
        'towpath:variables.web.DATABASE: the service is not connected so, got "${postgres.host}"; add "postgres" to its needs',
        'towpath:variables.LOG-LEVEL: expected a variable\'s name of letters, digits and underscores, not starting with a digit, got "LOG-LEVEL"; for example "LOG_LEVEL"',
        "towpath:variables.TOWPATH_X: Towpath sets this variable; remove it here",
        'towpath:variables.JWT_SECRET: the secret "JWT_SECRET" sets this variable; remove it here',
        'towpath:variables.MIRROR: no such reference, got "${domian}"; did you mean "domain", and the text itself is $${domian}',
      ].join("\n"),
    );
  });

  it("disagree when an external server is none of the application's, or lacks its URL (000-39)", () => {
    const postgres = { external: { url: "DB" } };
    const source = (more: object): object => ({ postgres, secrets: { DB: more } });
    checkAgreement(
      application,
      parseSettings(merged(good.staging, source({ source: "vault", path: "a/b" }))),
      all,
    );
    assert.equal(
      refusal(good.staging, { postgres }, all),
      "towpath:secretValues.DB: no value for towpath:postgres.external.url; set it with npm run pulumi -- config set --stack staging --secret --path towpath:secretValues.DB",
    );
    assert.equal(
      refusal(good.staging, source({ source: "environment", variable: "URL" }), all),
      "towpath:secrets.DB: no value for towpath:postgres.external.url in the environment variable URL; set the variable for this run",
    );
    assert.equal(
      refusal(good.staging, source({ source: "generated" }), all),
      "towpath:secrets.DB: the value is given by whoever runs that server, for towpath:postgres.external.url, got generated; choose the source configuration, environment or vault",
    );
    const without = parseApplication({
      name: "a",
      images: { a: { context: "." } },
      services: { a: { image: "a", secrets: ["JWT_SECRET"] } },
    });
    assert.equal(
      messageOf(() => {
        const change = { ...source({ source: "vault", path: "a/b" }), copies: undefined };
        const settings = parseSettings(merged(good.staging, change));
        checkAgreement(without, settings, all);
      }),
      "towpath:postgres: the application has no postgres, got an external one; remove it, or describe postgres in application.ts",
    );
    assert.deepEqual(missingSecrets(application, parseSettings({ ...good.staging, postgres }), all), ["DB"]);
  });

  it("disagree when a setting is of an unknown service or secret", () => {
    assert.equal(
      refusal(
        good.staging,
        { copies: { apii: 2 }, secrets: { JWT_SECRT: { source: "configuration" } } },
        all,
      ),
      [
        'towpath:copies.apii: the application has no such service; did you mean "api"',
        'towpath:secrets.JWT_SECRT: the application has no such secret; did you mean "JWT_SECRET"',
      ].join("\n"),
    );
    const { limits } = good.staging;
    const services = { worker: { cpus: 1 }, postgres: { memory: "1GiB" }, redsi: { pids: 9 } };
    assert.equal(
      refusal(good.staging, { limits: { ...limits, services } }, all),
      'towpath:limits.services.redsi: the application has no such service; did you mean "redis"',
    );
    assert.equal(
      refusal(good.preview, { data: { service: "apii" } }, all),
      'towpath:data.service: expected a service of the application, got "apii"; did you mean "api"',
    );
    const none = parseApplication({
      name: "a",
      images: { a: { context: "." } },
      services: { a: { image: "a" } },
    });
    assert.equal(
      messageOf(() => {
        checkAgreement(none, parseSettings(good.local), all);
      }),
      "towpath:secrets.JWT_SECRET: the application has no such secret; remove it",
    );
  });

  it("disagree when a secret has no value", () => {
    assert.equal(
      refusal(good.local, {}, nothing),
      "towpath:secrets.JWT_SECRET: no value for this secret of api in the environment variable JWT_SECRET; set the variable for this run, or write it into .env",
    );
    assert.equal(
      refusal(
        good.local,
        { secrets: { JWT_SECRET: { variable: "JWT" } } },
        { ...nothing, variables: { JWT: "" } },
      ),
      "towpath:secrets.JWT_SECRET: no value for this secret of api in the environment variable JWT; set the variable for this run, or write it into .env",
    );
    assert.equal(
      refusal(good.local, { secrets: { JWT_SECRET: { source: "configuration" } } }, nothing),
      "towpath:secretValues.JWT_SECRET: no value for this secret of api; set it with npm run pulumi -- config set --stack local --secret --path towpath:secretValues.JWT_SECRET",
    );
  });

  it("disagree when the name for a previous value is taken", () => {
    const overlapping = {
      secrets: {
        JWT_SECRET: { source: "vault", path: "secret/notes", rotate: { every: "90d", overlap: true } },
      },
    };
    const taken = (owner: string): string =>
      `towpath:secrets.JWT_SECRET.rotate.overlap: expected JWT_SECRET_PREVIOUS to be free for the value from before, got ${owner} in the application; rename that, or leave out overlap`;
    for (const [change, owner] of [
      [{ secrets: ["JWT_SECRET", "JWT_SECRET_PREVIOUS"] }, "secrets.JWT_SECRET_PREVIOUS"],
      [{ environment: { JWT_SECRET_PREVIOUS: "x" } }, "services.api.environment.JWT_SECRET_PREVIOUS"],
      [
        { environment: { JWT_SECRET_PREVIOUS_FILE: "x" } },
        "services.api.environment.JWT_SECRET_PREVIOUS_FILE",
      ],
    ] as const) {
      const described = parseApplication(merged(notes, { services: { api: change } }));
      const given = { ...all, configuration: [...all.configuration, "JWT_SECRET_PREVIOUS"] };
      const settings = merged(good.staging, overlapping) as object;
      assert.equal(
        messageOf(() => {
          checkAgreement(described, parseSettings(settings), given);
        }),
        taken(owner),
      );
      const without = merged(settings, { secrets: { JWT_SECRET: { rotate: { overlap: false } } } });
      checkAgreement(described, parseSettings(without), given);
    }
  });

  it("disagree when smoke checks may take longer than the gate (001-82)", () => {
    const polling = (retries: number) =>
      parseApplication(
        merged(notes, {
          smoke: [
            { path: "/api/health", retries, everySeconds: 5 },
            { service: "api", command: ["true"] },
          ],
        }),
      );
    const settings = parseSettings(good.local);
    checkAgreement(polling(12), parseSettings({ ...good.local, gateTimeoutSeconds: 120 }), all);
    assert.equal(
      messageOf(() => {
        checkAgreement(polling(12), settings, all);
      }),
      "smoke: tries and commands may take at most towpath:gateTimeoutSeconds together, 60 s in local, got 120 s; lower retries, everySeconds or timeoutSeconds, or raise that setting",
    );
  });

  it("disagree when the deployment itself has no credentials", () => {
    assert.equal(
      refusal(good.staging, {}, nothing),
      [
        "towpath:secretValues.SSH_KEY: no value for towpath:hosts.app1.key; set it with npm run pulumi -- config set --stack staging --secret --path towpath:secretValues.SSH_KEY",
        "towpath:registry.login.password: no value for it in the environment variable REGISTRY_TOKEN; set the variable for this run",
        "towpath:secretValues.VAULT_SECRET_ID: no value for towpath:vault.login.secretId; set it with npm run pulumi -- config set --stack staging --secret --path towpath:secretValues.VAULT_SECRET_ID",
        "towpath:github.token: no value for it in the environment variable ADMIN_TOKEN; set the variable for this run",
        "towpath:secretValues.TS_OAUTH_SECRET: no value for towpath:github.tailscale.clientSecret; set it with npm run pulumi -- config set --stack staging --secret --path towpath:secretValues.TS_OAUTH_SECRET",
      ].join("\n"),
    );
  });
});

describe("the copies of a service of which never two run", () => {
  it("are one", () => {
    const alone = parseApplication(merged(notes, { services: { worker: { rollout: "stop-first" } } }));
    const agree = (copies: object) => (): void => {
      checkAgreement(alone, parseSettings(merged(good.staging, { copies })), all);
    };
    agree({ worker: 1, api: 2 })();
    assert.equal(
      messageOf(agree({ worker: 2 })),
      "towpath:copies.worker: expected one copy of a service that is released stop-first, got 2; remove it, or leave out services.worker.rollout",
    );
  });
});

describe("the ports that services publish", () => {
  it("are not that of a host's SSH server, where they are published", () => {
    const shell = parseApplication(
      merged(notes, { services: { worker: { ports: ["2222:22", "2222:22/udp"] } } }),
    );
    assert.equal(
      messageOf(() => {
        checkAgreement(shell, parseSettings(good.staging), all);
      }),
      'services.worker.ports[0]: the SSH server of app1 has port 2222, got "2222:22"; choose another port',
    );
    checkAgreement(shell, parseSettings(good.preview), all);
  });
});
