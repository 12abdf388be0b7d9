/** Bringing previews up and taking them away. That real ones are released and leave nothing: test/e2e/hosts. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { takeLock } from "../../../../cli/ci/lock.ts";
import { markerOf } from "../../../../cli/comment/marker.ts";
import type { PreviewFacts } from "../../../../cli/comment/facts.ts";
import { previewDown, previewDownInWords } from "../../../../cli/preview/down.ts";
import { previewList, previewListInWords } from "../../../../cli/preview/list.ts";
import { handledInWords, handlePullRequest } from "../../../../cli/preview/pull-request.ts";
import { isUnbroken, previewUpQueued, queuedInWords } from "../../../../cli/preview/queued.ts";
import { readReport, type PreviewReport } from "../../../../cli/preview/report.ts";
import { previewUp, previewUpInWords } from "../../../../cli/preview/up.ts";
import { branchPreviewStack } from "../../../../components/naming/namespace.ts";
import { until } from "../../../support/until.ts";
import { PlayedGithub } from "../../github/played-github.ts";
import { PlayedRegistry } from "../../image/played-registry.ts";
import * as good from "../../settings/good.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

const commit = "a".repeat(40);
const repo = "/repos/octocat/notes";
const operation = (kind: string, stack: string): string =>
  `pulumi ${kind} --stack ${stack} --yes --skip-preview --non-interactive --color never --json --config-file Pulumi.preview.yaml`;
const init = (stack: string): string =>
  `pulumi stack init ${stack} --no-select --non-interactive --color never`;
const removal = (stack: string): string =>
  `pulumi stack rm ${stack} --yes --preserve-config --non-interactive --color never`;

describe("towpath preview", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  const progress = recordedProgress();
  let machine: FakeMachine;
  let host: PlayedHost;
  let github: PlayedGithub;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    host = await PlayedHost.start(machine);
    github = await PlayedGithub.start();
    process.env.TOKEN = "a-token";
    configure();
    // Keeps states as Pulumi does.
    const stacks = ".towpath/state/.pulumi/stacks/towpath";
    machine.pulumiDoes(
      "stack",
      `case "$2" in init) mkdir -p ${stacks}; echo '{"checkpoint":{}}' > ${stacks}/$3.json ;; rm) rm ${stacks}/$3.json ;; esac`,
    );
    machine.pulumiDoes("up", 'echo "$TOWPATH_COMMIT $TOWPATH_FORK" > told');
    upPrints("https://pr-12.preview.example.com");
    progress.lines.length = 0;
  });
  afterEach(async () => {
    process.chdir(folder);
    await github.stop();
    await host.stop();
    machine.remove();
  });

  function configure(more: object = {}): void {
    const { previewDomain, registry } = good.preview;
    const settings = {
      ...{ previewDomain, gateway: "host-previews", registry: { ...registry, login: undefined } },
      host: { ...good.preview.host, key: { source: "agent" } },
      github: { repository: "octocat/notes", token: { source: "environment", variable: "TOKEN" } },
      ...more,
    };
    const config = Object.entries(settings).map(([name, value]) => [`towpath:${name}`, value as unknown]);
    machine.write("Pulumi.preview.yaml", stringify({ config: Object.fromEntries(config) as object }));
  }

  function upPrints(url: string): void {
    const metadata = { op: "same", urn: "urn", type: "pulumi:pulumi:Stack", new: { outputs: { url } } };
    machine.pulumi("up", [{ resOutputsEvent: { metadata } }]);
  }

  /** Plays a pull request, and the host as one whose connection is open. */
  function pullRequest(number: number, state: "open" | "closed", owner = "octocat"): void {
    github.answers[`GET ${repo}/pulls/${number}`] = {
      ...{ number, state, draft: false, labels: [] },
      head: { sha: commit, ref: "feature", repo: { full_name: `${owner}/notes` } },
      base: { ref: "main", repo: { full_name: "octocat/notes" } },
    };
    deployable(`pr-${number}`);
  }

  function deployable(stack: string): void {
    github.answers[`POST ${repo}/deployments`] = { id: 7 };
    github.answers[`POST ${repo}/deployments/7/statuses`] = {};
    github.answers[`POST ${repo}/statuses/${commit}`] = {};
    github.answers[`GET ${repo}/deployments`] = [{ id: 7 }, { id: 5 }];
    for (const id of [5, 7]) {
      github.answers[`POST ${repo}/deployments/${id}/statuses`] = {};
      github.answers[`DELETE ${repo}/deployments/${id}`] = 204;
    }
    const connection = join(machine.root, `.towpath/ssh/notes-${stack}`);
    mkdirSync(connection, { recursive: true });
    symlinkSync(join(machine.root, host.socket), join(connection, "preview.sock"));
  }

  function state(stack: string, outputs: object = {}): void {
    const resources = [
      { urn: "urn", type: "pulumi:pulumi:Stack", outputs, modified: "2026-01-02T03:04:05Z" },
    ];
    machine.write(
      `.towpath/state/.pulumi/stacks/towpath/${stack}.json`,
      JSON.stringify({ checkpoint: { latest: { resources } } }),
    );
  }

  const calls = (): string[] => machine.calls.filter((call) => call.startsWith("pulumi"));
  /** The requests to GitHub that change something. */
  const writes = (): string[] => github.asked.filter((asked) => !asked.startsWith("GET"));
  const up = (more: object = {}) => previewUp({ pullRequest: 12, ...more }, progress, machine.project);
  const down = (more: object = {}) => previewDown({ pullRequest: 12, ...more }, progress, machine.project);

  describe("up", () => {
    it("makes the stack, releases the newest commit and tells GitHub of it", async () => {
      pullRequest(12, "open");
      const { seconds, ...done } = await up();
      assert.deepEqual(done, {
        ...{ stack: "pr-12", commit, state: "runs", url: "https://pr-12.preview.example.com" },
      });
      assert.equal(
        previewUpInWords({ ...done, seconds: 4 }),
        "pr-12: aaaaaaaaaaaa runs at https://pr-12.preview.example.com, after 4 s",
      );
      assert.equal(seconds > 0, true);
      assert.deepEqual(calls(), [init("pr-12"), operation("up", "pr-12")]);
      assert.equal(readFileSync(join(machine.root, "told"), "utf8"), `${commit} false\n`);
      assert.deepEqual(writes(), [
        `POST ${repo}/deployments`,
        `POST ${repo}/deployments/7/statuses`,
        `POST ${repo}/statuses/${commit}`,
        `POST ${repo}/deployments/7/statuses`,
        `POST ${repo}/statuses/${commit}`,
        `POST ${repo}/deployments/5/statuses`,
        `DELETE ${repo}/deployments/5`,
      ]);
      assert.equal(github.bodies[`POST ${repo}/deployments`]?.transient_environment, true);
    });

    it("waits for a run elsewhere that has the state, such as a sweep's", async () => {
      pullRequest(12, "open");
      locked("up");
      assert.equal((await up()).state, "runs");
      assert.deepEqual(calls(), [init("pr-12"), operation("up", "pr-12"), operation("up", "pr-12")]);
      assert.equal(
        progress.lines.some((line) =>
          line.startsWith("waiting for another run, which has the state of pr-12"),
        ),
        true,
      );
    });

    it("takes the preview away when its pull request was closed meanwhile", async () => {
      pullRequest(12, "open");
      machine.pulumiDoes("up", "touch released");
      const { [`GET ${repo}/pulls/12`]: whileOpen = 404 } = github.answers;
      Object.defineProperty(github.answers, `GET ${repo}/pulls/12`, {
        get: () => (existsSync(join(machine.root, "released")) ? 404 : whileOpen),
      });
      const done = await up();
      assert.equal(
        previewUpInWords(done),
        "pr-12: its pull request was closed meanwhile; it was removed again",
      );
      assert.deepEqual(calls().slice(-2), [operation("destroy", "pr-12"), removal("pr-12")]);
      assert.equal(writes().at(-1), `DELETE ${repo}/environments/pr-12`);
    });

    it("tells GitHub that a release failed, and why", async () => {
      pullRequest(12, "open");
      machine.pulumi("up", [], 1, "error: api: not healthy\n");
      await assert.rejects(up(), { message: "api: not healthy" });
      assert.equal(github.bodies[`POST ${repo}/deployments/7/statuses`]?.description, "api: not healthy");
      assert.equal(github.bodies[`POST ${repo}/statuses/${commit}`]?.state, "failure");
    });

    it("brings one up that is not of a pull request, or one more of one", async () => {
      const branch = "feature/x";
      const stack = branchPreviewStack(branch);
      deployable(stack);
      github.answers[`GET ${repo}/branches/feature%2Fx`] = { name: branch, commit: { sha: commit } };
      assert.equal((await previewUp({ branch }, progress, machine.project)).stack, stack);
      pullRequest(12, "open");
      assert.equal((await up({ variant: "admin" })).stack, "pr-12-admin");
      assert.deepEqual(
        calls(),
        [stack, "pr-12-admin"].flatMap((one) => [init(one), operation("up", one)]),
      );
    });

    it("does without GitHub when the commit is said", async () => {
      configure({ github: undefined });
      deployable("pr-12");
      assert.equal((await up({ commit })).state, "runs");
      assert.deepEqual(github.asked, []);
      await assert.rejects(up(), {
        message:
          'towpath:github: expected the repository whose pull requests have previews, got nothing; set it in Pulumi.preview.yaml or say --commit, for example { "repository": "octocat/notes" }',
      });
    });

    it("is refused before anything is made", async () => {
      await assert.rejects(up(), {
        message:
          "preview up: expected an open pull request 12 of octocat/notes, got none; take the number of one that is open",
      });
      pullRequest(12, "closed");
      await assert.rejects(up(), {
        message:
          "preview up: expected an open pull request 12 of octocat/notes, got one that is closed; take the number of one that is open",
      });
      pullRequest(13, "open", "somebody");
      await assert.rejects(previewUp({ pullRequest: 13 }, progress, machine.project), {
        message: `preview up: expected a commit that you have looked at, as pull request 13 comes from a fork, got none; add --commit ${commit} once you have`,
      });
      await assert.rejects(up({ variant: "Admin" }), {
        message:
          '--variant: expected lower-case letters, digits and hyphens, from a letter on, at most 15, got "Admin"; for example "admin"',
      });
      await assert.rejects(previewUp({ branch: "gone" }, progress, machine.project), {
        message: '--branch: expected a branch of octocat/notes, got "gone"; push it first',
      });
      configure({ commit });
      await assert.rejects(up(), {
        message: `towpath:commit: expected none in Pulumi.preview.yaml, as each preview runs its own, got "${commit}"; remove it`,
      });
      assert.deepEqual([calls(), writes()], [[], []]);
    });

    it("waits for another run of the same preview", async () => {
      pullRequest(12, "open");
      const other = takeLock(join(machine.root, ".towpath/previews/pr-12.lock"));
      const second = up();
      await until("the second run to wait", 10, () =>
        progress.lines.find((line) => line.startsWith("waiting for process")),
      );
      assert.deepEqual(calls(), []);
      other.release();
      await second;
      assert.equal(calls().length, 2);
    });
  });

  describe("up --queued", () => {
    /** Plays the host of the previews, whose activator knows who waits. */
    function queue(waiting: readonly string[], turn: readonly string[]): void {
      const config = {
        "towpath:host": { ...good.preview.host, key: { source: "agent" } },
        "towpath:room": { memory: "4GiB", previews: 6 },
      };
      machine.write("Pulumi.host-previews.yaml", stringify({ config }));
      const connection = join(machine.root, ".towpath/ssh/notes-host-previews");
      mkdirSync(connection, { recursive: true });
      symlinkSync(join(machine.root, host.socket), join(connection, "host.sock"));
      const state = JSON.stringify({ previews: [], queue: waiting, turn });
      machine.program(
        join(machine.root, "bin", "docker"),
        `case "$*" in
          *'"operation":"state"'*) echo '${state}';;
          ps*part=activator*) echo notes-host-previews-activator;;
          version*) echo "24.0.0 1.43";;
        esac`,
      );
    }
    const queued = () => previewUpQueued(progress, machine.project);

    it("brings those up whose turn has come, and leaves the others", async () => {
      const branch = branchPreviewStack("feature/x");
      const stacks = ["pr-12-admin", "pr-13", "pr-14", branch, "pr-15"];
      const waiting = stacks.map((stack) => `notes-${stack}`);
      queue([...waiting, "notes-pr-99"], waiting.slice(0, 4));
      for (const stack of stacks) state(stack);
      pullRequest(12, "open");
      deployable("pr-12-admin");
      pullRequest(13, "closed");
      pullRequest(14, "open", "somebody");
      github.answers[`GET ${repo}/commits/${commit}/statuses`] = [];
      const results = await queued();
      const [first = ""] = queuedInWords(results).split(/, after .* s\n/);
      assert.equal(first, "pr-12-admin: aaaaaaaaaaaa runs at https://pr-12.preview.example.com");
      assert.deepEqual(queuedInWords(results).split("\n").slice(1), [
        "pr-13: its pull request is closed; npx towpath sweep removes it",
        "pr-14: its newest commit is a fork's, and nobody has released it",
        `${branch}: its turn has come; bring it up with npx towpath preview up --branch <branch>`,
        "pr-15: waits for room, as number 5 of the queue",
      ]);
      assert.deepEqual(calls(), [operation("up", "pr-12-admin")]);
    });

    it("says in the comment that one waits no longer", async () => {
      queue(["notes-pr-12"], ["notes-pr-12"]);
      state("pr-12", { url: "https://pr-12.preview.example.com", release: { commit } });
      pullRequest(12, "open");
      const marker = markerOf({ project: machine.project.name, pullRequest: 12 });
      const body = `${marker}\n\n⏸️ **Preview waits for room on the host** · stack \`pr-12\`\n\n**Merging**`;
      const user = { login: "towpath", type: "User" };
      github.answers["GET /user"] = user;
      github.answers[`GET ${repo}/issues/12/comments`] = [{ id: 3, body, html_url: "", user }];
      github.answers[`PATCH ${repo}/issues/comments/3`] = {};
      await queued();
      const { body: said } = github.bodies[`PATCH ${repo}/issues/comments/3`] ?? {};
      assert.match(
        String(said),
        /\n\n🟢 \*\*Preview is running\*\* at <https:\/\/pr-12\.preview\.example\.com> · commit `a{12}` .*\n\n\*\*Merging\*\*$/,
      );
    });

    it("says when one of them fails, and goes on", async () => {
      queue(["notes-pr-12", "notes-pr-13"], ["notes-pr-12", "notes-pr-13"]);
      for (const number of [12, 13]) {
        state(`pr-${number}`);
        pullRequest(number, "open");
      }
      machine.pulumi("up", [], 1, "error: api: not healthy\n");
      const results = await queued();
      assert.equal(queuedInWords(results), "pr-12: api: not healthy\npr-13: api: not healthy");
      assert.equal(isUnbroken(results), false);
    });

    it("has nothing to do where nobody waits", async () => {
      queue([], []);
      const results = await queued();
      assert.equal(queuedInWords(results), "no preview waits for room");
      assert.equal(isUnbroken(results), true);
    });
  });

  /** Another run has the state, until it is asked for the second time. */
  function locked(kind: "up" | "destroy"): void {
    machine.pulumiDoes(
      kind,
      `test -e asked || { touch asked; echo "error: the stack is currently locked by 1 lock(s)" >&2; exit 255; }`,
    );
  }

  describe("down", () => {
    it("waits for a run elsewhere that has the state", async () => {
      pullRequest(12, "closed");
      state("pr-12");
      locked("destroy");
      assert.equal((await down()).removed[0]?.wasThere, true);
      const destroy = operation("destroy", "pr-12");
      assert.deepEqual(calls(), [destroy, destroy, removal("pr-12")]);
    });

    it("removes a pull request's previews, on the host and on GitHub", async () => {
      pullRequest(12, "closed");
      deployable("pr-12-admin");
      for (const stack of ["pr-12", "pr-12-admin", "pr-1", "staging"]) state(stack);
      const done = await down();
      const removed = ["pr-12", "pr-12-admin"];
      assert.deepEqual(
        done.removed,
        removed.map((stack) => ({ stack, deleted: 0, wasThere: true })),
      );
      assert.deepEqual(
        calls(),
        removed.flatMap((stack) => [operation("destroy", stack), removal(stack)]),
      );
      assert.deepEqual(writes().slice(0, 5), [
        ...[7, 5].flatMap((id) => [
          `POST ${repo}/deployments/${id}/statuses`,
          `DELETE ${repo}/deployments/${id}`,
        ]),
        `DELETE ${repo}/environments/pr-12`,
      ]);
      assert.equal(
        previewDownInWords({ ...done, seconds: 3 }),
        "pr-12: removed 0 resources, after 3 s\npr-12-admin: removed 0 resources, after 3 s",
      );
    });

    it("removes one of them, or a branch's", async () => {
      for (const stack of ["pr-12", "pr-12-admin"]) state(stack);
      deployable("pr-12-admin");
      await down({ variant: "admin" });
      await previewDown({ branch: "main" }, progress, machine.project);
      assert.deepEqual(calls(), [operation("destroy", "pr-12-admin"), removal("pr-12-admin")]);
    });

    it("finds nothing the second time, and says what GitHub keeps", async () => {
      github.answers[`DELETE ${repo}/environments/pr-12`] = 403;
      assert.equal(previewDownInWords(await down()), "pr-12: there was nothing to remove");
      assert.equal(
        progress.lines.at(-1),
        'GitHub keeps the empty environment pr-12, got 403 "said by a test"; give towpath:github.token a token that may administer the repository',
      );
    });
  });

  describe("down, with pictures on GitHub", () => {
    const [matching, one] = ["matching-refs", "refs"].map(
      (kind) => `${repo}/git/${kind}/heads%2Ftowpath-pictures%2Fnotes%2Fpr-12`,
    );

    it("removes them, or leaves them to a token that may", async () => {
      github.answers[`GET ${matching}`] = [{ ref: "refs/heads/towpath-pictures/notes/pr-12" }];
      github.answers[`DELETE ${one}`] = 204;
      await down();
      assert.equal(writes().at(-1), `DELETE ${one}`);
      github.answers[`DELETE ${one}`] = 403;
      await down();
      assert.equal(
        progress.lines.at(-1),
        'GitHub keeps the pictures of pr-12, got 403 "said by a test"; give towpath:github.token a token that may write contents, or leave them to npx towpath sweep with one',
      );
    });
  });

  describe("list", () => {
    it("shows the previews with the state of their pull requests", async () => {
      assert.equal(previewListInWords(await previewList(progress, machine.project)), "there are no previews");
      state("pr-12", { url: "https://pr-12.preview.example.com", release: { commit } });
      state("pr-2", {});
      state("staging", {});
      const branch = branchPreviewStack("main");
      state(branch);
      pullRequest(12, "open");
      const listed = await previewList(progress, machine.project);
      assert.equal(
        previewListInWords(listed),
        [
          "preview                pull request  commit        changed (UTC)     address",
          "pr-2                   closed        -             2026-01-02 03:04  -",
          "pr-12                  open          aaaaaaaaaaaa  2026-01-02 03:04  https://pr-12.preview.example.com",
          `${branch}  -             -             2026-01-02 03:04  -`,
        ].join("\n"),
      );
    });
  });

  describe("pull-request", () => {
    function happened(name: string, payload: object, report?: string): ReturnType<typeof handlePullRequest> {
      process.env.GITHUB_EVENT_NAME = name;
      process.env.GITHUB_EVENT_PATH = join(machine.root, "event.json");
      writeFileSync(process.env.GITHUB_EVENT_PATH, JSON.stringify(payload));
      return handlePullRequest(progress, machine.project, report);
    }
    const about = { pull_request: { number: 12, head: { sha: commit } }, sender: { login: "alice" } };

    it("brings a preview up, and takes it down", async () => {
      pullRequest(12, "open");
      const opened = await happened("pull_request", { ...about, action: "opened" });
      assert.equal(
        handledInWords(opened),
        "pull request 12: aaaaaaaaaaaa runs at https://pr-12.preview.example.com",
      );
      pullRequest(13, "closed");
      github.answers[`GET ${repo}/pulls/12`] = github.answers[`GET ${repo}/pulls/13`] ?? 404;
      const closed = await happened("pull_request", { ...about, action: "closed" });
      assert.equal(handledInWords(closed), "pull request 12: no preview, it is closed");
      assert.equal(calls().at(-1), removal("pr-12"));
    });

    it("asks once more after it waited for another run: an older commit never replaces a newer one", async () => {
      pullRequest(12, "open");
      const { [`GET ${repo}/pulls/12`]: first = 404 } = github.answers;
      const newer = { ...(first as object), head: { sha: "b".repeat(40), ref: "feature" } };
      const closed = { ...(first as object), state: "closed" };
      for (const [then, words] of [
        [newer, "pr-12: aaaaaaaaaaaa is no longer the newest commit; it is left to the newer one's run"],
        [closed, "pr-12: its pull request was closed meanwhile; it was removed again"],
      ] as const) {
        const answers = [first, then];
        Object.defineProperty(github.answers, `GET ${repo}/pulls/12`, {
          ...{ configurable: true, get: () => answers.shift() ?? then },
        });
        assert.equal(handledInWords(await happened("pull_request", { ...about, action: "opened" })), words);
      }
      assert.deepEqual(calls(), []);
    });

    it("leaves it to the run of a push to release images that are not there yet", async () => {
      const registry = await PlayedRegistry.start();
      try {
        configure({ registry: { address: registry.address, repository: "octocat/notes" } });
        pullRequest(12, "open");
        const late = { ...about, action: "edited" };
        const waits = "pull request 12: waits for its images, edited";
        assert.equal(handledInWords(await happened("pull_request", late)), waits);
        registry.publish("octocat/notes/api", [commit]);
        assert.equal(handledInWords(await happened("pull_request", late)), waits);
        assert.deepEqual(calls(), []);
        registry.publish("octocat/notes/web", [commit]);
        const runs = "pull request 12: aaaaaaaaaaaa runs at https://pr-12.preview.example.com";
        assert.equal(handledInWords(await happened("pull_request", late)), runs);
        // A registry that does not answer is the release's own problem.
        registry.troubles.push({ status: 403 }, { status: 403 });
        assert.equal(handledInWords(await happened("pull_request", late)), runs);
      } finally {
        await registry.stop();
      }
    });

    it("looks at the files that changed, where paths are wanted", async () => {
      configure({ triggers: { paths: ["app/**"] } });
      pullRequest(12, "open");
      github.answers[`GET ${repo}/pulls/12/files`] = [{ filename: "docs/a.md", previous_filename: "b.md" }];
      const opened = await happened("pull_request", { ...about, action: "opened" });
      assert.equal(handledInWords(opened), "pull request 12: no preview, it changes nothing of app/**");
    });

    it("releases a fork's commit once a maintainer has labelled it, and then the build of its images", async () => {
      pullRequest(12, "open", "somebody");
      const { [`GET ${repo}/pulls/12`]: found } = github.answers;
      github.answers[`GET ${repo}/pulls`] = [found];
      const statuses: object[] = [];
      github.answers[`GET ${repo}/commits/${commit}/statuses`] = statuses;
      const build = {
        ...{ conclusion: "success", head_sha: commit, head_branch: "feature" },
        head_repository: { owner: { login: "somebody" } },
      };
      const built = await happened("workflow_run", { workflow_run: build });
      assert.equal(
        handledInWords(built),
        "pull request 12: left as it is, it comes from a fork: a maintainer releases aaaaaaaaaaaa with the label preview or the comment /preview aaaaaaaaaaaa",
      );
      const labelled = { ...about, action: "labeled", label: { name: "preview" } };
      github.answers[`GET ${repo}/collaborators/alice/permission`] = { permission: "read" };
      assert.equal(
        handledInWords(await happened("pull_request_target", labelled)),
        "pull request 12: left as it is, alice may not release commits",
      );
      assert.deepEqual(writes(), [`DELETE ${repo}/issues/12/labels/preview`]);
      github.answers[`GET ${repo}/collaborators/alice/permission`] = { permission: "write" };
      assert.equal(
        handledInWords(await happened("pull_request_target", labelled)),
        "pull request 12: waits for its images, alice released aaaaaaaaaaaa",
      );
      assert.deepEqual([writes()[1], calls()], [`POST ${repo}/statuses/${commit}`, []]);
      // What the fork's own workflow left: an artifact of that name and of another commit is not taken.
      const artifact = {
        id: 3,
        name: `images-${commit}`,
        expired: false,
        workflow_run: { head_sha: commit },
      };
      const other = { ...artifact, id: 2, workflow_run: { head_sha: "b".repeat(40) } };
      github.answers[`GET ${repo}/actions/artifacts`] = { artifacts: [other, artifact] };
      github.answers[`GET ${repo}/actions/artifacts/3/zip`] = 302;
      github.answers["GET /images"] = { zip: true };
      github.headers = { location: `${process.env.GITHUB_BASE_URL ?? ""}images` };
      machine.program(join(machine.root, "bin", "unzip"), "true");
      statuses.push({ context: "towpath/released", state: "success" });
      machine.write(
        "Pulumi.ci.yaml",
        stringify({
          config: { "towpath:registries": [{ address: "ghcr.io", repository: "octocat/notes" }] },
        }),
      );
      machine.docker("push", `digest: sha256:${"c".repeat(64)}`);
      machine.docker("load", "Loaded image: library/caddy:2\nLoaded image: towpath-saved/api:other\n");
      await assert.rejects(happened("workflow_run", { workflow_run: build }), {
        message: new RegExp(
          `^/.*/images.tar: expected images of api, web of the commit ${commit}, got library/caddy:2, towpath-saved/api:other; build them with npm run ci -- --save /.*/images.tar$`,
        ),
      });
      const saved = ["api", "web"].map((image) => `towpath-saved/${image}:${commit}`);
      machine.docker("load", saved.map((image) => `Loaded image: ${image}\n`).join(""));
      await happened("workflow_run", { workflow_run: build });
      assert.deepEqual(
        machine.calls.filter((call) => call.startsWith("docker push")),
        ["api", "web"].map((image) => `docker push ghcr.io/octocat/notes/${image}:${commit}`),
      );
      assert.equal(calls().filter((call) => call === operation("up", "pr-12")).length, 1);
      assert.equal(readFileSync(join(machine.root, "told"), "utf8"), `${commit} true\n`);
    });

    it("takes the preview of a branch down that was deleted, and leaves other events alone", async () => {
      const branch = branchPreviewStack("feature/x");
      state(branch);
      deployable(branch);
      const deleted = await happened("delete", { ref_type: "branch", ref: "feature/x" });
      assert.equal(handledInWords(deleted), "no preview, the branch feature/x was deleted");
      assert.deepEqual(calls(), [operation("destroy", branch), removal(branch)]);
      assert.equal(
        handledInWords(await happened("push", {})),
        "left as it is, the event push is about no preview",
      );
    });

    it("writes down what became of the preview, also when it fails or is killed (002-99)", async () => {
      pullRequest(12, "open");
      const file = join(machine.root, "preview.json");
      const written = (): PreviewReport => readReport(file);
      const opened = { ...about, action: "opened" };
      machine.pulumiDoes("up", `cp preview.json killed.json`);
      await happened("pull_request", opened, file);
      assert.deepEqual(readReport(join(machine.root, "killed.json")), {
        pullRequest: 12,
        preview: { ...ofPreview("failed"), commit, words: "the run was ended before it was over" },
      });
      state("pr-12", { url: "https://pr-12.preview.example.com", release: { commit: "b".repeat(40) } });
      await happened("pull_request", opened, file);
      const there = { address: "https://pr-12.preview.example.com", since: "2026-01-02T03:04:05Z" };
      assert.deepEqual(written().preview, { ...ofPreview("running"), ...there, commit: "b".repeat(40) });
      const message = "services.api: not healthy, got exit code 1; its last lines:\n  | no database";
      const urn = "urn:pulumi:pr-12::notes::docker:index/container:Container::api";
      machine.pulumi("up", [{ diagnosticEvent: { severity: "error", message, urn } }], 1);
      await assert.rejects(happened("pull_request", opened, file), { name: "Problem" });
      const words = "services.api: not healthy, got exit code 1; its last lines:";
      const log = `${words}\n  | no database`;
      assert.deepEqual(written().preview, { ...ofPreview("failed"), ...there, commit, words, log });
      pullRequest(13, "closed");
      github.answers[`GET ${repo}/pulls/12`] = github.answers[`GET ${repo}/pulls/13`] ?? 404;
      await happened("pull_request", { ...about, action: "closed" }, file);
      assert.deepEqual(written(), { pullRequest: 12, preview: ofPreview("closed") });
      await happened("push", {}, file);
      assert.deepEqual(written(), {});
    });

    function ofPreview(is: PreviewFacts["state"]): Partial<PreviewFacts> {
      return { stack: "pr-12", state: is };
    }

    it("needs an event", async () => {
      delete process.env.GITHUB_EVENT_NAME;
      await assert.rejects(handlePullRequest(progress, machine.project), {
        message:
          "GITHUB_EVENT_NAME: expected the event of a workflow, with its payload in the file GITHUB_EVENT_PATH, got nothing; run this in a workflow, or use towpath preview up and down",
      });
      process.env.GITHUB_EVENT_NAME = "push";
      process.env.GITHUB_EVENT_PATH = join(machine.root, "none");
      await assert.rejects(handlePullRequest(progress, machine.project), {
        message: `GITHUB_EVENT_PATH: expected a file, got ${JSON.stringify(process.env.GITHUB_EVENT_PATH)}; run this in a workflow, or use towpath preview up and down`,
      });
    });
  });
});
