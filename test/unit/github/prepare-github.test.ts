/** The checks before a stack's environment on GitHub is made. The real plugin and all of GitHub: test/e2e/github. */
import { outcome } from "../components/engine.ts";
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { prepareGithub, type PreparedGithub } from "../../../components/github/prepare-github.ts";
import { InputError } from "../../../components/input/input-error.ts";
import type { LoadedSettings } from "../../../components/settings/loaded-settings.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import { notes } from "../application/notes.ts";
import { merged } from "../assert-refused.ts";
import * as good from "../settings/good.ts";
import { PlayedGithub, repositoryOn } from "./played-github.ts";

const application = parseApplication(notes);
const values: Record<string, string> = {
  SSH_KEY: "a key",
  VAULT_SECRET_ID: "an id",
  TS_OAUTH_SECRET: "joins",
};

describe("an environment that is planned on GitHub", () => {
  let github: PlayedGithub;
  beforeEach(async () => {
    github = await PlayedGithub.start();
    github.answers = repositoryOn("enterprise");
    process.env.PULUMI_CONFIG_PASSPHRASE = "opens the state";
  });
  afterEach(async () => {
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    await github.stop();
  });

  async function prepared(
    change: object = {},
    { base = good.staging, left = {}, secret = "hunter2" } = {},
  ): Promise<{ result: PreparedGithub | undefined; thrown: unknown; warnings: string[] }> {
    const warnings: string[] = [];
    const warn = pulumi.log.warn;
    const ended = await outcome(
      () => {
        Object.assign(pulumi.log, {
          warn: (message: string) => {
            warnings.push(message);
            return Promise.resolve();
          },
        });
        const loaded = {
          settings: parseSettings(merged(base, change)),
          secretValues: { JWT_SECRET: pulumi.secret(secret) },
          credential: (source: { source: string; name?: string; variable?: string }) =>
            values[source.name ?? ""] ?? (source.variable === undefined ? undefined : "from the environment"),
        } as unknown as LoadedSettings;
        return prepareGithub(application, loaded as Parameters<typeof prepareGithub>[1]);
      },
      { stack: "staging", functions: { "pulumi:pulumi:readStackOutputs": () => ({ outputs: left }) } },
    ).finally(() => Object.assign(pulumi.log, { warn }));
    return { ...ended, warnings };
  }

  async function refusal(change: object = {}, more: Parameters<typeof prepared>[1] = {}): Promise<string> {
    const { thrown } = await prepared(change, more);
    assert.ok(thrown instanceof InputError, String(thrown));
    return thrown.message;
  }

  it("has its reviewers' numbers and its secrets, and nothing is written yet", async () => {
    const { result, thrown, warnings } = await prepared();
    assert.equal(thrown, undefined);
    assert.deepEqual(result?.reviewers, { users: [5], teams: [107] });
    assert.deepEqual(result.given, {
      SSH_KEY: "a key",
      REGISTRY_TOKEN: "from the environment",
      VAULT_SECRET_ID: "an id",
      PULUMI_CONFIG_PASSPHRASE: "opens the state",
      TS_OAUTH_CLIENT_ID: "kA1",
      TS_OAUTH_SECRET: "joins",
    });
    assert.deepEqual(result.ofApplication, { JWT_SECRET: "JWT_SECRET" });
    assert.ok(github.asked.every((asked) => asked.startsWith("GET ")));
    assert.deepEqual(warnings, [
      "towpath:hosts.app1.jumpHost.key: GitHub's environment staging has no secret SSH_PRIVATE_KEY, and this run has no value for it; workflows need it: gh secret set SSH_PRIVATE_KEY --env staging --repo octocat/notes < FILE",
    ]);
  });

  it("is refused because of what GitHub's plan does not offer, all at once", async () => {
    github.answers = repositoryOn("free");
    assert.equal(
      await refusal(),
      [
        "towpath:github: GitHub has environments with secrets, branches and tags in private repositories on pro, team, enterprise only, got a private one on free; upgrade or make it public, or leave the setting out, and keep secrets in the repository",
        "towpath:github.reviewers: GitHub has required reviewers in private repositories on enterprise only, got a private one on free; upgrade or make it public, or leave reviewers out, and set towpath:approval in production",
        "towpath:github.waitMinutes: GitHub has wait timers in private repositories on enterprise only, got a private one on free; upgrade or make it public, or take 0",
      ].join("\n"),
    );
  });

  it("is refused in production when nobody would approve", async () => {
    github.answers = repositoryOn("team");
    const change = {
      approval: undefined,
      approvals: undefined,
      github: { reviewers: undefined, waitMinutes: 0 },
    };
    assert.equal(
      await refusal(change, { base: good.production }),
      "towpath:approval: GitHub has no reviewers in a private repository on the plan team, so that nobody would approve production, got nothing; set it, see docs/github.md",
    );
  });

  it("is refused with a token without the permission", async () => {
    github.answers["GET /repos/octocat/notes"] = { id: 1, private: true, permissions: { admin: false } };
    assert.equal(
      await refusal(),
      "towpath:github.token: expected the token of one who administers octocat/notes, got one who does not; a workflow's own token cannot, see docs/github.md",
    );
    github.headers = { "x-oauth-scopes": "gist, public_repo" };
    assert.equal(
      await refusal(),
      "towpath:github.token: expected a token with the scope repo, got gist, public_repo; make one as docs/github.md says",
    );
    github.answers = { "GET /repos/octocat/notes": 401 };
    assert.match(
      await refusal(),
      /^towpath:github\.token: GitHub does not know this token or it has expired/,
    );
  });

  it("is refused for a repository that does not exist", async () => {
    github.answers = {};
    assert.equal(
      await refusal(),
      'towpath:github.repository: GitHub shows this token no such repository, got "octocat/notes"; correct it, or give the token access to it',
    );
  });

  it("is refused with reviewers that GitHub does not know", async () => {
    delete github.answers["GET /users/octocat"];
    delete github.answers["GET /orgs/octocat/teams/release-team"];
    const [user, team] = (await refusal()).split("\n");
    assert.equal(
      user,
      'towpath:github.reviewers.users: GitHub knows no such user, got "octocat"; correct it or take it out',
    );
    assert.equal(
      team,
      'towpath:github.reviewers.teams: GitHub knows no such team, got "release-team"; correct it or take it out',
    );
  });

  it("is refused when another environment's name differs only by case", async () => {
    github.answers["GET /repos/octocat/notes/environments"] = {
      total_count: 1,
      environments: [{ name: "Staging" }],
    };
    assert.equal(
      await refusal(),
      'towpath:github: GitHub has an environment whose name differs from staging in the case of its letters only, and takes both for one, got "Staging"; delete it there',
    );
  });

  it("is refused when the plugin would use another owner", async () => {
    process.env.GITHUB_OWNER = "someone";
    try {
      assert.equal(
        await refusal(),
        'GITHUB_OWNER: expected "octocat" or nothing, because the plugin for GitHub would work there instead, got "someone"; unset it for this run',
      );
      process.env.GITHUB_OWNER = "Octocat";
      assert.equal((await prepared()).thrown, undefined);
    } finally {
      delete process.env.GITHUB_OWNER;
    }
  });

  it("is refused with a secret that is too large, before GitHub gets any", async () => {
    const message = await refusal({}, { secret: "x".repeat(49_153) });
    assert.equal(
      message,
      "towpath:secrets.JWT_SECRET: GitHub takes secrets of 49152 bytes at most, got 49153 for JWT_SECRET; make it smaller, or keep it elsewhere",
    );
  });

  it("is reported with a warning when somebody changed it by hand", async () => {
    const left = {
      github: {
        protection: {
          reviewers: { users: [], teams: [] },
          waitMinutes: 0,
          branches: [],
          tags: [],
          variables: {},
        },
        secrets: {},
      },
    };
    const { result, warnings } = await prepared({}, { left });
    assert.deepEqual(
      result?.drifts.map(({ what }) => what),
      ["the environment"],
    );
    assert.equal(
      warnings[0],
      "towpath:github: somebody changed GitHub by hand: the environment is gone; bring it back with npm run pulumi -- up --stack staging --refresh",
    );
  });
});
