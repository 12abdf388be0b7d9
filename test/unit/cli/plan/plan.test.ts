/** `towpath plan`: the program's part and Pulumi's are played; that they say so is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { comment, commentInWords, noNumber, noPlan, noRepository } from "../../../../cli/commands/comment.ts";
import { planInWords, planWithDrift } from "../../../../cli/commands/plan.ts";
import { noReport } from "../../../../cli/preview/report.ts";
import { notReleasedTo, plan } from "../../../../cli/plan/plan.ts";
import { dangerousMigration, quiet, quietPlan } from "../../../support/comment-facts.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

const container = "docker:index/container:Container";
const urn = (name: string): string =>
  `urn:pulumi:staging::notes::towpath:index:ReleasedEnvironment$${container}::notes-staging-${name}`;

describe("towpath plan", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);
  let machine: FakeMachine;

  beforeEach(() => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    machine.write("Pulumi.staging.yaml", "config:\n  towpath:domain: staging.example.com\n");
  });
  afterEach(() => {
    machine.remove();
  });

  /** Has the program write these facts, and note the variables that it was told. */
  function writesFacts(facts: object): void {
    machine.write("facts.json", JSON.stringify(facts));
    machine.pulumiDoes(
      "preview",
      'cp facts.json "$TOWPATH_PLAN_FILE"; echo "${TOWPATH_COMMIT:-} ${TOWPATH_AS_IF_PROVEN:-}" > told',
    );
  }
  const planned = (more: { commit?: string; asIfProven?: boolean } = {}, stack = "staging") =>
    plan({ stack, ...more }, recordedProgress(), machine.project);

  it("brings together what the program knows and what Pulumi would do", async () => {
    writesFacts({ ...quiet, changes: true });
    const steps = [
      { op: "same", urn: "urn:pulumi:staging::notes::towpath:index:ReleasedEnvironment::notes-staging" },
      {
        ...{ op: "replace", urn: urn("release-api"), replaceReasons: ["image"] },
        oldState: { inputs: { labels: [{ label: "towpath.release" }], memory: 256 } },
      },
    ];
    const diagnostics = [
      { severity: "warning", message: "towpath:secrets.JWT_SECRET.rotate: 90 days old" },
      { severity: "warning", message: "migrations: from a to b drops it" },
      { severity: "info", message: "release 0f1e2d3c4b5a" },
    ];
    machine.pulumi("preview", [{ steps, diagnostics }]);
    const { at, ...found } = await planned({ commit: "a".repeat(40) });
    assert.ok(Date.parse(at) > 0);
    assert.deepEqual(found, {
      stack: "staging",
      facts: { ...quiet, changes: true },
      warnings: ["towpath:secrets.JWT_SECRET.rotate: 90 days old"],
      resources: [{ change: "replace", type: container, part: "api", fields: ["image"] }],
    });
    assert.deepEqual(machine.calls, [
      "pulumi preview --stack staging --json --show-replacement-steps --non-interactive --color never",
    ]);
    assert.equal(
      planInWords({ at, ...found }),
      `staging: release 0f1e2d3c4b5a, after 0f1e2d3c4b5a, plan ${"0".repeat(64)}\n` +
        "  warning: `towpath:secrets.JWT_SECRET.rotate: 90 days old`\n" +
        "  replace api (Container): image",
    );
  });

  it("says in one line that nothing changes", async () => {
    writesFacts({ ...quiet, current: undefined, memory: { before: 1, after: 1 } });
    machine.pulumi("preview", [{ steps: [] }]);
    assert.equal(planInWords(await planned()), "staging: nothing changes");
  });

  it("tells the program what to plan", async () => {
    writesFacts(quiet);
    machine.pulumi("preview", [{ steps: [] }]);
    await planned({ commit: "a".repeat(40), asIfProven: true });
    assert.equal(readFileSync(`${machine.root}/told`, "utf8"), `${"a".repeat(40)} true\n`);
  });

  it("keeps the reason for which nothing could be planned", async () => {
    const diagnostics = [{ severity: "error", message: "towpath:commit: aaaa was never published" }];
    machine.pulumi("preview", [{ diagnostics }], 255);
    const found = await planned();
    assert.match(found.problem?.words ?? "", /towpath:commit: aaaa was never published/);
    assert.deepEqual([found.facts, found.resources], [undefined, []]);
    assert.match(planInWords(found), /^staging: could not be planned\n {2}refused: `.*never published/);
  });

  it("says what its migrations were measured on, and of times without rows that they are", () => {
    const on = { kind: "schema", why: "there is none yet" } as const;
    const facts = {
      ...quiet,
      migration: { ...dangerousMigration, facts: { ...dangerousMigration.facts, on } },
    };
    const words = planInWords({ ...quietPlan("staging"), facts });
    assert.match(
      words,
      /^ {2}migrations: measured on an empty schema, and on no clone of the template: there is none yet$/m,
    );
    assert.match(words, /^ {2}locks: SHARE for 8\.4 s without rows: /m);
  });

  it("goes on where nobody can see what differs from the last up", async () => {
    writesFacts(quiet);
    machine.pulumi("preview", [{ steps: [] }]);
    const found = await planWithDrift({ stack: "staging" }, recordedProgress(), machine.project);
    assert.deepEqual([found.drift, found.facts?.release.id], [undefined, quiet.release.id]);
  });

  it("is refused for a stack that nothing is released to", async () => {
    await assert.rejects(planned({}, "local"), { message: notReleasedTo("local") });
    assert.equal(
      notReleasedTo("local"),
      '--stack: expected a stack that is released to, got "local"; take staging, production or a preview',
    );
  });

  it("is what towpath comment is made of, from files or anew", async () => {
    writesFacts({ ...quiet, changes: true });
    machine.pulumi("preview", [{ steps: [] }]);
    machine.pulumi("stack", []);
    const made = await comment(12, { print: true }, recordedProgress(), machine.project);
    assert.match(made.text, /^<!-- towpath project=\S+ pull-request=12 -->\n\n\*\*Merging, `staging`\*\*/);
    assert.doesNotMatch(made.text, /production/);
    const file = `${machine.root}/production.json`;
    machine.write("production.json", JSON.stringify({ ...(await planned()), stack: "production" }));
    const text = `${machine.root}/comment.md`;
    const preview = { stack: "pr-12", address: undefined, state: "waiting" };
    machine.write("preview.json", JSON.stringify({ pullRequest: 12, preview }));
    const report = `${machine.root}/preview.json`;
    const read = await comment(
      undefined,
      { plan: [file], print: true, text, preview: report },
      recordedProgress(),
      machine.project,
    );
    assert.equal(read.pullRequest, 12);
    assert.match(read.text, /Preview waits for room[^]*`production`/);
    machine.write("preview.json", "{}");
    const none = await comment(undefined, { preview: report }, recordedProgress(), machine.project);
    assert.equal(commentInWords(none), "the event was about no pull request");
    const nameless = comment(undefined, {}, recordedProgress(), machine.project);
    await assert.rejects(nameless, { message: noNumber });
    machine.write("none.json", "{}");
    const wrong = comment(12, { plan: ["none.json"] }, recordedProgress(), machine.project);
    await assert.rejects(wrong, { message: noPlan("none.json") });
  });

  it("is made of staging and of production at once for a comment", async () => {
    machine.write("Pulumi.production.yaml", "config:\n  towpath:domain: example.com\n");
    writesFacts(quiet);
    // Each waits until the other one is there.
    const waits =
      'case "$*" in *production*) me=production other=staging ;; *) me=staging other=production ;; esac; ' +
      "touch $me; for _ in $(seq 200); do [ -f $other ] && break; sleep 0.05; done; [ -f $other ] || exit 1; ";
    machine.pulumiDoes("preview", `${waits} cp facts.json "$TOWPATH_PLAN_FILE"`);
    machine.pulumi("preview", [{ steps: [] }]);
    machine.pulumi("stack", []);
    const { text } = await comment(12, { print: true }, recordedProgress(), machine.project);
    for (const stack of ["staging", "production"])
      assert.ok(text.includes(`**Merging, \`${stack}\`**: nothing changes`), text);
  });

  it("says which repository, which pull request and which files a comment lacks", () => {
    assert.equal(
      noNumber,
      "comment: expected a pull request's number, or the one that --preview names, got neither; for example npx towpath comment 12",
    );
    assert.equal(
      noReport("a.json"),
      '--preview: expected what became of a preview, got "a.json"; write it with npx towpath pull-request --report a.json',
    );
    assert.equal(
      noRepository,
      'towpath:github: expected the repository whose pull requests are commented on, got nothing; set it in Pulumi.preview.yaml, for example { "repository": "octocat/notes" }, or say --print',
    );
    assert.equal(
      noPlan("a.json"),
      '--plan: expected a plan, got "a.json"; write it with npx towpath plan --stack staging --json > a.json',
    );
  });
});
