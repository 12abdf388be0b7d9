import assert from "node:assert/strict";
import { stringify } from "yaml";
import type { Releases } from "../../../cli/commands/releases.ts";
import type { StackPlan } from "../../../cli/plan/stack-plan.ts";
import type { RolledBack } from "../../../cli/commands/rollback.ts";
import type { ReleaseRecord } from "../../../components/plan/release-record.ts";
import { LocalGithub } from "../../support/github/local-github.ts";
import { ReleasedProject, type ReleasedStack } from "../../support/hosts/released-project.ts";
import { handBack, keyVariables, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { assertServed, inWords, Load } from "../../support/load.ts";
import { refusalOf, type Ended } from "../../support/project.ts";
import { commandsOf } from "../../support/docs.ts";
import { configureCi } from "../ci/tiny.ts";
import { sampled } from "../../support/quick.ts";

const login = { user: "ci", password: { source: "environment", variable: "REGISTRY_PASSWORD" } };
const variables = { REGISTRY_PASSWORD: "only-for-tests" };

/** Another command for the worker, as an edit of application.ts: a change of the release. */
const otherWorker = [
  'command: ["python", "-m", "notes.worker"],',
  'command: ["env", "python", "-m", "notes.worker"],',
] as const;

describe("promotion from staging to production", () => {
  let hosts: TestHost[] = [];
  let released: ReleasedProject;
  let github: LocalGithub | undefined;
  before(async () => {
    hosts = await Promise.all([takeHost(), takeHost()]);
    const [staging, production] = hosts as [TestHost, TestHost];
    released = await ReleasedProject.create({ staging, production });
    configure("production");
  });
  after(async () => {
    await github?.stop();
    await released.remove();
    await Promise.all(hosts.map(handBack));
  });

  function configure(stack: ReleasedStack, more: Readonly<Record<string, unknown>> = {}): void {
    const { address } = released.registry;
    const registry = { address, repository: `team/${released.project.namespace}`, login };
    released.configure(stack, { registry, ...more });
  }

  /** Returns a stack's releases until now, the newest first. */
  async function recordsOf(stack: ReleasedStack): Promise<readonly ReleaseRecord[]> {
    const { releases = [] } = (await released.outputs(stack)) as { releases?: readonly ReleaseRecord[] };
    return releases;
  }

  /** Releases to a stack; returns its newest record. */
  async function newest(stack: ReleasedStack): Promise<ReleaseRecord> {
    await released.release(stack, variables);
    return released.record(stack);
  }

  /** Publishes something new of a branch and releases it to staging. */
  async function stage(branch = "main"): Promise<ReleaseRecord> {
    const commit = await released.publish({ web: [`LABEL release=${Math.random()}`] }, branch);
    configure("staging", { commit });
    return newest("staging");
  }

  // What a test starts from is made sure of by the next four; what another test left so is not made again.

  /** Staging has what production never had, and may take. */
  async function staged(): Promise<ReleaseRecord> {
    const [[offered], taken] = [await recordsOf("staging"), await recordsOf("production")];
    if (offered?.branch !== "main" || taken.some(({ id }) => id === offered.id)) return stage();
    configure("staging", { commit: offered.commit });
    return offered;
  }

  function promote(): Promise<ReleaseRecord> {
    configure("production");
    return newest("production");
  }

  /** Production has released this often, and runs the first of what is given back. */
  async function promoted(times: number): Promise<readonly ReleaseRecord[]> {
    for (;;) {
      const records = await recordsOf("production");
      if (new Set(records.map(({ id }) => id)).size >= times) return records;
      await staged();
      await promote();
    }
  }

  /** Production went back. */
  async function goneBack(): Promise<{ from: string; to: string }> {
    const [current] = await promoted(2);
    if (current?.rollbackOf !== undefined) return { from: current.rollbackOf, to: current.id };
    const back = await towpath("rollback", "--stack", "production", "--yes", "--json");
    return JSON.parse(back.stdout) as RolledBack;
  }

  function towpath(...args: readonly string[]): Promise<Ended> {
    return released.run([...args], variables);
  }

  async function moveSchema(revision: string): Promise<void> {
    await released.sql("production", `UPDATE alembic_version SET version_num = '${revision}'`);
  }

  /** Returns the error of an `up` that has to fail, without Pulumi's own lines. */
  async function refused(stack: ReleasedStack): Promise<string> {
    const { code, stdout, stderr } = await released.up(stack, variables);
    assert.notEqual(code, 0, stdout);
    return `${stdout}\n${stderr}`;
  }

  function digestOf(image: string, tag: string): Promise<string | null> {
    const { address } = released.registry;
    const accept = "application/vnd.docker.distribution.manifest.v2+json";
    return fetch(`http://${address}/v2/team/${released.project.namespace}/${image}/manifests/${tag}`, {
      method: "HEAD",
      headers: { accept },
      signal: AbortSignal.timeout(10_000),
    }).then(({ headers }) => headers.get("docker-content-digest"));
  }

  /** Returns the command of production's worker. */
  async function workerCommand(): Promise<unknown> {
    const { services } = (await released.outputs("production")) as {
      services: { worker: { containers: [string] } };
    };
    const [container] = services.worker.containers;
    const [command = ""] = await released
      .host("production")
      .docker("inspect", "--format", "{{json .Config.Cmd}}", container);
    return JSON.parse(command) as unknown;
  }

  it("gives production nothing that staging has not released", async () => {
    assert.match(
      await refused("production"),
      /towpath:promoteFrom: expected a release of staging to promote, got none; run npm run pulumi -- up --stack staging first/,
    );
    configure("staging", { commit: "0".repeat(40) });
    assert.match(
      await refused("staging"),
      new RegExp(
        `towpath:commit: 0{40} was never published as ${released.registry.address}/team/${released.project.namespace}/api; check it out without changes and run npm run ci -- --publish`,
      ),
    );
  });

  it("resolves a commit to digests on staging, and tags them in the registry", async () => {
    const record = await stage("feature/login");
    const commit = released.commit;
    assert.equal(record.commit, commit);
    for (const image of ["api", "web"]) {
      assert.equal(record.images[image], await digestOf(image, commit));
      assert.equal(await digestOf(image, `staging-${commit}`), record.images[image]);
    }
    for (const receipt of [record.receipts.gates, record.receipts.smoke, record.receipts.route]) {
      assert.equal(receipt.release, record.id);
    }
    assert.match(record.secretVersions.JWT_SECRET ?? "", /^[0-9a-f]{8}$/);
    assert.equal(record.postgres, 15);
    assert.equal(typeof record.schema?.after, "string");
    assert.ok(record.startedAt < record.endedAt);
  });

  it("lets production take only releases of the default branch (001-14, 001-107)", async () => {
    const [offered] = await recordsOf("staging");
    const feature = offered?.branch === "feature/login" ? offered : await stage("feature/login");
    configure("production");
    const said = await refused("production");
    assert.ok(
      said.includes(
        `towpath:promoteBranches: expected a release of main, got ${feature.id} of feature/login; publish a commit of main and release it to staging, or add "feature/login" to it`,
      ),
      said,
    );
    const { id, commit } = await stage();
    const plan = await towpath("pulumi", "preview", "--stack", "production");
    assert.equal(plan.code, 0, plan.stdout + plan.stderr);
    assert.match(plan.stdout, new RegExp(`release ${id}, branch main, commit ${commit}`));
  });

  sampled(
    "tells a pull request what merging does to staging and production, and changes nothing (002-99b)",
    async () => {
      await promoted(1);
      const before = [await recordsOf("staging"), await recordsOf("production")];
      const commit = await released.publishOther("web");
      configure("staging");
      configure("production", { freeze: { until: "2999-01-01", reason: "the spring sale" } });
      github = await LocalGithub.start();
      github.store.openPullRequest({ number: 12, title: "`$(x)` <!-- -->" });
      released.project.source.write("Pulumi.preview.yaml", previewSettings(released));
      const told = {
        ...variables,
        TOWPATH_COMMIT: commit,
        GITHUB_BASE_URL: github.url,
        GITHUB_TOKEN: "token",
      };
      const plans: StackPlan[] = [];
      for (const command of commandsOf("pull-requests.md").filter((one) =>
        /^npx towpath (?:plan|comment)/.test(one),
      )) {
        const [words = "", file] = command.split(" > ");
        const { code, stdout, stderr } = await released.run(words.split(" ").slice(2), told);
        assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
        if (file === undefined) continue;
        released.project.source.write(file, stdout);
        plans.push(JSON.parse(stdout) as StackPlan);
      }
      const [staging, production] = plans;
      assert.ok(staging?.facts && production?.facts);
      assert.deepEqual(
        [staging.facts.release.commit, staging.facts.current?.id],
        [commit, before[0]?.[0]?.id],
      );
      assert.deepEqual(
        staging.facts.images.map(({ name }) => name),
        ["web"],
      );
      assert.deepEqual(
        [staging.facts.secrets, staging.facts.memory.before],
        [[], staging.facts.memory.after],
      );
      const containers = staging.resources.filter(({ type }) => type === "docker:index/container:Container");
      assert.deepEqual(
        containers.map(({ part, change, deletesFirst }) => [part, change, deletesFirst]),
        [["web", "replace", undefined]],
      );
      assert.deepEqual(production.facts.freeze, { until: "2999-01-01", reason: "the spring sale" });
      assert.equal(production.facts.release.id, staging.facts.release.id);
      assert.equal(github.store.comments.length, 1);
      assert.match(
        github.store.comments[0]?.body ?? "",
        /^<!-- towpath project=\S+ pull-request=12 -->\n\n\*\*Merging, `staging`\*\*: release `[0-9a-f]{12}` → `[0-9a-f]{12}` · 1 image[^]*- ⛔ \*\*refused\*\*: no release until `2999-01-01`/,
      );
      configure("staging", { commit: before[0]?.[0]?.commit });
      const { code, stdout } = await released.up("staging", { ...variables, TOWPATH_PLAN: "staging.json" });
      assert.notEqual(code, 0);
      assert.match(
        stdout,
        /TOWPATH_PLAN: expected what "staging.json" was made from, got another state: it plans release [0-9a-f]{12}, and this is [0-9a-f]{12}; plan again/,
      );
      assert.deepEqual([await recordsOf("staging"), await recordsOf("production")], before);
      assert.deepEqual(github.wrong, []);
    },
  );

  it("lets production take exactly these digests, once they passed the end-to-end tests that are required", async () => {
    const { id } = await staged();
    configure("production", { requireEndToEnd: true });
    assert.match(
      await refused("production"),
      /expected staging's receipts for release \w+, got none for endToEnd;/,
    );
    const receipt = await towpath("receipt", "end-to-end", "--json");
    assert.equal(receipt.code, 0, receipt.stderr);
    assert.deepEqual(JSON.parse(receipt.stdout), { stack: "staging", release: id });

    const record = await newest("production");
    assert.deepEqual([record.id, record.branch], [id, "main"]);
    assert.equal(await digestOf("api", `prod-${record.version ?? record.id}`), record.images.api);
    const answer = await released.ask("production", "/api/health");
    assert.equal(answer.status, 200, answer.body);
  });

  it("refuses a release during a freeze, already in the plan", async () => {
    const [running] = await promoted(1);
    const offered = await staged();
    configure("production", { freeze: { until: "2999-01-01", reason: "holidays" } });
    const plan = await towpath("pulumi", "preview", "--stack", "production");
    assert.notEqual(plan.code, 0);
    assert.match(
      plan.stdout,
      new RegExp(
        `towpath:freeze: no release until 2999-01-01 \\(holidays\\), got release ${offered.id} of commit ${offered.commit}; ${running?.id} goes on running, wait until then or remove towpath:freeze`,
      ),
    );
  });

  it("can be rolled back and forth without a failed request, and first shows what it will do", async () => {
    const [earlier] = await promoted(1);
    released.project.source.edit("application.ts", ...otherWorker);
    const offered = await stage();
    const load = new Load(`https://${released.domain("production")}`, released.host("production").address);
    try {
      assert.equal((await promote()).id, offered.id);
      assert.deepEqual(await workerCommand(), ["env", "python", "-m", "notes.worker"]);
      assert.equal(
        refusalOf(await towpath("rollback", "--stack", "production", "--json")),
        `rollback: changes what users of production get and has to be agreed to, got no terminal to ask on; use "npx towpath rollback ${earlier?.id} --stack production --yes"`,
      );
      // As after a run that migrated and failed, and left no record.
      await moveSchema("0003");
      const lost = refusalOf(await towpath("rollback", "--stack", "production", "--yes", "--json"));
      const expected = `TOWPATH_ROLLBACK: expected the schema at 0004, as the record of ${offered.id} leaves it, got 0003; `;
      assert.ok(lost.startsWith(expected), lost);
      assert.equal((await released.record("production")).id, offered.id);
      await moveSchema("0004");

      const back = await towpath("rollback", "--stack", "production", "--yes", "--json");
      assert.equal(back.code, 0, back.stderr);
      const { from, to, schema } = JSON.parse(back.stdout) as RolledBack;
      assert.deepEqual([from, to, schema], [offered.id, earlier?.id, { kind: "same" }]);
      assert.match(back.stderr, new RegExp(`^production: back to ${earlier?.id} of commit`, "m"));
      assert.match(
        back.stderr,
        new RegExp(`^description: services.worker changed since; that of ${earlier?.id} comes back$`, "m"),
      );
      // This checkout still says the other one.
      assert.deepEqual(await workerCommand(), ["python", "-m", "notes.worker"]);
    } finally {
      const report = await load.stop();
      console.log(`      ${inWords("across a release and a rollback", report)}`);
      assertServed(report);
    }
  });

  sampled("stays at the release that was rolled back to until there is a newer one", async () => {
    const { from, to } = await goneBack();
    const before = await recordsOf("production");
    configure("production");
    const again = await released.up("production", variables);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, new RegExp(`release ${from} was gone back from, so ${to} stays`));
    assert.match(again.stdout, /^Resources:\n {4}\d+ unchanged$/m);
    const newer = await stage();
    configure("production", { requireEndToEnd: true });
    await refused("production");
    assert.equal((await promote()).id, newer.id);

    const listed = await towpath("releases", "--json");
    const { releases, failed } = JSON.parse(listed.stdout) as Releases;
    const rows = (records: readonly { id: string; rollbackOf?: string }[]): unknown[] =>
      records.map(({ id, rollbackOf }) => [id, rollbackOf]);
    assert.deepEqual(rows(releases), [[newer.id, undefined], ...rows(before)]);
    assert.deepEqual(rows(before)[0], [to, from]);
    assert.ok(failed.length >= 1);
  });

  sampled("reports problems with the registry, and changes nothing", async () => {
    const { registry, project } = released;
    const [current, ...earlier] = await promoted(2);
    const target = earlier.find(({ id }) => id !== current?.id);
    const users = await released.ask("production", "/api/version");
    const path = `team/${project.namespace}/web`;
    const putBack = await registry.remove(path, `${target?.images.web}`);
    const back = await towpath("rollback", `${target?.id}`, "--stack", "production", "--yes", "--json");
    await putBack();
    assert.equal(
      refusalOf(back),
      `towpath:registry: expected ${target?.images.web} in ${registry.address}/${path}, got nothing; it was removed there, publish its commit again or release another one`,
    );
    await registry.breakStorage();
    try {
      configure("staging", { commit: target?.commit });
      assert.match(
        await refused("staging"),
        new RegExp(
          `towpath:registry: ${registry.address} does not work, got 500 ".*" for HEAD team/${project.namespace}/\\w+/manifests/${target?.commit} in 4 tries; try again when the registry is well`,
        ),
      );
    } finally {
      await registry.mend();
    }
    assert.equal((await released.ask("production", "/api/version")).body, users.body);
  });

  sampled("works with the commands in docs/promotion.md", async () => {
    const { registry, project } = released;
    // The newest release of both, with one before it that is good to go back to.
    if ((await promoted(2))[0]?.rollbackOf !== undefined) {
      await stage();
      await promote();
    }
    const records = await recordsOf("production");
    const [current] = records;
    const left = records.map(({ rollbackOf }) => rollbackOf);
    const target = records.find(({ id }) => id !== current?.id && !left.includes(id));
    configure("staging", { commit: current?.commit });
    configure("production");
    const registries = [{ address: registry.address, repository: `team/${project.namespace}` }];
    configureCi(project, { registries });
    const commands = commandsOf("promotion.md");
    assert.equal(commands.length, 7);
    for (const command of commands) {
      const environment = { ...keyVariables(), ...variables };
      const { code, stdout, stderr } = await project.spawn("sh", ["-c", command], environment).ended;
      assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
      if (command.includes("rollback"))
        assert.match(stdout, new RegExp(`^production: ${target?.id} runs again in place of ${current?.id}`));
      if (command.includes("prune"))
        assert.match(stdout, /^0 images would be removed, \d+ stay; the records of production, staging were/);
    }
  });
});

/** The settings of previews, as far as the comment needs them. */
function previewSettings({ registry, repository }: ReleasedProject): string {
  const settings = {
    previewDomain: "preview.example.test",
    gateway: "host-previews",
    host: { address: "previews.example.test", user: "deploy", hostKey: `ssh-ed25519 ${"A".repeat(68)}` },
    registry: { address: registry.address, repository },
    github: { repository: "octo-org/notes" },
  };
  return stringify({
    config: Object.fromEntries(Object.entries(settings).map(([key, value]) => [`towpath:${key}`, value])),
  });
}
