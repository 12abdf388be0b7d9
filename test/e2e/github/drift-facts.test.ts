import assert from "node:assert/strict";
import { canary, OnGithub } from "./on-github.ts";

describe("a manual change on GitHub", () => {
  let on: OnGithub;
  before(async () => {
    on = await OnGithub.create();
    await on.pulumi(...on.up);
  });
  after(() => on.remove());

  function staging() {
    return on.github.store.environment("staging") ?? assert.fail("there is no environment");
  }

  /** The same plan twice: what it warns of, and that the run after it has brought it back. */
  async function broughtBack(warning: RegExp): Promise<void> {
    const plan = await on.pulumi("preview", "--stack", "github-test");
    assert.match(plan.stdout + plan.stderr, warning);
    const before = on.github.made.length;
    await on.pulumi(...on.up);
    assert.deepEqual(
      on.writesSince(before).filter((write) => write.startsWith("DELETE")),
      [],
    );
    const again = await on.pulumi("preview", "--stack", "github-test", "--expect-no-changes");
    assert.doesNotMatch(again.stdout + again.stderr, /changed GitHub by hand/);
  }

  it("is undone when all reviewers were removed, which the plugin does not notice", async () => {
    const reviewers = [...staging().reviewers];
    staging().reviewers = [];
    await on.pulumi("preview", "--stack", "github-test", "--refresh", "--expect-no-changes");

    await broughtBack(/somebody changed GitHub by hand: reviewers are none; this run brings it back/);

    assert.deepEqual(staging().reviewers, reviewers);
  });

  it("is undone when a secret was changed, and when one was deleted", async () => {
    const { secrets } = staging();
    const { created_at } = secrets.get("JWT_SECRET") ?? assert.fail("there is no secret");
    secrets.set("JWT_SECRET", { value: "by hand", created_at, updated_at: on.github.store.now() });
    await broughtBack(/secret JWT_SECRET was changed at 2026-/);
    assert.equal(secrets.get("JWT_SECRET")?.value, canary);

    secrets.delete("JWT_SECRET");
    await broughtBack(/secret JWT_SECRET is gone; this run brings it back/);
    assert.equal(secrets.get("JWT_SECRET")?.value, canary);
  });

  it("is undone when a variable was changed", async () => {
    staging().variables.set("LOG_LEVEL", "by hand");
    await broughtBack(/variable LOG_LEVEL has another value; this run brings it back/);
    assert.equal(staging().variables.get("LOG_LEVEL"), "info");
  });
});
