/** The workflows of the repository. */
import assert from "node:assert/strict";
import { execa } from "execa";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../support/source-tree.ts";
import { commandsOfJob, workflows } from "../../support/workflows.ts";

/** The jobs that change an environment. */
const deploying = [
  "preview.yml preview",
  "preview-fork.yml preview",
  "deploy.yml staging",
  "deploy.yml production",
];

/** Workflows that run with the repository's secrets, and may be started by a fork's pull request. */
const trusted = ["preview-fork.yml"];

describe("the workflows", () => {
  const jobs = workflows().flatMap(({ file, jobs: its }) =>
    Object.entries(its).map(([name, job]) => ({ name: `${file} ${name}`, file, job })),
  );

  it("are what GitHub understands", async function () {
    // The checker is compiled first.
    this.timeout(300_000);
    const folder = join(checkout, ".github/workflows");
    const files = readdirSync(folder).map((file) => join(folder, file));
    const { exitCode, all } = await execa(
      "go",
      // Checkers of scripts that a machine may have or not are left out: the answer is the same everywhere.
      ["tool", "actionlint", "-shellcheck=", "-pyflakes=", "-no-color", ...files],
      {
        cwd: join(checkout, "test/support/actionlint"),
        env: { GOFLAGS: "-mod=readonly", GOWORK: "off" },
        ...{ reject: false, all: true, stdin: "ignore", timeout: 280_000 },
      },
    );
    assert.equal(exitCode, 0, all);
  });

  it("take actions by their commit, with the version beside it", () => {
    for (const { file, text } of workflows())
      for (const line of text.split("\n").filter((one) => one.includes(" uses: ")))
        assert.match(line, /uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, file);
  });

  it("end by themselves, and may do no more than they need", () => {
    for (const { name, job } of jobs) assert.ok((job["timeout-minutes"] ?? 0) > 0, name);
    for (const { file, permissions } of workflows()) {
      const writes = Object.values(permissions ?? { all: "write" }).includes("write");
      assert.equal(writes, false, file);
    }
  });

  it("never cancel a deployment", () => {
    const found = jobs.filter(({ name }) => deploying.includes(name));
    assert.equal(found.length, deploying.length);
    for (const { name, job } of found) {
      assert.notEqual(job.concurrency?.group, undefined, name);
      assert.notEqual(job.concurrency?.["cancel-in-progress"], true, name);
    }
  });

  it("run a fork's code only where there are no secrets", () => {
    const atRisk = workflows().filter(({ on }) => "pull_request_target" in on || "workflow_run" in on);
    assert.deepEqual(
      atRisk.map(({ file }) => file),
      trusted,
    );
    for (const { file, job } of jobs.filter((one) => trusted.includes(one.file))) {
      const refs = job.steps.flatMap((step) =>
        step.uses?.startsWith("actions/checkout@") ? [step.with?.ref] : [],
      );
      assert.deepEqual(refs, ["${{ github.event.repository.default_branch }}"], file);
      // Nothing that a fork left is put where the program runs.
      assert.ok(!job.steps.some(({ uses }) => uses?.includes("download-artifact") === true));
    }
    const [build] = jobs.filter(({ file }) => file === "preview-build.yml");
    assert.doesNotMatch(JSON.stringify(build), /secrets|token/);
  });

  it("do with commands what a laptop can do, too", () => {
    const commands = (name: string): string[] => commandsOfJob(...(name.split(" ") as [string, string]));
    assert.deepEqual(
      [
        "preview.yml publish",
        ...deploying,
        "preview.yml check",
        "preview.yml comment",
        "preview.yml sweep",
        "preview.yml template",
        "preview-build.yml build",
      ].map(commands),
      [
        ["npm ci", "npm run ci -- --publish"],
        ["npm ci", "npx towpath pull-request --report preview.json"],
        [
          "npm ci",
          "npx towpath pull-request --report preview.json",
          "npx towpath comment --preview preview.json",
        ],
        ["npm ci", "npx towpath deploy --stack staging"],
        ["npm ci", "npx towpath deploy --stack production"],
        ["npm ci", 'npx towpath preview check "$NUMBER" --to checks'],
        [
          "npm ci",
          'npx towpath comment --preview preview.json ${CHECKS:+--checks "$CHECKS"} --text comment.md',
        ],
        ["npm ci", "npx towpath sweep", "npx towpath preview up --queued"],
        ["npm ci", "npx towpath template refresh"],
        ["npm ci", "npm run ci -- --save images.tar"],
      ],
    );
  });
});
