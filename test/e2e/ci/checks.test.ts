import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nothing } from "../../support/footprint.ts";
import { freePort } from "../../support/free-port.ts";
import { refusalOf, TestProject } from "../../support/project.ts";
import { isPostgres } from "../../support/raw-port.ts";
import { until } from "../../support/until.ts";
import { answerOf, configureCi, containersOf, makeTiny, processesOf, url } from "./tiny.ts";

/** A report of tests that reach two thirds of the lines. */
const cobertura = '<?xml version="1.0"?><coverage lines-valid="3" lines-covered="2" line-rate="0.6667"/>';
const writesReports = [
  ...[
    "sh",
    "-c",
    'mkdir /tmp/reports && echo "<testsuites/>" > /tmp/reports/junit.xml && echo "$0" > /tmp/cobertura.xml',
  ],
  cobertura,
];

describe("npm run ci", () => {
  let project: TestProject;
  const report = (path: string): string =>
    readFileSync(join(project.folder, "reports", project.namespace, path), "utf8");

  before(async () => {
    project = await TestProject.create();
    configureCi(project);
  });
  after(() => project.remove());

  afterEach(async () => {
    assert.deepEqual(await project.footprint(), nothing);
    assert.deepEqual(processesOf(project), []);
  });

  it("passes when all checks pass, its database at a port of choice meanwhile, and keeps only their reports (002-715)", async () => {
    const makesDatabases =
      `db=$(psql -At ${url} -c "SELECT current_database()") && for n in 0 1; do ` +
      `psql -q ${url} -c "CREATE DATABASE \${db}_gw$n" && echo "\${db}_gw$n"; done`;
    makeTiny(project, {
      workers: { command: ["sh", "-c", makesDatabases], needs: ["postgres", "files"] },
      tests: {
        command: writesReports,
        needs: ["workers"],
        artifacts: ["/tmp/reports"],
        coverage: { file: "/tmp/cobertura.xml", threshold: 66 },
      },
    });

    const port = await freePort();
    configureCi(project, { ports: { postgres: port } });
    const running = project.launch(["ci", "--json"]);
    await until("the database", 120, async () => (await isPostgres(port)) || undefined);
    const { passed, checks, problems, sql } = answerOf(await running.ended, 0);
    configureCi(project);

    assert.equal(passed, true);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      checks.map(({ name, outcome }) => [name, outcome]),
      [
        ["workers", "passed"],
        ["tests", "passed"],
        ["migrations", "passed"],
      ],
    );
    assert.equal(Math.floor(checks[1]?.coverage ?? 0), 66);
    assert.equal(sql, "CREATE TABLE things ();");
    const database = `${project.namespace.replaceAll("-", "_")}_workers`;
    assert.equal(report("workers/output.log"), `${database}_gw0\n${database}_gw1\n`);
    assert.equal(report("tests/reports/junit.xml"), "<testsuites/>\n");
    assert.equal(report("tests/cobertura.xml"), `${cobertura}\n`);
    assert.match(report("summary.md"), /\| tests \| passed \| [0-9.]+ \| 66.6 % \|/);
    assert.match(report("junit.xml"), /<testsuite name="\S+" tests="3" failures="0" errors="0" skipped="0"/);
    // The rehearsal went up, down to the lowest revision, and up again.
    assert.equal(report("migrations/output.log").match(/CREATE TABLE things \(\)'/g)?.length, 2);
    assert.match(report("migrations/output.log"), /DROP TABLE things -- to \$0" base/);
  });

  it("reports the problem of every failed check in one run, and marks it in GitHub Actions", async () => {
    makeTiny(project, {
      good: { command: ["true"] },
      bad: { command: ["sh", "-c", "echo 50% done; echo ::; exit 3"] },
      hangs: { command: ["sh", "-c", "echo waiting; sleep 600"], timeoutSeconds: 2 },
      forgets: { command: ["true"], artifacts: ["/tmp/junit.xml"] },
      uncovered: { command: writesReports, coverage: { file: "/tmp/cobertura.xml", threshold: 90 } },
      garbled: {
        command: ["sh", "-c", "echo nothing > /tmp/c.xml"],
        coverage: { file: "/tmp/c.xml", threshold: 1 },
      },
      waits: { command: ["true"], needs: ["bad"] },
    });
    const page = join(project.folder, "reports", "page.md");
    const ended = await project.run(["ci", "--json"], { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: page });

    const { passed, checks } = answerOf(ended, 1);
    assert.equal(passed, false);
    const problems = Object.fromEntries(checks.map(({ name, problem }) => [name, problem]));
    assert.deepEqual(problems, {
      good: undefined,
      bad: 'checks.bad: "sh -c echo 50% done; echo ::; exit 3" has to end with 0, got exit code 3',
      hangs:
        'checks.hangs: "sh -c echo waiting; sleep 600" did not end within 2 s and was stopped; mend what hangs, or raise timeoutSeconds',
      forgets:
        'checks.forgets.artifacts: the check ended with 0 and did not leave "/tmp/junit.xml"; write it there, or remove it from the check\'s artifacts and coverage',
      uncovered:
        "checks.uncovered.coverage: expected at least 90 % of the lines to be covered, got 66.6 %; test more, or lower the threshold",
      garbled:
        'checks.garbled.coverage.file: expected a report in the form of Cobertura, got "nothing\\n"; write one, for example with pytest --cov-report=xml',
      waits: undefined,
      migrations: undefined,
    });
    assert.deepEqual(
      checks.map(({ outcome }) => outcome),
      ["passed", "failed", "failed", "failed", "failed", "failed", "skipped", "passed"],
    );
    assert.match(
      ended.stderr,
      /^::error title=bad::checks\.bad: "sh -c echo 50%25 done; echo ::; exit 3" has to end with 0, got exit code 3%0A {2}\| 50%25 done%0A {2}\| : :$/m,
    );
    assert.equal(ended.stderr.match(/^::error /gm)?.length, 5);
    assert.equal(readFileSync(page, "utf8"), report("summary.md"));
    assert.match(report("junit.xml"), /tests="8" failures="5" errors="0" skipped="1"/);
  });

  it("reports failures outside the checks", async () => {
    makeTiny(project, { good: { command: ["true"] } });
    project.source.write(
      "tiny/Dockerfile",
      "ARG IMAGE_MIRROR=docker.io\nFROM ${IMAGE_MIRROR}/library/postgres:15\nRUN echo no such tool; exit 7\n",
    );
    const { checks, problems } = answerOf(await project.run(["ci", "--json"]), 1);
    assert.deepEqual(
      checks.map(({ outcome }) => outcome),
      ["skipped", "skipped"],
    );
    assert.deepEqual(problems, [
      'images.tool: does not build, got exit code 7 from "echo no such tool; exit 7"; its last lines:\n  | no such tool',
    ]);
  });

  it("refuses a check of an undescribed service before anything is made", async () => {
    makeTiny(project, { good: { command: ["true"], service: "tol" } });
    assert.equal(
      refusalOf(await project.run(["ci", "--json"])),
      'checks.good.service: no such service, got "tol"; did you mean "tool"',
    );
  });

  it("runs one check together with those that it waits for", async () => {
    makeTiny(project, {
      first: { command: ["true"] },
      second: { command: ["true"], needs: ["first"] },
      third: { command: ["false"] },
    });
    const { checks, sql } = answerOf(await project.run(["ci", "--json", "--only", "second"]), 0);
    assert.deepEqual(
      checks.map(({ name, outcome }) => [name, outcome]),
      [
        ["first", "passed"],
        ["second", "passed"],
      ],
    );
    assert.equal(sql, undefined);
    assert.equal(
      refusalOf(await project.run(["ci", "--json", "--only", "fourth"])),
      '--only: the application has no such check, got "fourth"; known are first, second, third, migrations',
    );
  });

  it("leaves everything up on request, until the next run", async () => {
    makeTiny(project, { good: { command: ["true"], needs: ["postgres"] } });
    const { stdout, code } = await project.run(["ci", "--keep", "--only", "good"]);
    assert.equal(code, 0);
    const [server = ""] = await containersOf(project.namespace, "postgres");
    const role = project.namespace.replaceAll("-", "_");
    assert.ok(
      stdout.endsWith(
        [
          `kept: docker ps --all --filter label=towpath.namespace=${project.namespace}`,
          `databases: docker exec -it ${server} psql --username ${role} --list`,
          "remove: npm run pulumi -- destroy --stack ci --yes, or the next npm run ci, which removes it first",
        ].join("\n"),
      ),
      stdout,
    );
    await project.succeed(["pulumi", "destroy", "--stack", "ci", "--yes"]);
  });
});
