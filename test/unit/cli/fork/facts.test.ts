/** What is said of a fork's pull request, by what the local GitHub keeps of it. Nothing of it is run. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { forkFacts } from "../../../../cli/fork/facts.ts";
import { fetchSql } from "../../../../cli/fork/migrations-sql.ts";
import type { Repository } from "../../../../cli/github/deployments.ts";
import { readPullRequest } from "../../../../cli/github/pull-requests.ts";
import { run } from "../../../../cli/process/run.ts";
import { GithubClient } from "../../../../components/github/client.ts";
import { LocalGithub } from "../../../support/github/local-github.ts";
import * as good from "../../settings/good.ts";
import { FakeMachine } from "../fake-machine.ts";

const commit = "c".repeat(40);
const ofStaging = "a".repeat(40);
const table = "CREATE TABLE notes (id bigint PRIMARY KEY, body text);\n";

describe("the facts of a fork's pull request", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;
  let github: LocalGithub;
  let repository: Repository;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    github = await LocalGithub.start();
    const client = new GithubClient({
      ...{ token: "token", place: "towpath:github.token", say: () => undefined },
      variables: { GITHUB_BASE_URL: github.url },
    });
    repository = { client, name: { owner: "octo-org", repo: "notes" } };
    const { previewDomain, registry, host, gateway } = good.preview;
    const shared = { previewDomain, registry: { ...registry, login: undefined }, host, gateway };
    const triggers = { forkLabel: "looked at" };
    settings("preview", { ...shared, triggers });
    settings("staging", { copies: { api: 2 } });
  });
  afterEach(async () => {
    machine.remove();
    await github.stop();
    assert.deepEqual(github.wrong, []);
  });

  function settings(stack: string, given: object): string {
    const config = Object.entries(given).map(([name, value]) => [`towpath:${name}`, value as unknown]);
    const text = stringify({ config: Object.fromEntries(config) as object });
    machine.write(`Pulumi.${stack}.yaml`, text);
    return text;
  }

  /** Staging runs a commit. */
  function staging(release: object): void {
    const resources = [{ urn: "urn", type: "pulumi:pulumi:Stack", outputs: { release } }];
    machine.write(
      ".towpath/state/.pulumi/stacks/towpath/staging.json",
      JSON.stringify({ checkpoint: { latest: { resources } } }),
    );
  }

  /** Keeps SQL as a workflow leaves it. */
  function keep(sha: string, sql: string, headOwner?: string): void {
    const folder = join(machine.root, `left-${sha.slice(0, 4)}-${headOwner ?? ""}`, "ci", "migrations");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "migrations.sql"), sql);
    const file = `${folder}.zip`;
    execFileSync("zip", ["-q", "-r", file, "ci"], { cwd: join(folder, "../..") });
    const artifact = { name: `migrations-${sha}`, headSha: sha, file };
    github.store.keepArtifact({ ...artifact, ...(headOwner !== undefined && { headOwner }) });
  }

  async function factsOf(): ReturnType<typeof forkFacts> {
    const pullRequest = await readPullRequest(repository, 7);
    assert.ok(pullRequest?.isFork);
    return forkFacts(pullRequest, repository, machine.project);
  }

  it("are its files, settings and program, and the migrations that staging has not", async () => {
    const pull = github.store.openPullRequest({ number: 7, headOwner: "mallory", sha: commit });
    const changed = settings("staging", { copies: { api: 12 }, domain: "a.example.com" });
    settings("staging", { copies: { api: 2 } });
    pull.files = [
      { filename: "Pulumi.staging.yaml", status: "modified", text: changed },
      { filename: "Pulumi.host-x.yaml", status: "removed", text: "" },
      { filename: "application.ts", status: "modified", text: "export {}" },
      { filename: "app/main.py", status: "added", text: "pass" },
    ];
    staging({ commit: ofStaging });
    keep(ofStaging, table);
    keep(commit, `${table}DROP TABLE notes;\n`, "mallory");
    const { migration, ...facts } = await factsOf();
    assert.deepEqual(facts, {
      ...{ commit, label: "looked at", files: 4, isReleased: false, program: ["application.ts"] },
      settings: [
        { stack: "staging", names: ["copies", "domain"] },
        { stack: "host-x", names: [] },
      ],
    });
    assert.deepEqual(
      migration?.facts.statements.map(({ statement }) => statement),
      ["DROP TABLE notes"],
    );
  });

  it("say why migrations are not known, and take SQL for staging's only from the repository's own builds", async () => {
    github.store.openPullRequest({ number: 7, headOwner: "mallory", sha: commit });
    assert.match((await factsOf()).migration?.unknown ?? "", /once the images of this commit are built/);
    keep(commit, table, "mallory");
    assert.equal((await factsOf()).migration?.facts.statements.length, 1);
    staging({ commit: ofStaging });
    keep(ofStaging, table, "mallory");
    assert.match((await factsOf()).migration?.unknown ?? "", /staging's own migrations is not kept/);
    staging({});
    assert.match((await factsOf()).migration?.unknown ?? "", /staging's own migrations is not kept/);
  });

  it("take no file that is longer than people write", async () => {
    keep(commit, "-- a bomb\n".repeat(200_000), "mallory");
    assert.equal(await fetchSql(repository, commit, run), undefined);
    assert.equal(await fetchSql(repository, ofStaging, run), undefined);
  });
});
