import assert from "node:assert/strict";
import type { Releases } from "../../../cli/commands/releases.ts";
import type { RolledBack } from "../../../cli/commands/rollback.ts";
import type { ReleaseRecord } from "../../../components/release/release-record.ts";
import { ReleasedProject, type ReleasedStack } from "../../support/hosts/released-project.ts";
import { handBack, keyVariables, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { assertServed, inWords, Load } from "../../support/load.ts";
import { refusalOf, type Ended } from "../../support/project.ts";
import { commandsOf } from "../../support/docs.ts";
import { configureCi } from "../ci/tiny.ts";

const login = { user: "ci", password: { source: "environment", variable: "REGISTRY_PASSWORD" } };
const variables = { REGISTRY_PASSWORD: "only-for-tests" };

/** Another command for the worker, as an edit of application.ts: a change of the release. */
const otherWorker = [
  'command: ["python", "-m", "notes.worker"],',
  'command: ["env", "python", "-m", "notes.worker"],',
] as const;

describe("promotion from staging to production, and back", () => {
  let hosts: TestHost[] = [];
  let released: ReleasedProject;
  const commits: string[] = [];
  const ids: string[] = [];

  before(async () => {
    hosts = await Promise.all([takeHost(), takeHost()]);
    const [staging, production] = hosts as [TestHost, TestHost];
    released = await ReleasedProject.create({ staging, production });
    configure("production");
    for (const text of ["one", "two", "three"]) {
      commits.push(await released.publish({ web: [`LABEL release=${text}`] }));
    }
  });
  after(async () => {
    await released.remove();
    await Promise.all(hosts.map(handBack));
  });

  function configure(stack: ReleasedStack, more: Readonly<Record<string, unknown>> = {}): void {
    const { address } = released.registry;
    const registry = { address, repository: `team/${released.project.namespace}`, login };
    released.configure(stack, { registry, ...more });
  }

  /** Releases a commit to staging; gives back its record. */
  async function stage(commit: string | undefined): Promise<ReleaseRecord> {
    configure("staging", { commit });
    return newest("staging");
  }

  function promote(): Promise<ReleaseRecord> {
    return newest("production");
  }

  /** Releases to a stack; gives back its newest record. */
  async function newest(stack: ReleasedStack): Promise<ReleaseRecord> {
    const { releases } = (await released.release(stack, variables)) as { releases: [ReleaseRecord] };
    return releases[0];
  }

  function towpath(...args: readonly string[]): Promise<Ended> {
    return released.run([...args], variables);
  }

  /** What an `up` that has to fail says, without Pulumi's own lines. */
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
    }).then(({ headers }) => headers.get("docker-content-digest"));
  }

  /** What production's worker runs. */
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

  it("gives production nothing that staging did not release", async () => {
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
    const [commit = ""] = commits;
    const record = await stage(commit);
    ids.push(record.id);
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

  it("lets production take exactly these digests, once they are tested end to end where that is required", async () => {
    configure("production", { requireEndToEnd: true });
    assert.match(
      await refused("production"),
      /expected staging's receipts for release \w+, got none for endToEnd;/,
    );
    const receipt = await towpath("receipt", "end-to-end", "--json");
    assert.equal(receipt.code, 0, receipt.stderr);
    assert.deepEqual(JSON.parse(receipt.stdout), { stack: "staging", release: ids[0] });

    const record = await promote();
    assert.equal(record.id, ids[0]);
    assert.equal(await digestOf("api", `prod-${record.version ?? record.id}`), record.images.api);
    const answer = await released.ask("production", "/api/health");
    assert.equal(answer.status, 200, answer.body);
    configure("production");
  });

  it("refuses a release in a freeze, in the plan already", async () => {
    released.project.source.edit("application.ts", ...otherWorker);
    ids.push((await stage(commits[1])).id);
    configure("production", { freeze: { until: "2999-01-01", reason: "holidays" } });
    const plan = await towpath("pulumi", "preview", "--stack", "production");
    assert.notEqual(plan.code, 0);
    assert.match(
      plan.stdout,
      new RegExp(
        `towpath:freeze: no release until 2999-01-01 \\(holidays\\), got release ${ids[1]} of commit ${commits[1]}; ${ids[0]} goes on running, wait until then or remove towpath:freeze`,
      ),
    );
    configure("production");
  });

  it("goes back and forth without a failed request, and says first what it will do", async () => {
    const load = new Load(`https://${released.domain("production")}`, released.host("production").address);
    try {
      assert.equal((await promote()).id, ids[1]);
      assert.deepEqual(await workerCommand(), ["env", "python", "-m", "notes.worker"]);
      assert.equal(
        refusalOf(await towpath("rollback", "--stack", "production", "--json")),
        `rollback: changes what users of production get and has to be agreed to, got no terminal to ask on; use "npx towpath rollback ${ids[0]} --stack production --yes"`,
      );
      const back = await towpath("rollback", "--stack", "production", "--yes", "--json");
      assert.equal(back.code, 0, back.stderr);
      const { from, to, schema } = JSON.parse(back.stdout) as RolledBack;
      assert.deepEqual([from, to, schema], [ids[1], ids[0], { kind: "same" }]);
      assert.match(back.stderr, new RegExp(`^production: back to ${ids[0]} of commit`, "m"));
      assert.match(
        back.stderr,
        new RegExp(`^description: services.worker changed since; that of ${ids[0]} comes back$`, "m"),
      );
      // This checkout still says the other one.
      assert.deepEqual(await workerCommand(), ["python", "-m", "notes.worker"]);
    } finally {
      const report = await load.stop();
      console.log(`      ${inWords("across a release and a rollback", report)}`);
      assertServed(report);
    }
  });

  it("stays with what was gone back to, until there is something newer", async () => {
    const again = await released.up("production", variables);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, new RegExp(`release ${ids[1]} was gone back from, so ${ids[0]} stays`));
    assert.match(again.stdout, /^Resources:\n {4}\d+ unchanged$/m);
    ids.push((await stage(commits[2])).id);
    assert.equal((await promote()).id, ids[2]);

    const listed = await towpath("releases", "--json");
    const { releases, failed } = JSON.parse(listed.stdout) as Releases;
    assert.deepEqual(
      releases.map(({ id, rollbackOf }) => [id, rollbackOf]),
      [
        [ids[2], undefined],
        [ids[0], ids[1]],
        [ids[1], undefined],
        [ids[0], undefined],
      ],
    );
    assert.ok(failed.length >= 2);
  });

  it("says what is wrong with the registry, and changes nothing", async () => {
    const { registry, project } = released;
    const users = await released.ask("production", "/api/version");
    const gone = (await released.outputs("production")).releases as ReleaseRecord[];
    const [target] = gone.filter(({ id }) => id === ids[1]);
    const path = `team/${project.namespace}/web`;
    await fetch(`http://${registry.address}/v2/${path}/manifests/${target?.images.web}`, {
      method: "DELETE",
    });
    const back = await towpath("rollback", ids[1] ?? "", "--stack", "production", "--yes", "--json");
    assert.equal(
      refusalOf(back),
      `towpath:registry: expected ${target?.images.web} in ${registry.address}/${path}, got nothing; it was removed there, publish its commit again or release another one`,
    );
    await registry.breakStorage();
    try {
      configure("staging", { commit: commits[0] });
      assert.match(
        await refused("staging"),
        new RegExp(
          `towpath:registry: ${registry.address} does not work, got 500 ".*" for HEAD team/${project.namespace}/\\w+/manifests/${commits[0]} in 4 tries; try again when the registry is well`,
        ),
      );
    } finally {
      await registry.mend();
    }
    assert.equal((await released.ask("production", "/api/version")).body, users.body);
  });

  it("holds what docs/promotion.md says to type", async () => {
    const { registry, project } = released;
    configure("staging", { commit: commits[2] });
    const registries = [{ address: registry.address, repository: `team/${project.namespace}` }];
    configureCi(project, { registries });
    const commands = commandsOf("promotion.md");
    assert.equal(commands.length, 7);
    for (const command of commands) {
      const environment = { ...keyVariables(), ...variables };
      const { code, stdout, stderr } = await project.spawn("sh", ["-c", command], environment).ended;
      assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
      if (command.includes("rollback"))
        assert.match(stdout, new RegExp(`^production: ${ids[0]} runs again in place of ${ids[2]}`));
      if (command.includes("prune"))
        assert.match(stdout, /^0 images would be removed, \d+ stay; the records of production, staging were/);
    }
  });
});
