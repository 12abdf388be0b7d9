/** A preview that is checked. That a real one is, with a browser: test/e2e/previews. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import {
  checkedInWords,
  checkPreview,
  isChecked,
  type CheckedPreview,
} from "../../../../cli/preview/check.ts";
import { noBrowser } from "../../../../cli/preview/pictures.ts";
import type { PreviewWish } from "../../../../cli/preview/wish.ts";
import { branchPreviewStack, namespaceFor } from "../../../../components/naming/namespace.ts";
import { LocalGithub } from "../../../support/github/local-github.ts";
import * as good from "../../settings/good.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

const commit = "a".repeat(40);
const url = "https://pr-12.preview.example.com";
const command = (line: string): object => ({ commands: { flow: { command: line } } });

describe("a preview that is checked", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  let machine: FakeMachine;
  let host: PlayedHost;
  let github: LocalGithub;

  before(async () => {
    github = await LocalGithub.start();
  });
  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    machine.write("setup/bootstrap.mjs", "");
    host = await PlayedHost.ofPreview(machine, "notes-pr-12");
    github.store.commitStatuses.clear();
    github.store.refs.clear();
    github.store.openPullRequest({ number: 12, sha: commit });
    Object.assign(process.env, { GITHUB_BASE_URL: github.url, TOKEN: "a-token" });
    configure({});
    released();
    stepsPrint('console.log("{}")');
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    machine.remove();
  });
  after(async () => {
    await github.stop();
    assert.deepEqual(github.wrong, []);
  });

  function configure(checks: object, more: object = {}): void {
    const settings = {
      ...{ previewDomain: "preview.example.com", gateway: "host-previews", checks },
      host: { ...good.preview.host, key: { source: "agent" } },
      registry: { address: "ghcr.io", repository: "octocat/notes" },
      github: { repository: "octo-org/notes", token: { source: "environment", variable: "TOKEN" } },
      ...more,
    };
    const config = Object.entries(settings).map(([name, value]) => [`towpath:${name}`, value as unknown]);
    machine.write("Pulumi.preview.yaml", stringify({ config: Object.fromEntries(config) as object }));
  }

  /** Plays a release that runs, as `pulumi stack export --show-secrets` prints it. */
  function released(outputs: object = { url, release: { commit } }): void {
    const step = (program: string, input: object): object => ({
      ...{ urn: "", type: "command:local:Command" },
      inputs: { create: `node ./steps/run.mjs ${program}`, stdin: JSON.stringify(input) },
    });
    const site = { gateway: "gateway", name: "notes-pr-12" };
    const switched = { site, port: 443, checks: [{ path: "/", status: 200 }], watchSeconds: 1 };
    const resources = [
      { urn: "", type: "pulumi:pulumi:Stack", outputs },
      step("health-gate", { subject: "services.api", container: "api-1", timeoutSeconds: 5 }),
      step("switch-route", switched),
    ];
    machine.write("answers/pulumi-stack", JSON.stringify({ deployment: { resources } }));
  }

  /** Plays the programs of steps, which note how they were asked. */
  function stepsPrint(script: string): void {
    machine.write(
      "steps/run.mjs",
      `import { appendFileSync } from "node:fs";
       import { text } from "node:stream/consumers";
       appendFileSync("calls", \`\${process.argv[2]} \${await text(process.stdin)}\\n\`);
       ${script};`,
    );
  }

  function checking(wish: PreviewWish = { pullRequest: 12 }): Promise<CheckedPreview> {
    return checkPreview(wish, undefined, recordedProgress(), machine.project);
  }
  /** The statuses of the commit, oldest first. */
  function statuses(): unknown[] {
    const all = github.store.commitStatuses.get(commit) ?? [];
    return all.map(({ context, state, description }) => [context, state, description]).reverse();
  }
  const pending = ["towpath/checks", "pending", "checks are running"];

  it("is well when each copy is healthy and the gateway answers as expected, whatever else is configured", async () => {
    const checked = await checking();
    assert.deepEqual(checked, {
      ...{ stack: "pr-12", commit, checks: [{ name: "health", passed: true }] },
      folder: join(machine.root, ".towpath/checks/pr-12"),
    });
    assert.equal(isChecked(checked), true);
    assert.deepEqual(
      machine.calls.filter((call) => !call.startsWith("pulumi")),
      [
        'health-gate {"subject":"services.api","container":"api-1","timeoutSeconds":5}',
        'check-route {"site":{"gateway":"gateway","name":"notes-pr-12"},"port":443,"checks":[{"path":"/","status":200}]}',
      ],
    );
    assert.deepEqual(statuses(), [pending, ["towpath/checks", "success", "1 check passed"]]);
    assert.equal(
      checkedInWords(checked),
      `health  passed\n\npr-12, commit aaaaaaaaaaaa: 1 check passed; see ${checked.folder}`,
    );
    assert.deepEqual(JSON.parse(readFileSync(join(checked.folder, "checks.json"), "utf8")), checked);
  });

  it("runs the commands of the settings, and fails when one does", async () => {
    configure(command("echo $TOWPATH_PREVIEW_URL $TOWPATH_PREVIEW_PASSWORD $TOKEN; exit 2"));
    const secret = { "4dabf18193072939515e22adb298388d": "", plaintext: JSON.stringify("open-sesame") };
    released({ url, release: { commit }, password: secret });
    const checked = await checking();
    assert.partialDeepStrictEqual(checked.checks[1], { name: "flow", passed: false, log: `${url} ***` });
    assert.equal(isChecked(checked), false);
    assert.deepEqual(statuses()[1], ["towpath/checks", "failure", "1 of 2 failed: flow"]);
    assert.equal(
      checkedInWords(checked).replace(/ after .*/, ""),
      [
        "health  passed",
        "flow    failed  exit code 2",
        ...["", "flow:", `${url} ***`, ""],
        `pr-12, commit aaaaaaaaaaaa: 1 of 2 failed: flow; see ${checked.folder}`,
      ].join("\n"),
    );
  });

  it("leaves the rest out where it is not well", async () => {
    configure(command("true"));
    stepsPrint('console.log("services.api: not healthy\\nits log"); process.exitCode = 1');
    const checked = await checking();
    assert.deepEqual(checked.checks, [
      { name: "health", passed: false, words: "services.api: not healthy", log: "its log" },
    ]);
    assert.match(checkedInWords(checked), /^commands and pages were left out: it is not well$/m);
    assert.deepEqual(statuses()[1], ["towpath/checks", "failure", "1 of 1 failed: health"]);
  });

  it("meets no command and no browser where its code is a fork's", async () => {
    configure({ ...command("touch met"), pages: [{ path: "/" }] });
    github.store.openPullRequest({ number: 12, sha: commit, headOwner: "somebody" });
    process.env.CHROMIUM = "/nowhere/chrome";
    const checked = await checking();
    assert.deepEqual(
      checked.checks.map(({ name, passed }) => [name, passed]),
      [["health", true]],
    );
    assert.match(
      checkedInWords(checked),
      /^commands and pages were left out: a fork's code decides what commands and browsers would meet$/m,
    );
  });

  it("asks for a browser before anything is told or run", async () => {
    configure({ ...command("touch met"), pages: [{ path: "/" }] });
    process.env.CHROMIUM = "/nowhere/chrome";
    await assert.rejects(checking(), { name: "Problem", message: noBrowser("/nowhere/chrome") });
    assert.deepEqual(statuses(), []);
  });

  it("is checked without GitHub, too, also one that is a branch's", async () => {
    configure(command("true"), { github: undefined });
    const asked = github.made.length;
    const stack = branchPreviewStack("feature/x");
    const connection = join(machine.root, ".towpath/ssh", namespaceFor("notes", stack));
    mkdirSync(connection, { recursive: true });
    symlinkSync(join(machine.root, host.socket), join(connection, "preview.sock"));
    const checked = await checking({ branch: "feature/x" });
    assert.deepEqual([checked.stack, isChecked(checked)], [stack, true]);
    assert.equal(checked.checks.length, 2);
    assert.deepEqual(github.made.slice(asked), []);
  });

  it("has no pictures on GitHub once it is gone", async () => {
    released({});
    const refs = ["towpath-pictures/notes/pr-12", "towpath-pictures/notes/pr-13"];
    for (const ref of refs) github.store.refs.set(`refs/heads/${ref}`, commit);
    const checked = await checking();
    assert.equal(checkedInWords(checked), "pr-12: there is no preview to check");
    assert.deepEqual([...github.store.refs.keys()], ["refs/heads/towpath-pictures/notes/pr-13"]);
    assert.deepEqual(statuses(), []);
  });
});
