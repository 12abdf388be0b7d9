import assert from "node:assert/strict";
import { OnGithub } from "./on-github.ts";

describe("a setting that GitHub does not allow", () => {
  let on: OnGithub;
  before(async () => {
    on = await OnGithub.create();
  });
  afterEach(() => {
    assert.deepEqual(on.github.wrong, []);
    assert.deepEqual(on.writesSince(0), []);
    Object.assign(on.github.store, {
      isPrivate: false,
      plan: "enterprise",
      isAdmin: true,
      scopes: undefined,
    });
    on.write({});
  });
  after(() => on.remove());

  function refusal(): Promise<string> {
    return on.refusal(...on.up);
  }

  it("is refused before anything is made: because of the plan", async () => {
    Object.assign(on.github.store, { isPrivate: true, plan: "team" });
    const said = await refusal();
    assert.match(said, /towpath:github\.reviewers: GitHub has required reviewers in private repositories/);
    assert.match(said, /towpath:github\.waitMinutes: GitHub has wait timers in private repositories/);
  });

  it("is refused before anything is made: because of the token", async () => {
    Object.assign(on.github.store, { isAdmin: false });
    assert.match(await refusal(), /towpath:github\.token: expected the token of one who administers/);
    Object.assign(on.github.store, { scopes: "gist" });
    assert.match(await refusal(), /towpath:github\.token: expected a token with the scope repo, got gist;/);
  });

  it("is refused before anything is made: because GitHub does not know the reviewers", async () => {
    on.write({ reviewers: { users: ["nobody"], teams: ["nowhere"] } });
    const said = await refusal();
    for (const [kind, name] of [
      ["user", "nobody"],
      ["team", "nowhere"],
    ]) {
      const message = `towpath:github.reviewers.${kind}s: GitHub knows no such ${kind}, got "${name}"; correct it or take it out`;
      assert.ok(said.includes(message), said);
    }
  });
});
