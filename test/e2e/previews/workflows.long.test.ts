/** The life of pull requests, by the commands of the workflows' own jobs. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlayedWorkflows, type PlayedJobs } from "../../support/github/played-workflows.ts";
import type { StoredPullRequest } from "../../support/github/pull-requests.ts";
import { ask } from "../../support/hosts/ask.ts";
import { keyVariables } from "../../support/hosts/test-host.ts";
import {
  previewDomain,
  repository,
  TinyPreviews,
  type Inventory,
} from "../../support/hosts/tiny-previews.ts";

/** The files whose jobs are played. */
const files = ["preview.yml", "preview-build.yml", "preview-fork.yml", "deploy.yml"];

/** The room for previews on the host. */
const room = { memory: "2GiB", previews: 1 };

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/** Serves a page; as a preview it ends where a file asks for that. */
const program = `if [ -e /srv/broken ]; then
  case "$TOWPATH_ENVIRONMENT" in pr-*) echo "broken on purpose" >&2; exit 1 ;; esac
fi
exec responder file-server --listen :8080 --root /srv
`;

const dockerfile = `ARG IMAGE_MIRROR=docker.io
FROM \${IMAGE_MIRROR}/library/caddy:2.11.9
RUN cp /usr/bin/caddy /usr/bin/responder
COPY srv /srv
`;

const description = {
  name: "tiny",
  images: { web: { context: "tiny" } },
  services: {
    web: {
      image: "web",
      command: ["sh", "/srv/serve"],
      port: 8080,
      health: { path: "/" },
      routes: ["/*"],
      needs: ["redis"],
    },
  },
  redis: { version: 7 },
  smoke: [{ path: "/", status: 200 }],
};

describe("the life of a pull request, by the workflows' own commands", () => {
  let previews: TinyPreviews;
  let played: PlayedWorkflows;
  /** A folder that is in no checkout. */
  let elsewhere: string;
  let secrets: Readonly<Record<string, string>>;

  before(async () => {
    elsewhere = mkdtempSync(join(tmpdir(), "towpath-life-"));
    previews = await TinyPreviews.create({ room });
    const { project, github } = previews;
    github.store.actor = "github-actions[bot]";
    const [key = ""] = Object.values(keyVariables());
    secrets = {
      GITHUB_TOKEN: "token-that-no-fork-may-see",
      PULUMI_BACKEND_URL: previews.backend,
      PULUMI_CONFIG_PASSPHRASE: project.source.read(".towpath/passphrase").trim(),
      ...{ SSH_KEY: key, PREVIEW_SSH_KEY: key, PLAN_SSH_KEY: key, TEMPLATE_SSH_KEY: key },
    };
    played = new PlayedWorkflows(project, github, {
      files,
      secrets,
      machine: { GITHUB_BASE_URL: github.url },
    });
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(elsewhere, "alice")]);
    describeProject();
    played.git("init", "--quiet", "--initial-branch", "main");
    page("first");
    for (const stack of ["staging", "production"])
      await previews.succeed("pulumi", "stack", "init", "--stack", stack);
    const first = played.commit("Begin");
    well(await pushed("branch", "main", first), ["deploy publish", "deploy staging"]);
  });
  after(async () => {
    played.remove();
    rmSync(elsewhere, { recursive: true, force: true });
    await previews.remove();
  });

  // What a test that fails leaves would take the other one's room.
  afterEach(async () => {
    for (const pull of previews.github.store.pullRequests.values()) {
      if (pull.state === "open") await typed("preview", "down", String(pull.number));
      pull.state = "closed";
    }
  });

  /** Writes application and settings, as a team does that takes the workflows over. */
  function describeProject(): void {
    const { project, registry, host } = previews;
    const { source } = project;
    source.write(
      "application.ts",
      `import { defineApplication } from "./components/application/description.ts";\n` +
        `export const application = defineApplication(${JSON.stringify(description, null, 2)});\n`,
    );
    source.write("tiny/Dockerfile", dockerfile);
    source.write("tiny/srv/serve", program);
    const where = { address: registry.address, repository: `team/${project.namespace}` };
    const machine = host.settings({ key: { source: "environment", variable: "SSH_KEY" } });
    const common = {
      ...{ certificates: "internal", gateway: "host-previews", watchSeconds: 1 },
      ...{ registry: where, imageMirror: registry.imageMirror },
      limits: { memory: "64MiB", cpus: 1, pids: 64 },
    };
    previews.write("host-previews", {
      ...{ host: machine, imageMirror: registry.imageMirror },
      room,
    });
    previews.write("ci", { environment: "ci", namespace: project.namespace, registries: [where] });
    previews.write("preview", { ...common, previewDomain, host: machine, github: { repository } });
    const released = { ...common, hosts: { app1: machine }, github: { repository } };
    previews.write("staging", { ...released, environment: "staging", domain: "staging.example.test" });
    const [, publicKey = ""] = readFileSync(join(elsewhere, "alice.pub"), "utf8").split(" ");
    previews.write("production", {
      ...{ ...released, environment: "production", domain: "production.example.test" },
      ...{ promoteFrom: "staging", backup: { schedule: "0 2 * * *", retention: "30d" } },
      approval: { required: 1, signers: { alice: `ssh-ed25519 ${publicKey}` } },
    });
  }

  function page(text: string): void {
    previews.project.source.write("tiny/srv/index.html", `${text}\n`);
  }

  /** Makes a commit of a branch, which starts from main where it is new. */
  function commitOf(branch: string, change: () => void): string {
    const exists = played.git("branch", "--list", branch) !== "";
    played.git("checkout", "--quiet", "--force", ...(exists ? [branch] : ["-b", branch, "main"]));
    change();
    return played.commit(`Change ${branch}`);
  }

  function pushed(
    type: "branch" | "tag",
    name: string,
    sha: string,
    changed?: readonly string[],
  ): Promise<PlayedJobs> {
    const payload = { ref: `refs/${type === "tag" ? "tags" : "heads"}/${name}` };
    return played.happen({
      ...{ name: "push", payload, sha, ref: { type, name } },
      ...(changed !== undefined && { files: changed }),
    });
  }

  /** Plays all that an event of a pull request starts: what may run with secrets does not wait for what may not. */
  async function happened(
    pull: StoredPullRequest,
    action: string,
    more: { label?: object; sender?: object } = {},
  ): Promise<PlayedJobs> {
    const { owner, repository: name } = previews.github.store;
    const { number, sha, branch, headOwner, state } = pull;
    const repo = { full_name: `${headOwner}/${name}`, owner: { login: headOwner } };
    const payload = {
      ...{ action, number, sender: { login: "alice" }, ...more },
      pull_request: { number, state, head: { sha, ref: branch, repo } },
      repository: { default_branch: "main", owner: { login: owner } },
    };
    const event = { payload, sha, headRef: branch };
    const trusted = await played.happen({ ...event, name: "pull_request_target", sha: "main" });
    return { ...trusted, ...(await played.happen({ ...event, name: "pull_request" })) };
  }

  /** Runs a command of pull request 1's cache. */
  function redis(command: string): Promise<string[]> {
    const password = `$(sed -n 's/^requirepass //p' /run/secrets/redis.conf)`;
    const script = `REDISCLI_AUTH="${password}" redis-cli ${command}`;
    return previews.host.docker("exec", "tiny-pr-1-redis", "sh", "-c", script);
  }

  /** What a person gets. */
  async function seen(name: string): Promise<string> {
    const { status, body } = await ask(previews.host.address, name, "/", { "user-agent": firefox });
    return `${status} ${body.trim()}`;
  }

  /** The one comment on a pull request. */
  function commentOn({ number }: StoredPullRequest): string {
    const found = previews.github.store.comments.filter(({ pullRequest }) => pullRequest === number);
    assert.equal(found.length, 1);
    return found[0]?.body ?? "";
  }

  /** Any command on a person's own machine. */
  async function typed(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await previews.project.run(args, {
      ...secrets,
      GITHUB_BASE_URL: previews.github.url,
    });
    assert.equal(code, 0, `${args.join(" ")}\n${stdout}\n${stderr}`);
    return stdout;
  }

  it("of a branch: previewed, failed, mended, reset, asleep and woken, merged, promoted, and nothing left (002-99, 002-99b, 002-130, 002-132, 002-192)", async () => {
    const { github } = previews;
    const { store } = github;
    const before = await previews.inventory();
    const pull = store.openPullRequest({ number: 1, branch: "feature/page" });
    const address = `pr-1.${previewDomain}`;

    pull.sha = commitOf(pull.branch, () => {
      page("second");
    });
    well(await happened(pull, "opened"), [
      "preview publish",
      "preview preview",
      "preview check",
      "preview comment",
    ]);
    assert.equal(await seen(address), "200 second");
    assert.match(commentOn(pull), /🟢 \*\*Preview is running\*\* at <https:\/\/pr-1\./);
    assert.match(commentOn(pull), /^\*\*Checks\*\*: 1 of 1 passed · ✅ `health`$/m);
    assert.match(commentOn(pull), /\*\*Merging, `staging`\*\*: release .* 1 image/);

    pull.sha = commitOf(pull.branch, () => {
      previews.project.source.write("tiny/srv/broken", "");
    });
    const failed = await happened(pull, "synchronize");
    assert.equal(failed["preview preview"]?.result, "failure");
    assert.equal(await seen(address), "200 second");
    assert.match(commentOn(pull), /🔴 \*\*Preview failed\*\*[^]*broken on purpose/);
    assert.ok(commentOn(pull).includes(`commit \`${pull.sha.slice(0, 12)}\``));

    pull.sha = commitOf(pull.branch, () => {
      rmSync(join(previews.project.folder, "tiny/srv/broken"));
      page("third");
    });
    well(await happened(pull, "synchronize"), [
      "preview publish",
      "preview preview",
      "preview check",
      "preview comment",
    ]);
    assert.equal(await seen(address), "200 third");
    const deployed = [...store.deployments.values()].filter(({ environment }) => environment === "pr-1");
    assert.deepEqual(
      deployed.map(({ sha, statuses }) => [sha, statuses.at(-1)?.environment_url]),
      [[pull.sha, `https://${address}`]],
    );

    // No push: the images are there. The host has room for one, which nobody calls idle so soon.
    const other = store.openPullRequest({ number: 3, branch: "feature/other", sha: pull.sha });
    const full = await happened(other, "ready_for_review");
    assert.equal(full["preview preview"]?.result, "failure");
    assert.match(commentOn(other), /⏸️ \*\*Preview waits for room[^]*`the host is full; it is the next`/);
    other.state = "closed";
    well(await happened(other, "closed"), ["preview preview", "preview check", "preview comment"]);

    const keys = (): Promise<string[]> => redis("KEYS '*'");
    await redis("SET made-by somebody");
    assert.deepEqual(await keys(), ["made-by"]);
    await typed("preview", "reset", "1", "--yes");
    assert.deepEqual(await keys(), []);
    assert.equal(await seen(address), "200 third");

    await typed("preview", "sleep", "1");
    // Another title is no reason to wake it, nor to take the place of a push that waits.
    well(await happened(pull, "edited"), []);
    await typed("comment", "1");
    assert.match(commentOn(pull), /💤 \*\*Preview is asleep/);
    assert.equal(await seen(address), "200 third");

    pull.state = "closed";
    pull.mergedAt = store.now();
    played.git("checkout", "--quiet", "--force", "main");
    played.git("merge", "--quiet", "--ff-only", pull.branch);
    well(await happened(pull, "closed"), ["preview preview", "preview check", "preview comment"]);
    assert.match(commentOn(pull), /⚫ \*\*Preview is gone\*\*[^]*\*\*Merging, `staging`\*\*: release/);
    well(await pushed("branch", "main", pull.sha), ["deploy publish", "deploy staging"]);
    assert.equal(await seen("staging.example.test"), "200 third");

    const early = await pushed("tag", "v1", pull.sha);
    assert.deepEqual(Object.keys(early), ["deploy publish", "deploy staging", "deploy production"]);
    assert.match(early["deploy production"]?.log ?? "", /towpath:approval: expected 1 approval of release/);
    played.git("checkout", "--quiet", "--force", "main");
    await typed("approve", "--stack", "production", "--key", join(elsewhere, "alice"));
    const approved = played.commit("Approve");
    const file = "Pulumi.production.yaml";
    assert.deepEqual(await pushed("branch", "main", approved, [file]), {});
    well(await pushed("tag", "v1.0.0", approved), ["deploy production"]);
    assert.equal(await seen("production.example.test"), "200 third");

    well(await played.happen({ name: "schedule", payload: { schedule: "23 * * * *" }, sha: "main" }), [
      "preview sweep",
    ]);
    const night = { name: "schedule", payload: { schedule: "47 2 * * *" }, sha: "main" };
    const template = await played.happen(night);
    well(template, ["preview template"]);
    assert.match(template["preview template"]?.log ?? "", /host-previews: it has no template/);

    const after = await previews.inventory();
    assert.deepEqual(withoutProduction(after), withoutProduction(before));
    assert.deepEqual(after.sites.length - before.sites.length, 1);
    assert.deepEqual(
      [...new Set(after.deployments)],
      ["production: inactive", "production: success", "staging: inactive", "staging: success"],
    );
    assert.deepEqual(github.wrong, []);
  });

  it("of a fork: told of without secrets, released by a maintainer commit by commit, and nothing left", async () => {
    const { github, project } = previews;
    const { store } = github;
    const before = await previews.inventory();
    const pull = store.openPullRequest({
      ...{ number: 2, branch: "patch", author: "mallory", headOwner: "mallory" },
    });
    const address = `pr-2.${previewDomain}`;
    const seenByFork = join(elsewhere, "seen-by-fork");
    /** The fork's program tells what it sees, wherever it runs. */
    const spy = `import { appendFileSync } from "node:fs";\nappendFileSync(${JSON.stringify(seenByFork)}, JSON.stringify(process.env));\n`;
    const saidByFork = (): string => readFileSync(seenByFork, "utf8");
    const staging = "Pulumi.staging.yaml";

    pull.sha = commitOf(pull.branch, () => {
      page("from a fork");
      project.source.append("application.ts", spy);
      project.source.edit(staging, "watchSeconds: 1", "watchSeconds: 9");
    });
    pull.files = ["application.ts", staging, "tiny/srv/index.html"].map((filename) => ({
      ...{ filename, status: "modified" as const, text: played.git("show", `${pull.sha}:${filename}`) },
    }));
    const fork = ["preview-fork preview", "preview-build build"];
    const opened = await happened(pull, "opened");
    assert.deepEqual(
      Object.entries(opened).flatMap(([name, { result }]) => (result === "success" ? [name] : [])),
      fork,
      opened["preview-build build"]?.log,
    );
    const short = pull.sha.slice(0, 12);
    assert.ok(
      commentOn(pull).includes(`**Commit \`${short}\` comes from a fork and waits for a maintainer**`),
    );
    assert.match(commentOn(pull), /settings of `staging` change: `watchSeconds`/);
    assert.match(commentOn(pull), /changes what makes releases: `application.ts`/);
    assert.doesNotMatch(commentOn(pull), /Preview/);
    const said = saidByFork();
    assert.ok(said.includes("GITHUB_EVENT_NAME"));
    for (const name of ["GITHUB_TOKEN", "PULUMI_CONFIG_PASSPHRASE", "SSH_KEY"])
      assert.ok(!said.includes(JSON.stringify(secrets[name]).slice(1, -1)), name);

    const label = { label: { name: "preview" } };
    pull.labels.push("preview");
    store.permissions.set("mallory", "read");
    await happened(pull, "labeled", { ...label, sender: { login: "mallory" } });
    assert.deepEqual([pull.labels, store.deployments.size], [[], before.deployments.length]);
    pull.labels.push("preview");
    well(await happened(pull, "labeled", label), ["preview-fork preview"]);
    assert.equal(await seen(address), "200 from a fork");
    assert.match(commentOn(pull), /🟢 \*\*Preview is running\*\*/);
    assert.doesNotMatch(commentOn(pull), /waits for a maintainer/);
    assert.equal(saidByFork(), said);

    const looked = pull.sha;
    pull.sha = commitOf(pull.branch, () => {
      page("something else");
    });
    well(await happened(pull, "synchronize"), ["preview-fork preview", "preview-build build"]);
    assert.equal(await seen(address), "200 from a fork");
    assert.deepEqual(pull.labels, []);
    assert.match(commentOn(pull), new RegExp(`commit \`${looked.slice(0, 12)}\`[^]*waits for a maintainer`));

    pull.state = "closed";
    well(await happened(pull, "closed"), ["preview-fork preview"]);
    const { comments, ...left } = await previews.inventory();
    const { comments: commentsBefore, ...wanted } = before;
    assert.deepEqual(left, wanted);
    assert.equal(comments.length, commentsBefore.length + 1);
    assert.match(commentOn(pull), /⚫ \*\*Preview is gone\*\*/);
    assert.deepEqual(github.wrong, []);
  });
});

/** What there is, without production, which is there once it was promoted to, and without what GitHub says of it. */
function withoutProduction(all: Inventory): Record<string, readonly string[]> {
  const { comments: _, deployments: __, ...things } = all;
  return Object.fromEntries(
    Object.entries<readonly string[]>(things).map(([kind, names]) => [
      kind,
      names.filter((name) => !name.includes("production")),
    ]),
  );
}

/** Makes sure that exactly these jobs ran, and well. */
function well(jobs: PlayedJobs, wanted: readonly string[]): void {
  const ran = Object.entries(jobs).filter(([, { result }]) => result !== "skipped");
  const log = ran
    .filter(([, { result }]) => result === "failure")
    .map(([name, job]) => `${name}\n${job.log}`)
    .join("\n");
  assert.deepEqual(
    ran.map(([name, { result }]) => `${name}: ${result}`),
    wanted.map((name) => `${name}: success`),
    log,
  );
}
