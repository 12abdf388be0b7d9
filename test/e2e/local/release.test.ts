import assert from "node:assert/strict";
import { docker } from "../../support/footprint.ts";
import { assertServed, inWords, Load } from "../../support/load.ts";
import { normalise } from "../../support/normalise.ts";
import { askVersion, writeNote } from "../../support/notes.ts";
import { refusalOf, TestProject } from "../../support/project.ts";
import { measuringInLong, sampled } from "../../support/quick.ts";

describe("a release of the local environment under load", () => {
  let project: TestProject;
  let load: Load | undefined;

  before(async () => {
    project = await TestProject.create();
  });
  beforeEach(async () => {
    project.restore();
    await project.start();
    load = new Load(project.url, "", measuringInLong);
  });
  afterEach(async () => {
    await load?.stop();
  });
  after(() => project.remove());

  it("loses no request", async () => {
    const under = begun(load);
    await under.reached(2 * measuringInLong);
    await under.cut();
    await under.reached(7 * measuringInLong);
    const idle = await under.cut();
    const before = await askVersion(project.url);

    project.source.append("app/api/notes/version.py", "\n# Another release.\n");
    const { release } = await project.start();
    await under.reached(13 * measuringInLong);
    const during = await under.cut();

    const after = await askVersion(project.url);
    assert.notEqual(after.release, before.release);
    assert.equal((await workloads(project)).length, 3);
    assert.match(release.id, /^[0-9a-f]{12}$/);
    console.log(`      ${inWords("idle", idle)}`);
    console.log(`      ${inWords("across the release", during)}`);
    console.log(`      p99 across the release / idle: ${(during.p99 / idle.p99).toFixed(2)}`);
    assertServed(during);
    assertServed(idle);
  });

  sampled(
    "is refused when the new copy never becomes healthy, is refused again, and succeeds once it is repaired",
    async () => {
      const under = begun(load);
      const before = await askVersion(project.url);
      const old = await workloads(project);
      project.configure({ gateTimeoutSeconds: 8 });
      project.source.edit("application.ts", ...faulty("unhealthy"));

      for (const time of ["first", "second"]) {
        // How many of the start's own lines are among the last ones depends on how often the gate could ask.
        const lines = normalise(await project.refusal()).split("\n");
        assert.equal([lines[0], lines.at(-1)].join("\n"), neverHealthy, time);
        assert.deepEqual(await askVersion(project.url), before, time);
        for (const copy of old) assert.ok((await workloads(project)).includes(copy), `${copy}, ${time}`);
      }
      project.restore();
      await project.start();

      assert.equal((await workloads(project)).length, 3);
      assert.equal((await askVersion(project.url)).release, before.release);
      await writeNote(project.url, "repaired");
      const report = await under.cut();
      console.log(`      ${inWords("across two refusals and the repair", report)}`);
      assertServed(report);
    },
  );

  it("is refused when the new copy ends at once", async () => {
    const under = begun(load);
    const before = await askVersion(project.url);
    project.source.edit("application.ts", ...faulty("exit"));

    assert.equal(normalise(await project.refusal()), endsAtOnce);

    assert.deepEqual(await askVersion(project.url), before);
    assertServed(await under.cut());
  });

  it("starts no new copy when the migration fails", async () => {
    const under = begun(load);
    const before = await workloads(project);
    project.source.write("app/api/migrations/versions/0005_broken.py", brokenMigration);

    assert.equal(normalise(await project.refusal()), migrationFails);

    assert.deepEqual(await workloads(project), before);
    project.restore();
    await project.start();
    assert.deepEqual(await workloads(project), before);
    assertServed(await under.cut());
  });

  it("starts no new copy when an image does not build, and shows the build's own error once", async () => {
    const under = begun(load);
    const before = await workloads(project);
    project.source.append("app/api/Dockerfile", "RUN printf 'no such %s\\n' package >&2; exit 3\n");

    const ended = await project.run(["start", "--json"]);
    assert.equal(normalise(refusalOf(ended)), doesNotBuild);
    assert.equal(ended.stderr.split("no such package").length - 1, 1, ended.stderr);

    assert.deepEqual(await workloads(project), before);
    assertServed(await under.cut());
  });
});

const request =
  '  | {"time": "<time>", "level": "info", "message": "request", "request": "<id>", "method": "GET", "route": "/api/health", "status": 503, "milliseconds": <duration>}';

const neverHealthy = [
  'services.api: not healthy within 8 s, GET /api/health answers 503 {"status":"unhealthy","checks":{"database":"ok","cache":"ok","bucket":"ok","fault":"failed: NOTES_FAULT"},"version":"local","failing":["fault"]}; its last log lines (<namespace>-api-<id>):',
  request,
].join("\n");

const endsAtOnce = [
  "services.api: the new copy ended before it was healthy (exit code 1); its last log lines (<namespace>-api-<id>):",
  '  | {"time": "<time>", "level": "error", "message": "exiting at once, as NOTES_FAULT asks"}',
].join("\n");

const migrationFails = [
  'migrations: "alembic upgrade head" ended with exit code 1, nothing new was started; its last log lines:',
  '  | {"time": "<time>", "level": "info", "message": "Context impl PostgresqlImpl."}',
  '  | {"time": "<time>", "level": "info", "message": "Will assume transactional DDL."}',
  '  | {"time": "<time>", "level": "info", "message": "Running upgrade 0004 -> 0005"}',
  "  | this migration cannot go on",
].join("\n");

const doesNotBuild = [
  `images.api: does not build, got exit code 3 from "printf 'no such %s\\n' package >&2; exit 3"; its last lines:`,
  "  | no such package",
].join("\n");

const brokenMigration = `import sys

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sys.exit("this migration cannot go on")


def downgrade() -> None:
    pass
`;

/** The change of application.ts that gives the API a fault. */
function faulty(fault: string): [string, string] {
  const passage = 'secrets: ["JWT_SECRET"],';
  return [passage, `${passage}\n      environment: { NOTES_FAULT: "${fault}" },`];
}

function begun(load: Load | undefined): Load {
  assert.ok(load);
  return load;
}

/** The copies of the services, by name. */
async function workloads(project: TestProject): Promise<string[]> {
  const of = [
    "--filter",
    `label=towpath.namespace=${project.namespace}`,
    "--filter",
    "label=towpath.release",
  ];
  return (await docker(["ps", "--all", "--format", "{{.Names}}", ...of])).sort();
}
