/** The return of GitHub to the state. That the plugin then sees no change: test/e2e/github. */
import assert from "node:assert/strict";
import sodium from "libsodium-wrappers";
import { GithubClient } from "../../../components/github/client.ts";
import { restore, type Restoration } from "../../../components/github/restore.ts";
import { PlayedGithub } from "./played-github.ts";

const staging = "/repos/octocat/notes/environments/staging";

describe("the restoration of manual changes on GitHub", () => {
  let github: PlayedGithub;
  beforeEach(async () => {
    github = await PlayedGithub.start();
  });
  afterEach(() => github.stop());

  function restored(drifted: string[], more: Partial<Restoration> = {}): Promise<Record<string, string>> {
    const client = new GithubClient({
      token: "hunter2",
      place: "towpath:github.token",
      variables: process.env,
      say: () => undefined,
      secondMilliseconds: 1,
    });
    return restore(client, {
      repository: { owner: "octocat", repo: "notes" },
      environment: "staging",
      wanted: {
        reviewers: { users: ["alice"], teams: [] },
        ...{ waitMinutes: 5, branches: ["main"], tags: [], variables: { LEVEL: "info" } },
      },
      reviewers: { users: [5], teams: [7] },
      secrets: { KEY: "the value" },
      drifts: drifted.map((what) => ({ what, found: "is gone", needsRefresh: false })),
      ...more,
    });
  }

  it("is one request for reviewers, the time to wait and administrators", async () => {
    github.answers = { [`PUT ${staging}`]: {} };
    assert.deepEqual(await restored(["reviewers", "administrators"]), {});
    assert.deepEqual(github.asked, [`PUT ${staging}`]);
    assert.deepEqual(github.bodies[`PUT ${staging}`], {
      wait_timer: 5,
      can_admins_bypass: false,
      prevent_self_review: true,
      reviewers: [
        { type: "Team", id: 7 },
        { type: "User", id: 5 },
      ],
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
  });

  it("creates a variable that is gone, and changes one that exists", async () => {
    github.answers = { [`PATCH ${staging}/variables/LEVEL`]: 204 };
    await restored(["variable LEVEL"]);
    github.answers = { [`POST ${staging}/variables`]: {} };
    await restored(["variable LEVEL", "variable NOT_OURS"]);
    assert.deepEqual(github.asked, [
      `PATCH ${staging}/variables/LEVEL`,
      `PATCH ${staging}/variables/LEVEL`,
      `POST ${staging}/variables`,
    ]);
  });

  it("writes a secret's value, sealed for GitHub, without deleting the secret for a moment", async () => {
    await sodium.ready;
    const keys = sodium.crypto_box_keypair();
    const base64 = sodium.base64_variants.ORIGINAL;
    github.answers = {
      [`GET ${staging}/secrets/public-key`]: { key_id: "1", key: sodium.to_base64(keys.publicKey, base64) },
      [`PUT ${staging}/secrets/KEY`]: 204,
      [`GET ${staging}/secrets/KEY`]: { name: "KEY", updated_at: "2026-01-01T00:00:07Z" },
    };
    assert.deepEqual(await restored(["secret KEY", "secret NOT_OURS"]), { KEY: "2026-01-01T00:00:07Z" });
    const { encrypted_value, key_id } = github.bodies[`PUT ${staging}/secrets/KEY`] ?? {};
    assert.equal(key_id, "1");
    const opened = sodium.crypto_box_seal_open(
      sodium.from_base64(String(encrypted_value), base64),
      keys.publicKey,
      keys.privateKey,
    );
    assert.equal(sodium.to_string(opened), "the value");
    assert.ok(github.asked.every((asked) => !asked.startsWith("DELETE")));
  });

  it("is left to the plugin when only that can do it", async () => {
    await restored(["the environment", "branch main"]);
    assert.deepEqual(github.asked, []);
  });
});
