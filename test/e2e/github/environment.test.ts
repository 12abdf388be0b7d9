import assert from "node:assert/strict";
import type { Ended } from "../../support/project.ts";
import { canary, OnGithub } from "./on-github.ts";

const variables = { LOG_LEVEL: "info", REGION: "east" };

describe("an environment on GitHub", () => {
  let on: OnGithub;
  let first: Ended;
  before(async () => {
    on = await OnGithub.create();
    on.write({ variables });
    first = await on.pulumi(...on.up);
  });
  afterEach(async function () {
    if (this.currentTest?.state !== "failed") return;
    // Whatever a failure left must not be the next one's trouble.
    on.github.expireToken(undefined);
    on.write({ variables });
    await on.pulumi(...on.up, "--refresh");
  });
  after(() => on.remove());

  it("is made as described, and only once", async () => {
    const { stdout, stderr } = first;
    const made = on.github.store.environment("staging") ?? assert.fail("there is no environment");
    assert.deepEqual(
      {
        waitTimer: made.waitTimer,
        preventSelfReview: made.preventSelfReview,
        canAdminsBypass: made.canAdminsBypass,
        reviewers: made.reviewers,
        policies: made.branchPolicies.map(({ name, type }) => `${type} ${name}`).sort(),
        variables: Object.fromEntries(made.variables),
        secret: made.secrets.get("JWT_SECRET")?.value,
        secrets: [...made.secrets.keys()].sort(),
      },
      {
        waitTimer: 5,
        preventSelfReview: true,
        canAdminsBypass: false,
        reviewers: [
          { type: "Team", id: 2_000 },
          { type: "User", id: 1_000 },
        ],
        policies: ["branch main", "tag v*"],
        variables,
        secret: canary,
        secrets: ["JWT_SECRET", "PULUMI_CONFIG_PASSPHRASE"],
      },
    );
    // The agent's key is nobody's to give; the plan says so, by name.
    assert.match(stdout + stderr, /GitHub's environment staging has no secret SSH_PRIVATE_KEY/);
    await on.pulumi("preview", "--stack", "github-test", "--expect-no-changes");
    await on.pulumi("preview", "--stack", "github-test", "--refresh", "--expect-no-changes");
  });

  it("is made again after it was deleted on GitHub", async () => {
    on.github.store.environments.delete("staging");
    const { stdout, stderr } = await on.pulumi("preview", "--stack", "github-test");
    assert.match(stdout + stderr, /the environment is gone; bring it back with .* --refresh/);

    await on.pulumi(...on.up, "--refresh");

    const made = on.github.store.environment("staging") ?? assert.fail("there is no environment");
    assert.equal(made.secrets.get("JWT_SECRET")?.value, canary);
    assert.deepEqual(Object.fromEntries(made.variables), variables);
    assert.equal(made.branchPolicies.length, 2);
  });

  it("gets a new value for a secret without losing the secret for a moment", async () => {
    const before = on.github.made.length;
    const ended = await on.run("another value", ...on.up);
    assert.equal(ended.code, 0, ended.stderr);

    assert.equal(on.github.store.environment("staging")?.secrets.get("JWT_SECRET")?.value, "another value");
    assert.deepEqual(on.writesSince(before), ["PUT staging/secrets/JWT_SECRET"]);
  });

  it("is completed after a rate limit in the middle, whose wait is reported", async () => {
    const more = { LOG_LEVEL: "debug", REGION: "north", COLOUR: "green" };
    on.write({ variables: more });
    on.github.failNext("GET", "environments/staging/secrets", {
      status: 429,
      headers: { "retry-after": "2" },
      message: "You have exceeded a secondary rate limit",
    });
    on.github.failNext("POST", "variables", {
      status: 403,
      headers: { "retry-after": "1" },
      message: "You have exceeded a secondary rate limit",
    });

    const { stdout, stderr } = await on.pulumi(...on.up);

    assert.match(stdout + stderr, /GitHub's rate limit is reached; the run goes on in 2 s/);
    assert.deepEqual(Object.fromEntries(on.github.store.environment("staging")?.variables ?? []), more);
  });

  it("is completed after GitHub failed and the token expired in the middle", async () => {
    on.write({ variables: { LOG_LEVEL: "warn", REGION: "south" } });
    on.github.failNext("PATCH", "variables/LOG_LEVEL", { status: 500 });
    on.github.expireToken({ method: "PATCH", path: "variables/REGION" });
    const { code } = await on.run(canary, ...on.up);
    assert.notEqual(code, 0);
    assert.match(
      await on.refusal("preview", "--stack", "github-test"),
      /towpath:github\.token: GitHub does not know this token or it has expired, got 401 "Bad credentials"/,
    );

    on.github.expireToken(undefined);
    await on.pulumi(...on.up);

    assert.deepEqual(Object.fromEntries(on.github.store.environment("staging")?.variables ?? []), {
      LOG_LEVEL: "warn",
      REGION: "south",
    });
  });

  it("leaves nothing behind when it is destroyed", async () => {
    await on.pulumi("destroy", "--stack", "github-test", "--yes", "--skip-preview");
    assert.equal(on.github.store.environments.size, 0);
  });
});
