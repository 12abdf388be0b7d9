import assert from "node:assert/strict";
import type { JobList } from "../../../cli/commands/job-list.ts";
import type { ReleasedProject } from "../../support/hosts/released-project.ts";

/** Notes that it ran, and ends so. */
const noting = (title: string, runs: string, exitCode = 0): object => {
  const program = `
import os, sys
from sqlalchemy import text
from notes.database import connect
from notes.settings import read_database_url

with connect(read_database_url(os.environ), "job").begin() as connection:
    connection.execute(text("INSERT INTO notes (title) VALUES (:title)"), {"title": "${title}"})
print("noted ${title}")
sys.exit(${exitCode})
`;
  return { service: "api", command: ["python", "-c", program], runs, timeoutSeconds: 60 };
};

const good = { warm: noting("warm", "before-release"), purge: noting("purge", "after-release") };

/** The tests of the jobs of staging's releases, which has released something. */
export function releaseJobs(released: () => ReleasedProject): void {
  const titles = (): Promise<string> => released().sql("staging", "SELECT title FROM notes ORDER BY id");
  const copies = (): Promise<string[]> =>
    released().host("staging").docker("ps", "--quiet", "--filter", "label=towpath.part=api");
  const inWords = async (...words: string[]): Promise<string> => {
    const { stdout, stderr } = await released().run([...words, "--stack", "staging"]);
    return stdout + stderr;
  };

  it("is worked on by jobs once for each release, before and after it", async () => {
    const { source } = released().project;
    const described = source.read("application.ts");
    const describe = (jobs: object, more = ""): void => {
      const text = described.replace("  jobs: {", `  jobs: { ...${JSON.stringify(jobs)},`);
      source.write(
        "application.ts",
        text.replace("  services: {\n    api: {", `  services: {\n    api: {${more}`),
      );
    };
    await released().sql("staging", "TRUNCATE notes CASCADE");
    const { id: before, schema } = await released().record("staging");
    describe(good);
    assert.match(
      await inWords("plan"),
      /jobs: before anything of it starts: `warm`\n +jobs: once users have it: `purge`/,
    );
    await released().release("staging");
    assert.equal(await titles(), "warm\npurge");
    const { id } = await released().record("staging");
    assert.notEqual(id, before);
    await released().release("staging");
    assert.equal(await titles(), "warm\npurge");
    const list = JSON.parse(await inWords("job", "list", "--json")) as JobList;
    assert.deepEqual(
      list.releaseJobs.map(({ job, release, log }) => [job, release, log]),
      [
        ["warm", id, "  | noted warm"],
        ["purge", id, "  | noted purge"],
      ],
    );

    // Nothing of a release starts whose job fails before it.
    const serving = await copies();
    describe({ ...good, full: noting("full", "before-release", 3) }, 'environment: { OTHER: "copy" },');
    const failed = await released().up("staging");
    assert.notEqual(failed.code, 0);
    const said =
      /jobs\.full: "python -c[^]*" ended with exit code 3, nothing new was started; npm run pulumi -- up --stack staging runs it again; its last log lines:\s+\| noted full/;
    assert.match(failed.stdout + failed.stderr, said);
    assert.deepEqual(await copies(), serving);
    assert.equal((await released().ask("staging", "/api/health")).status, 200);

    // Users have one whose job fails after it, until it is done.
    describe({ ...good, full: noting("full", "after-release", 3) }, 'environment: { OTHER: "copy" },');
    const late = await released().up("staging");
    assert.notEqual(late.code, 0);
    assert.match(late.stdout + late.stderr, /ended with exit code 3, users have the new release already/);
    assert.equal((await released().record("staging")).id, id);
    assert.equal((await released().ask("staging", "/api/health")).status, 200);
    assert.match(
      await inWords("status"),
      /jobs\.full: it has to end well after release [0-9a-f]{12}, which users have, got no such run; npm run pulumi -- up --stack staging runs it again/,
    );
    describe({ ...good, full: noting("full", "after-release") }, 'environment: { OTHER: "copy" },');
    await released().release("staging");
    assert.ok(!(await copies()).some((copy) => serving.includes(copy)));
    assert.doesNotMatch(await inWords("status"), /jobs\./);
    // The variables of the service that migrates changed, and its image did not.
    assert.equal((await released().record("staging")).schema?.after, schema?.after);
    source.write("application.ts", described);
    await released().release("staging");
  });
}
