import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { handBack, keyVariables, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { assertServed, inWords, Load } from "../../support/load.ts";
import { killTree } from "../../support/process-tree.ts";
import type { Running } from "../../support/project.ts";
import { quick } from "../../support/quick.ts";
import { until } from "../../support/until.ts";

const namespace = "notes-staging";
const services = ["api", "web", "worker"];
const parts = [...services, "gateway", "object-storage", "postgres", "redis"].sort();

describe("a release to a host that is killed", () => {
  let host: TestHost;
  let released: ReleasedProject;
  let load: Load;
  /** The commit that users have, and another one. */
  let taken: string;
  let other: string;

  before(async () => {
    host = await takeHost();
    released = await ReleasedProject.create({ staging: host });
    taken = await released.publish({ api: ["LABEL release=one"] });
    other = await released.publish({ api: ["LABEL release=two"] });
    takeOther();
    await released.release("staging");
    load = new Load(`https://${released.domain("staging")}`, host.address);
  });
  afterEach(async function () {
    if (this.currentTest?.state !== "failed") return;
    // Whatever a failure left must not be the next one's trouble: users have the last release, and are asked again.
    await released.release("staging");
    await load.cut();
  });
  after(async () => {
    await load.stop();
    await released.remove();
    await handBack(host);
  });

  /** Chooses the commit that users do not have. */
  function takeOther(): void {
    [taken, other] = [other, taken];
    released.configure("staging", { commit: taken, watchSeconds: 4 });
  }

  function begin(): Running {
    return released.project.launch(["pulumi", "up", "--yes", "--skip-preview", "--stack", "staging"], {
      ...keyVariables(),
    });
  }

  /** The containers of a part on the host, by name. */
  function containers(part: string): Promise<string[]> {
    const labels = [`label=towpath.namespace=${namespace}`, `label=towpath.part=${part}`];
    return host.docker(
      "ps",
      "--all",
      "--format",
      "{{.Names}}",
      ...labels.flatMap((label) => ["--filter", label]),
    );
  }

  async function releaseOfUsers(): Promise<unknown> {
    const { body } = await released.ask("staging", "/api/version");
    return (JSON.parse(body) as { release: unknown }).release;
  }

  /** At which moments it is killed: each looks until it is that far. */
  const moments: Record<string, (old: Record<string, string[]>, users: unknown) => Promise<boolean>> = {
    "while the migration runs": async () => (await containers("migration")).length > 0,
    "when the first new copy was made": async (old) => isNew(await containers("api"), old.api),
    "when the last new copy was made": async (old) => isNew(await containers("web"), old.web),
    "when users have it, and it is watched": async (_, users) => (await releaseOfUsers()) !== users,
    "while the old copies are deleted": async (old) => {
      const left = await Promise.all(services.map(containers));
      return Object.values(old)
        .flat()
        .some((name) => !left.flat().includes(name));
    },
  };

  /** The moment in which errors were found, and one of the others. */
  const corner = "when users have it, and it is watched";
  const others = Object.keys(moments).filter((moment) => moment !== corner);

  for (const when of quick([corner], others, 1)) {
    it(`is completed by the next one, with nothing left over and users served throughout: killed ${when}`, async () => {
      const old = Object.fromEntries(
        await Promise.all(services.map(async (part) => [part, await containers(part)] as const)),
      );
      const users = await releaseOfUsers();
      takeOther();
      const release = begin();
      await until(when, 300, async () => ((await moments[when]?.(old, users)) ? true : undefined));
      await killTree(release.pid);
      assert.notEqual((await release.ended).code, 0);
      // Pulumi, killed between making and filling such a file, could not read the state after that.
      assert.deepEqual(
        stateFiles().filter((file) => file.endsWith(".attrs")),
        [],
      );

      const next = await released.up("staging");

      assert.equal(next.code, 0, `${next.stdout}\n${next.stderr}`);
      assert.match(
        next.stderr,
        /^state: removed the lock of \S+ \(process \d+\), which died on this machine/m,
      );
      const labels = ["--filter", `label=towpath.namespace=${namespace}`];
      const left = await host.docker("ps", "--all", ...labels, "--format", '{{.Label "towpath.part"}}');
      assert.deepEqual(left.sort(), parts);
      assert.notEqual(await releaseOfUsers(), users);
      const report = await load.cut();
      console.log(`      ${inWords("across the killed release and the next", report)}`);
      assertServed(report);
    });
  }

  function stateFiles(): string[] {
    const state = join(released.project.folder, ".towpath/state");
    return readdirSync(state, { recursive: true, encoding: "utf8" });
  }

  it("is not disturbed by another person's deployment at the same time", async () => {
    takeOther();
    const first = begin();
    const locks = join(released.project.folder, ".towpath/state/.pulumi/locks/organization/towpath/staging");
    await until("the lock", 120, () => (existsSync(locks) && readdirSync(locks).length > 0) || undefined);
    const second = await released.up("staging");
    assert.equal(second.code, 1);
    assert.match(
      second.stderr,
      /^state: locked by another run, got \S+ \(process \d+\) since [-\d]+ [:\d]+; wait until it ends$/m,
    );
    const { code, stderr } = await first.ended;
    assert.equal(code, 0, stderr);
  });
});

function isNew(names: readonly string[], old: readonly string[] = []): boolean {
  return names.some((name) => !old.includes(name));
}
