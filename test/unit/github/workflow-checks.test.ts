import assert from "node:assert/strict";
import {
  externalCheckWarnings,
  reportedChecks,
  requiredCheckProblems,
} from "../../../components/github/workflow-checks.ts";

describe("the checks that workflows report on pull requests", () => {
  function namesIn(text: string): string[] {
    return reportedChecks({ "ci.yml": text }).map(({ name }) => name);
  }

  it("have their jobs' names, or else their ids", () => {
    assert.deepEqual(namesIn("on: pull_request\njobs: { lint: {}, test: { name: Unit tests } }"), [
      "lint",
      "Unit tests",
    ]);
  });

  it("are those of workflows that run on pull requests, in every notation", () => {
    assert.deepEqual(namesIn("on: [push, pull_request]\njobs: { lint: {} }"), ["lint"]);
    assert.deepEqual(namesIn("on: { pull_request: null, push: null }\njobs: { lint: {} }"), ["lint"]);
    assert.deepEqual(namesIn("on: push\njobs: { lint: {} }"), []);
    assert.deepEqual(namesIn("on: [push]\njobs: { lint: {} }"), []);
    assert.deepEqual(namesIn("on: { push: null }\njobs: { lint: {} }"), []);
    assert.deepEqual(namesIn("jobs: { lint: {} }"), []);
    assert.deepEqual(namesIn(""), []);
  });

  it("have the values of a matrix", () => {
    const matrix = "node: [20, 22], os: [linux, mac]";
    assert.deepEqual(namesIn(`on: pull_request\njobs: { test: { strategy: { matrix: { ${matrix} } } } }`), [
      "test (20, linux)",
      "test (20, mac)",
      "test (22, linux)",
      "test (22, mac)",
    ]);
    assert.deepEqual(
      namesIn(
        `on: pull_request\njobs: { test: { name: "on \${{ matrix.os }}", strategy: { matrix: { os: [a, b] } } } }`,
      ),
      ["on a", "on b"],
    );
  });

  it("exclude what a matrix excludes, and include what it includes", () => {
    assert.deepEqual(
      namesIn(
        "on: pull_request\njobs: { test: { strategy: { matrix: { node: [20, 22], exclude: [{ node: 20 }], include: [{ node: 24 }, { node: 22, slow: true }] } } } }",
      ),
      ["test (22, true)", "test (24)"],
    );
    assert.deepEqual(
      namesIn(
        "on: pull_request\njobs: { test: { strategy: { matrix: { include: [{ a: 1 }, { a: 2 }] } } } }",
      ),
      ["test (1)", "test (2)"],
    );
  });

  it("exclude what the file does not determine", () => {
    assert.deepEqual(namesIn('on: pull_request\njobs: { a: { name: "${{ github.actor }}" } }'), []);
    assert.deepEqual(namesIn('on: pull_request\njobs: { a: { strategy: { matrix: "${{ x }}" } } }'), []);
    assert.deepEqual(
      namesIn('on: pull_request\njobs: { a: { strategy: { matrix: { b: "${{ x }}" } } } }'),
      [],
    );
    assert.deepEqual(
      namesIn('on: pull_request\njobs: { a: { name: "${{ matrix.c }}", strategy: { matrix: { b: [1] } } } }'),
      [],
    );
  });
});

describe("a required check", () => {
  const reported = reportedChecks({
    ".github/workflows/ci.yml": "on: pull_request\njobs: { lint: {}, tests: {} }",
    ".github/workflows/docs.yml": "on: { pull_request: { paths: [docs] } }\njobs: { docs: {} }",
  });

  it("may be one that a workflow reports", () => {
    assert.deepEqual(requiredCheckProblems("requiredChecks", ["lint", "tests"], reported), []);
  });

  it("is refused when it is named almost like one of a workflow", () => {
    assert.deepEqual(requiredCheckProblems("requiredChecks", ["lint", "test"], reported), [
      'requiredChecks[1]: no workflow reports this check, got "test"; did you mean "tests"',
    ]);
  });

  it("may be an application's, with a warning", () => {
    const names = ["codecov/patch", "DCO", "Vercel"];
    assert.deepEqual(requiredCheckProblems("requiredChecks", names, reported), []);
    assert.deepEqual(
      externalCheckWarnings("requiredChecks", ["lint", ...names], reported),
      names.map(
        (name, index) =>
          `requiredChecks[${index + 1}]: no workflow reports this check, got "${name}"; unless an application on GitHub does, it blocks every merge`,
      ),
    );
  });

  it("may be one of a reusable workflow whose calling job is known", () => {
    const calling = reportedChecks({
      ".github/workflows/ci.yml": "on: pull_request\njobs: { call: { uses: ./.github/workflows/x.yml } }",
    });
    assert.deepEqual(requiredCheckProblems("requiredChecks", ["call / build"], calling), []);
    assert.deepEqual(externalCheckWarnings("requiredChecks", ["call / build"], calling), []);
    assert.equal(externalCheckWarnings("requiredChecks", ["call"], calling).length, 1);
  });

  it("is refused when its workflow skips some pull requests", () => {
    assert.deepEqual(requiredCheckProblems("requiredChecks", ["docs"], reported), [
      'requiredChecks[0]: .github/workflows/docs.yml leaves some pull requests out, and those could never be merged, got "docs"; take paths and branches out of its pull_request',
    ]);
  });
});
