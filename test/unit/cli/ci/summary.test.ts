import assert from "node:assert/strict";
import { XMLParser } from "fast-xml-parser";
import { annotations } from "../../../../cli/ci/annotations.ts";
import type { CiReport } from "../../../../cli/ci/report.ts";
import { ciInJUnit, ciInMarkdown, ciInWords } from "../../../../cli/ci/summary.ts";

const report: CiReport = {
  namespace: "notes-ci",
  passed: false,
  checks: [
    { name: "lint", outcome: "passed", seconds: 1.25 },
    {
      name: "tests",
      outcome: "failed",
      seconds: 20,
      problem: 'checks.tests: "pytest" failed',
      log: "  | 50% ```\r",
    },
    { name: "page", outcome: "skipped" },
    { name: "coverage", outcome: "passed", seconds: 3, coverage: 97.25 },
  ],
  problems: ["postgres: not healthy"],
  sql: "CREATE TABLE notes ();\n",
  published: [{ image: "api", reference: "ghcr.io/o/n/api@sha256:ab", tags: ["1.0", "latest"] }],
  reports: "reports/notes-ci",
  seconds: 31.04,
};

describe("the report of a run", () => {
  it("is text with the SQL, the failures, and a table", () => {
    assert.equal(
      ciInWords({ ...report, checks: report.checks.slice(0, 3), published: [] }),
      [
        "-- the SQL of the migrations",
        "CREATE TABLE notes ();",
        "",
        "postgres: not healthy",
        "",
        'checks.tests: "pytest" failed; its last log lines:',
        "  | 50% ```\r",
        "",
        "check  result   seconds  coverage",
        "lint   passed       1.3",
        "tests  failed      20.0",
        "page   skipped",
        "all    failed      31.0",
        "reports: reports/notes-ci",
      ].join("\n"),
    );
  });

  it("shows that nothing was checked", () => {
    const none = { ...report, passed: true, checks: [], problems: [] };
    const said =
      "nothing was checked: application.ts describes neither checks nor migrations; the images were only built";
    assert.match(ciInWords(none), new RegExp(`^${said}\npublished ghcr.io`, "m"));
    assert.ok(ciInMarkdown(none).includes(`\n\n${said}\n\n`));
  });

  it("is a valid Markdown page, whatever a log contains", () => {
    assert.equal(
      ciInMarkdown(report),
      [
        "## ❌ ci of `notes-ci` in 31.0 s",
        "",
        "| check | result | seconds | coverage |",
        "| --- | --- | ---: | ---: |",
        "| lint | passed | 1.3 |  |",
        "| tests | failed | 20.0 |  |",
        "| page | skipped |  |  |",
        "| coverage | passed | 3.0 | 97.2 % |",
        "",
        "```",
        "postgres: not healthy",
        "```",
        "",
        "````",
        'checks.tests: "pytest" failed',
        "  | 50% ```\r",
        "````",
        "",
        "- `ghcr.io/o/n/api@sha256:ab` (1.0, latest)",
        "",
        "<details><summary>SQL of the migrations</summary>",
        "",
        "```sql",
        "CREATE TABLE notes ();",
        "```",
        "",
        "</details>",
        "",
      ].join("\n"),
    );
  });

  it("is JUnit, in which every check is a test case", () => {
    const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "" });
    const { testsuites } = parser.parse(ciInJUnit(report)) as {
      testsuites: { testsuite: Record<string, string> & { testcase: Record<string, unknown>[] } };
    };
    const { testcase, ...suite } = testsuites.testsuite;
    assert.deepEqual(suite, {
      name: "notes-ci",
      tests: "5",
      failures: "1",
      errors: "1",
      skipped: "1",
      time: "31.04",
    });
    assert.deepEqual(
      testcase.map(({ name }) => name),
      ["lint", "tests", "page", "coverage", "environment 1"],
    );
    assert.equal((testcase[1]?.failure as { message: string }).message, 'checks.tests: "pytest" failed');
    assert.equal((testcase[4]?.error as { message: string }).message, "postgres: not healthy");
  });

  it("annotates a run of GitHub Actions, and escapes everything that would end a command", () => {
    const odd = { name: "a:b,c", outcome: "failed", problem: "100%\nsecond" } as const;
    assert.deepEqual(annotations({ ...report, checks: [...report.checks, odd] }), [
      "::error title=ci::postgres: not healthy",
      '::error title=tests::checks.tests: "pytest" failed%0A  | 50%25 ```%0D',
      "::error title=a%3Ab%2Cc::100%25%0Asecond",
    ]);
  });
});
