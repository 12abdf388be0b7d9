/** Deployments on GitHub, as the command line tells of them. */
import assert from "node:assert/strict";
import {
  beginDeployment,
  endDeployment,
  removeEnvironment,
  type Repository,
} from "../../../cli/github/deployments.ts";
import { GithubClient } from "../../../components/github/client.ts";
import { LocalGithub } from "../../support/github/local-github.ts";

const commits = ["a".repeat(40), "b".repeat(40)] as const;

describe("deployments on GitHub", () => {
  let github: LocalGithub;
  let repository: Repository;

  beforeEach(async () => {
    github = await LocalGithub.start();
    const client = new GithubClient({
      ...{ token: "token", place: "towpath:github.token", say: () => undefined },
      variables: { GITHUB_BASE_URL: github.url },
    });
    repository = { client, name: { owner: "octo-org", repo: "notes" } };
  });
  afterEach(async () => {
    await github.stop();
    assert.deepEqual(github.wrong, []);
  });

  async function deployed(environment: string, commit: string, isTransient: boolean): Promise<void> {
    const begun = await beginDeployment(repository, { environment, commit, isTransient });
    await endDeployment(repository, begun, { state: "success", url: `https://${environment}.example.com` });
  }

  /** The last state of each deployment, with its environment, oldest first. */
  function states(): string[] {
    return [...github.store.deployments.values()].map(
      ({ environment, statuses }) => `${environment} ${statuses.at(-1)?.state ?? "none"}`,
    );
  }

  it("leave one of a preview, the newest, with statuses of the commit", async () => {
    for (const commit of commits) await deployed("pr-12", commit, true);
    await deployed("pr-13", commits[0], true);
    assert.deepEqual(states(), ["pr-12 success", "pr-13 success"]);
    const [first] = github.store.deployments.values();
    assert.equal(first?.statuses.at(-1)?.environment_url, "https://pr-12.example.com");
    const said = github.store.commitStatuses.get(commits[1]) ?? [];
    assert.deepEqual(
      said.map(({ context, state, target_url }) => [context, state, target_url]),
      [
        ["towpath/pr-12", "success", "https://pr-12.example.com"],
        ["towpath/pr-12", "pending", null],
      ],
    );
  });

  it("tell a failure with the first line of its reason", async () => {
    const wish = { environment: "pr-12", commit: commits[0], isTransient: true };
    const begun = await beginDeployment(repository, wish);
    await endDeployment(repository, begun, {
      state: "failure",
      reason: `api: not healthy\n${"log ".repeat(90)}`,
    });
    const [deployment] = github.store.deployments.values();
    const { state, description } = deployment?.statuses.at(-1) ?? {};
    assert.deepEqual([state, description], ["failure", "api: not healthy"]);
  });

  it("stay as history of environments that stay, of which one is active", async () => {
    for (const environment of ["staging", "production"])
      for (const commit of commits) await deployed(environment, commit, false);
    assert.deepEqual(states(), [
      "staging inactive",
      "staging success",
      "production inactive",
      "production success",
    ]);
  });

  it("are removed with their environment, also by a token that may not remove that", async () => {
    await deployed("pr-1", commits[0], true);
    for (const commit of commits)
      await beginDeployment(repository, { environment: "pr-12", commit, isTransient: true });
    github.failNext("DELETE", "/environments/pr-12", {
      status: 403,
      message: "Resource not accessible by integration",
    });
    assert.equal(
      await removeEnvironment(repository, "pr-12"),
      'GitHub keeps the empty environment pr-12, got 403 "Resource not accessible by integration"; give towpath:github.token a token that may administer the repository',
    );
    assert.equal(await removeEnvironment(repository, "pr-12"), undefined);
    assert.equal(await removeEnvironment(repository, "pr-12"), undefined);
    assert.deepEqual(states(), ["pr-1 success"]);
    assert.deepEqual([...github.store.environments.keys()], ["pr-1"]);
  });
});
