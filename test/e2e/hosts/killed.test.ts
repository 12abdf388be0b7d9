import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { handBack, keyVariables, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { assertServed, inWords, Load } from "../../support/load.ts";
import { killTree } from "../../support/process-tree.ts";
import type { Running } from "../../support/project.ts";
import { until } from "../../support/until.ts";

const namespace = "notes-staging";
const services = ["api", "web", "worker"];
const parts = [...services, "gateway", "object-storage", "postgres", "redis"].sort();

describe("a release to a host that is killed", () => {
  let host: TestHost;
  let released: ReleasedProject;
  let load: Load;
  const commits: string[] = [];

  before(async () => {
    host = await takeHost();
    released = await ReleasedProject.create({ staging: host });
    for (const text of ["one", "two"])
      commits.push(await released.publish({ api: [`LABEL release=${text}`] }));
    take(0);
    await released.release("staging");
    load = new Load(`https://${released.domain("staging")}`, host.address);
  });
  after(async () => {
    await released.remove();
    await handBack(host);
  });

  /** Chooses one of the two commits. */
  function take(which: number): void {
    released.configure("staging", { commit: commits[which % 2], watchSeconds: 4 });
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

  Object.entries(moments).forEach(([when, isThere], index) => {
    it(`${when}: the next one completes it, and nothing is left over`, async () => {
      const old = Object.fromEntries(
        await Promise.all(services.map(async (part) => [part, await containers(part)] as const)),
      );
      const users = await releaseOfUsers();
      take(index + 1);
      const release = begin();
      await until(when, 300, async () => ((await isThere(old, users)) ? true : undefined));
      await killTree(release.pid);
      assert.notEqual((await release.ended).code, 0);

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
    });
  });

  it("never took anything from users", async () => {
    const report = await load.stop();
    console.log(`      ${inWords("across five killed releases and those after them", report)}`);
    assertServed(report);
  });

  it("has a state without the files that Pulumi, killed between making and filling one, could not read", () => {
    const files = readdirSync(join(released.project.folder, ".towpath/state"), { recursive: true });
    assert.deepEqual(
      files.filter((file) => String(file).endsWith(".attrs")),
      [],
    );
  });

  it("is not disturbed by somebody who deploys at the same time", async () => {
    take(0);
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
