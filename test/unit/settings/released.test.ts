import assert from "node:assert/strict";
import fc from "fast-check";
import { isSchedule } from "../../../components/application/schedule.ts";
import { bytes } from "../../../components/settings/limits.ts";
import type { PreviewSettings } from "../../../components/settings/preview.ts";
import { parseSettings, secretSourcesOf } from "../../../components/settings/settings.ts";
import { merged, refusalOf } from "../assert-refused.ts";
import * as good from "./good.ts";

const preview = refusalOf(parseSettings, good.preview);
const staging = refusalOf(parseSettings, good.staging);
const host = refusalOf(parseSettings, good.host);
/** The good secret, generated. */
const generated = { source: "generated", path: undefined };
const production = refusalOf(parseSettings, good.production);

describe("production", () => {
  it("requires a backup and a promotion source", () => {
    production(
      [
        'towpath:promoteFrom: expected "staging", got nothing; production takes only what staging proved',
        'towpath:backup: expected a schedule and a retention, got nothing; write { "schedule": "0 3 * * *", "retention": "30d" }',
      ].join("\n"),
      { promoteFrom: undefined, backup: undefined },
    );
    production(
      'towpath:promoteFrom: expected "staging", got "ci"; production takes only what staging proved',
      { promoteFrom: "ci" },
    );
    production(
      'towpath:backup.schedule: expected five cron fields, got "daily"; for example "0 3 * * *" for 3:00 UTC each night',
      {
        backup: { schedule: "daily" },
      },
    );
    production(
      'towpath:backup.schedule: expected times that ever come, got "0 3 30 2 *"; none of its months has such a day; take "0 3 * * *" if in doubt',
      {
        backup: { schedule: "0 3 30 2 *" },
      },
    );
    production(
      'towpath:backup.retention: expected a time in days from 1d to 3650d, got "30"; for example "30d"',
      {
        backup: { retention: "30" },
      },
    );
    production(
      'towpath:backup.retention: expected a time in days from 1d to 3650d, got "9999d"; for example "30d"',
      {
        backup: { retention: "9999d" },
      },
    );
    production(
      'towpath:backup.before: expected "migrations" or "releases", got "deploys"; take migrations for a dump before those alone',
      {
        backup: { before: "deploys" },
      },
    );
    production(
      'towpath:backup.restoreProvenWithin: expected a time in days from 1d to 3650d, got "8"; for example "8d"',
      {
        backup: { restoreProvenWithin: "8" },
      },
    );
  });

  it("names the secret with an external server's URL, and never the URL itself (000-39)", () => {
    const fix = 'write { "external": { "url": "DATABASE_URL" } }';
    production(`towpath:postgres: expected the secret with the URL of a server, got a text; ${fix}`, {
      postgres: "postgresql://notes:hunter2@db/notes",
    });
    production(
      `towpath:postgres.external: expected the secret with the URL of a server, got nothing; ${fix}`,
      { postgres: {} },
    );
    production(
      'towpath:postgres.external.url: expected the name of a secret, of letters, digits and underscores, not starting with a digit, got a text; for example "DATABASE_URL", and put the URL under towpath:secretValues',
      { postgres: { external: { url: "postgresql://notes:hunter2@db/notes" } } },
    );
    preview("towpath:postgres: unknown setting for preview; it is a setting of staging, production", {
      postgres: { external: { url: "DATABASE_URL" } },
    });
  });

  it("accepts branches by name or pattern (001-14)", () => {
    const fix = 'for example ["main", "release/*"]';
    production(`towpath:promoteBranches: expected at least one branch, got []; ${fix}`, {
      promoteBranches: [],
    });
    production(`towpath:promoteBranches: expected at least one branch, got "main"; ${fix}`, {
      promoteBranches: "main",
    });
    production(
      'towpath:promoteBranches[1]: expected a name or pattern without spaces, got "my branch"; for example "main" or "v*"',
      { promoteBranches: ["main", "my branch"] },
    );
    const { promoteBranches: _, ...unset } = good.production;
    assert.ok(!("promoteBranches" in parseSettings(unset)));
  });

  it("accepts only true or false for requireEndToEnd", () => {
    production('towpath:requireEndToEnd: expected true or false, got "yes"; write it without quotes', {
      requireEndToEnd: "yes",
    });
  });

  it("requires reasons in words", () => {
    const reason = 'expected a reason, got "  "; write a sentence that others can judge it by';
    production(`towpath:allowUnproven.reason: ${reason}`, { allowUnproven: { reason: "  " } });
    production(`towpath:freeze.reason: ${reason}`, { freeze: { reason: "  " } });
    production(
      'towpath:migration.acknowledge: expected a revision, got ""; take the one that the plan names',
      {
        migration: { acknowledge: "" },
      },
    );
  });
});

describe("the settings of a preview", () => {
  it("have no field of production's own", () => {
    preview(
      [
        "towpath:domain: unknown setting for preview; it is a setting of staging, production",
        "towpath:hosts: unknown setting for preview; it is a setting of staging, production",
        "towpath:vault: unknown setting for preview; it is a setting of staging, production",
        "towpath:backup: unknown setting for preview; it is a setting of production",
      ].join("\n"),
      { domain: "notes.example.com", hosts: {}, vault: {}, backup: {} },
    );
    preview(
      'towpath:secrets.JWT_SECRET.source: expected the source generated, configuration or environment, got a text; write { "source": "configuration" } and put the value under towpath:secretValues',
      { secrets: { JWT_SECRET: { source: "vault", path: "secret/production" } } },
    );
  });

  it("have a name, a domain and a commit", () => {
    preview(
      'towpath:previewName: expected a preview\'s name, got "pr-0"; use the stack pr-<number> or pr-<number>-<variant>, for example pr-12',
      { previewName: "pr-0" },
    );
    preview(
      'towpath:previewDomain: expected a host name in lower case, without a scheme or path, or a pattern of one with {preview}, got "https://p.example.com"; for example "preview.example.com" or "notes-{preview}.example.com"',
      { previewDomain: "https://p.example.com" },
    );
    preview(
      'towpath:commit: expected a commit\'s full name of 40 hexadecimal digits, got "main"; take what git rev-parse prints',
      { commit: "main" },
    );
  });

  it("lead to an address below the domain, or by a pattern (002-99b, 002-134)", () => {
    const addressOf = (settings: object): string =>
      (parseSettings({ ...good.preview, ...settings }) as PreviewSettings).domain;
    assert.equal(addressOf({ previewName: "pr-12-admin" }), "pr-12-admin.preview.example.com");
    const previewDomain = "report-{preview}.example.com";
    assert.equal(addressOf({ previewName: "pr-123", previewDomain }), "report-pr-123.example.com");
  });

  it("end after days without activity, where they are told to", () => {
    preview(
      "towpath:maxAge: expected days from 1 to 365, got 0; leave it out to keep previews while their pull request is open",
      { maxAge: 0 },
    );
    assert.equal((parseSettings({ ...good.preview, maxAge: 14 }) as PreviewSettings).maxAge, 14);
  });

  it("say where the password comes from", () => {
    const from = (password: object): unknown =>
      (parseSettings({ ...good.preview, password }) as PreviewSettings).password;
    for (const password of [
      { source: "generated" },
      { source: "configuration", name: "PREVIEW_PASSWORD" },
      { source: "environment", variable: "PREVIEW_PASSWORD" },
    ])
      assert.deepEqual(from(password), password);
    preview(
      'towpath:password: expected the source generated, configuration or environment, got a text; write { "source": "generated" } for a password of each preview\'s own',
      { password: "sesame" },
    );
  });

  it("generate every secret of a fork's code", () => {
    const secrets = { JWT_SECRET: { source: "environment" } };
    const of = (settings: object): object =>
      secretSourcesOf(parseSettings({ ...good.preview, secrets, ...settings }));
    assert.deepEqual(of({ fork: false }), secrets);
    assert.deepEqual(of({ fork: true }), {});
  });

  it("name a repository, and a token that only commands which ask GitHub need", () => {
    preview(
      'towpath:github.repository: expected a repository\'s owner and name, got "notes"; for example "octocat/notes"',
      { github: { repository: "notes" } },
    );
    const { github } = parseSettings({
      ...good.preview,
      github: { repository: "octocat/notes" },
    }) as PreviewSettings;
    assert.deepEqual(github?.token, { source: "environment", variable: "GITHUB_TOKEN" });
  });
});

describe("the data of a preview", () => {
  it("is empty, or what a command of a service writes", () => {
    const { data: _, ...rest } = good.preview;
    const settings = parseSettings(rest);
    assert.deepEqual("data" in settings && settings.data, { kind: "empty" });
    const seeded = parseSettings(good.preview);
    assert.deepEqual("data" in seeded && seeded.data, { ...good.preview.data, timeoutSeconds: 600 });
  });

  it("is refused when it is anything else", () => {
    preview(
      'towpath:data: expected the kind empty, seed or template, got a text; write { "kind": "empty" } if in doubt',
      {
        data: "production",
      },
    );
    preview(
      'towpath:data.command: expected a command with one item a word, got "python -m notes.seed"; for example ["python", "-m", "notes.seed"]',
      { data: { kind: "seed", service: "api", command: "python -m notes.seed" } },
    );
    preview(
      'towpath:data.service: expected the name of one of the application\'s services, got nothing; for example "api"',
      { data: { kind: "seed", service: undefined } },
    );
  });
});

describe("the template of a host", () => {
  it("has a version, a mask, and columns with personal data", () => {
    host(
      [
        "towpath:template.version: expected a version from 14 to 18, got 9; take the application's own",
        'towpath:template.mask: expected a file relative to the project, got "/etc/mask.sql"; for example "mask.sql"',
        'towpath:template.personal[0]: expected a column as <table>.<column>, got "email"; for example "users.email"',
      ].join("\n"),
      { template: { version: 9, mask: "/etc/mask.sql", personal: ["email"] } },
    );
    host(
      'towpath:template.personal: expected a column as <table>.<column>, got nothing; for example "users.email"',
      { template: { personal: undefined } },
    );
  });

  it("is never of production's data", () => {
    host("towpath:template.from: unknown field; known are image, mask, personal, version", {
      template: { from: "production" },
    });
  });
});

describe("the settings of a generated secret", () => {
  it("have generations from 1 on", () => {
    staging(
      "towpath:secrets.JWT_SECRET.generation: expected a whole number from 1 on, got 0; take the next one for a new value",
      { secrets: { JWT_SECRET: { ...generated, generation: 0 } } },
    );
    const counted = merged(good.staging, { secrets: { JWT_SECRET: { ...generated, generation: 2 } } });
    assert.deepEqual(secretSourcesOf(parseSettings(counted)).JWT_SECRET, {
      ...{ source: "generated", length: 32, generation: 2 },
      rotate: { every: 90, overlap: true },
    });
  });
});

describe("limits, copies, canary and freeze", () => {
  it("are refused when they are out of range", () => {
    const memory = (got: string) =>
      `towpath:limits.memory: expected memory of at least 6MiB, in KiB, MiB or GiB, got ${got}; for example "256MiB"`;
    staging(memory('"256M"'), { limits: { memory: "256M" } });
    staging(memory('"1MiB"'), { limits: { memory: "1MiB" } });
    staging(memory("268435456"), { limits: { memory: 268435456 } });
    staging("towpath:limits.cpus: expected processors from 0.01 to 512, got 0; for example 0.5", {
      limits: { cpus: 0 },
    });
    staging("towpath:limits.pids: expected a number of processes from 8 to 65536, got 1; for example 256", {
      limits: { pids: 1 },
    });
    staging(
      'towpath:limits.services.worker.memory: expected memory of at least 6MiB, in KiB, MiB or GiB, got "1G"; for example "256MiB"',
      { limits: { services: { worker: { memory: "1G" } } } },
    );
    staging(
      'towpath:limits.services.worker: expected limits of the service of that name, got "1GiB"; write { "worker": { "memory": "1GiB" } }',
      { limits: { services: { worker: "1GiB" } } },
    );
    staging(
      'towpath:limits: expected limits, got nothing; write { "memory": "512MiB", "cpus": 1, "pids": 256 }',
      { limits: undefined },
    );
    staging("towpath:copies.api: expected a number of copies from 1 to 100, got 0; take 1 if in doubt", {
      copies: { api: 0 },
    });
    staging(
      "towpath:canary.weight: expected a percentage from 0 to 99, got 100; remove canary to send everyone to the new release, or take 0 to send nobody there",
      { canary: { weight: 100 } },
    );
    staging(
      'towpath:freeze.until: expected a date, or a time with its zone, got "2026-02-30"; for example "2026-01-02" or "2026-01-02T09:00:00Z"',
      { freeze: { until: "2026-02-30" } },
    );
    parseSettings(merged(good.staging, { freeze: { until: "2026-01-02T09:00:00+02:00" } }));
    staging('towpath:maintenance: expected true or false, got "yes"; write it without quotes', {
      maintenance: "yes",
    });
  });

  it("accept memory in its units", () => {
    assert.deepEqual(["64KiB", "256MiB", "1.5GiB", "256", "1e3MiB", "-1MiB", ""].map(bytes), [
      65536,
      268435456,
      1610612736,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    fc.assert(fc.property(fc.nat(999_999), (number) => bytes(`${number}KiB`) === number * 1024));
  });
});

describe("the settings of GitHub", () => {
  it("accept six reviewers at most", () => {
    production(
      "towpath:github.reviewers: expected at most 6 reviewers, users and teams together, got 8; put them in a team",
      { github: { reviewers: { users: ["a", "b", "c", "d", "e", "f", "g"], teams: ["t"] } } },
    );
    parseSettings(
      merged(good.production, { github: { reviewers: { users: ["a", "b", "c", "d", "e"], teams: ["t"] } } }),
    );
  });

  it("are refused in a malformed form", () => {
    production(
      'towpath:github.repository: expected a repository\'s owner and name, got "notes"; for example "octocat/notes"',
      {
        github: { repository: "notes" },
      },
    );
    production(
      'towpath:github.reviewers.users[0]: expected a user\'s login, got "@octocat"; leave out the @',
      {
        github: { reviewers: { users: ["@octocat"] } },
      },
    );
    production(
      'towpath:github.reviewers.teams[0]: expected a team\'s slug without its organisation, got "acme/ops"; for example "release-team"',
      {
        github: { reviewers: { teams: ["acme/ops"] } },
      },
    );
    production(
      "towpath:github.waitMinutes: expected minutes from 0 to 43200, got 50000; take 0 to not wait",
      {
        github: { waitMinutes: 50000 },
      },
    );
    production(
      'towpath:github.branches[0]: expected a name or pattern without spaces, got "my branch"; for example "main" or "v*"',
      {
        github: { branches: ["my branch"] },
      },
    );
    production(
      'towpath:github.variables.github_x: expected a variable\'s name of letters, digits and underscores, not from GITHUB_ on, got "github_x"; for example "LOG_LEVEL"',
      { github: { variables: { github_x: "1" } } },
    );
  });
});

describe("a schedule", () => {
  it("has five cron fields", () => {
    for (const schedule of ["0 3 * * *", "*/15 0-6,22-23/2 1,15 * 1-5", "59 23 31 12 7"])
      assert.ok(isSchedule(schedule), schedule);
    for (const schedule of [
      "",
      "* * * *",
      "* * * * * *",
      "60 * * * *",
      "* 24 * * *",
      "* * 0 * *",
      "* * * 13 *",
      "* * * * 8",
      "5-1 * * * *",
      "@daily",
      "*/0 * * * *",
      "a * * * *",
    ]) {
      assert.ok(!isSchedule(schedule), schedule);
    }
    fc.assert(fc.property(fc.string(), (text) => typeof isSchedule(text) === "boolean"));
  });
});
