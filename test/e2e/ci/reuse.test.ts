import assert from "node:assert/strict";
import { docker, nothing, wipe, footprint } from "../../support/footprint.ts";
import { killTree } from "../../support/process-tree.ts";
import { refusalOf, TestProject } from "../../support/project.ts";
import { until } from "../../support/until.ts";
import { answerOf, configureCi, containersOf, makeTiny, url } from "./tiny.ts";

describe("npm run ci with reuse: local", () => {
  let project: TestProject;
  const own = (number: number): string => `${project.namespace}-ci${number}`;

  before(async () => {
    project = await TestProject.create();
    makeTiny(project, { good: { command: ["true"], needs: ["postgres", "files"] } });
    configureCi(project, { reuse: "local", namespace: own(1) });
  });
  after(async () => {
    for (const number of [1, 2]) await wipe(own(number));
    await project.remove();
  });

  it("is refused when there is no local environment", async () => {
    assert.equal(
      refusalOf(await project.run(["ci", "--json"])),
      `towpath:reuse: expected the postgres of the local environment ${project.namespace}, got none; run npm start once, or set reuse to none`,
    );
  });

  describe("beside a local environment", () => {
    before(async () => {
      await project.start();
    });

    it("uses databases and buckets of its own on the local servers, and removes them", async () => {
      const before = await holdings(project);
      const makesDatabase =
        `db=$(psql -At ${url} -c "SELECT current_database()") && ` +
        `psql -q ${url} -c "CREATE DATABASE \${db}_gw0"`;
      makeTiny(project, { workers: { command: ["sh", "-c", makesDatabase], needs: ["postgres", "files"] } });

      const { checks } = answerOf(await project.run(["ci", "--json"]), 0);

      assert.deepEqual(
        checks.map(({ outcome }) => outcome),
        ["passed", "passed"],
      );
      assert.deepEqual(await holdings(project), before);
      assert.deepEqual(await footprint(own(1)), nothing);
      assert.equal((await containersOf(project.namespace, "postgres")).length, 1);
    });

    it("is cleared up by the next run when it was killed, on the servers too", async () => {
      const before = await holdings(project);
      makeTiny(project, { slow: { command: ["sleep", "300"], needs: ["postgres", "files"] } });
      const run = project.launch(["ci", "--json", "--only", "slow"]);
      await until("the check", 300, async () => (await containersOf(own(1), "check-slow"))[0]);
      assert.notDeepEqual(await holdings(project), before);
      await killTree(run.pid);
      await run.ended;
      makeTiny(project, { slow: { command: ["true"] } });

      answerOf(await project.run(["ci", "--json"]), 0);

      assert.deepEqual(await holdings(project), before);
      assert.deepEqual(await footprint(own(1)), nothing);
    });

    it("starts stopped servers, and the last run that uses them stops them", async () => {
      await project.succeed(["stop"]);
      makeTiny(project, { slow: { command: ["sleep", "300"], needs: ["postgres", "files"] } });
      const first = project.launch(["ci", "--json", "--only", "slow"]);
      await until("the first check", 300, async () => (await containersOf(own(1), "check-slow"))[0]);
      configureCi(project, { reuse: "local", namespace: own(2) });
      const second = project.launch(["ci", "--json", "--only", "slow"]);
      await until("the second check", 300, async () => (await containersOf(own(2), "check-slow"))[0]);

      process.kill(first.pid, "SIGINT");
      assert.equal((await first.ended).code, 130);
      assert.equal((await containersOf(project.namespace, "postgres")).length, 1);
      assert.deepEqual(await footprint(own(1)), nothing);

      process.kill(second.pid, "SIGINT");
      assert.equal((await second.ended).code, 130);
      assert.deepEqual(await containersOf(project.namespace, "postgres"), []);
      assert.deepEqual(await containersOf(project.namespace, "object-storage"), []);
      assert.deepEqual(await footprint(own(2)), nothing);
    });
  });
});

/** The databases, roles and buckets on the local servers. */
async function holdings({ namespace }: TestProject): Promise<Record<string, readonly string[]>> {
  const role = namespace.replaceAll("-", "_");
  const ask = (sql: string): Promise<string[]> =>
    docker(["exec", `${namespace}-postgres`, "psql", "-At", "--username", role, "--command", sql]);
  return {
    databases: await ask("SELECT datname FROM pg_database ORDER BY 1"),
    roles: await ask("SELECT rolname FROM pg_roles ORDER BY 1"),
    buckets: await docker(["exec", `${namespace}-object-storage`, "ls", "-A", "/data"]),
  };
}
