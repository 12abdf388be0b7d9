import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { matchesPattern } from "../../../components/input/pattern.ts";
import type { TestProject } from "../project.ts";
import { workflows, type Job, type Step, type Workflow } from "../workflows.ts";
import type { LocalGithub } from "./local-github.ts";
import { allFilled, truth, type Context } from "./workflow-expressions.ts";

/** Something that happens on GitHub. */
export interface Happening {
  /** GitHub's name of the event: `pull_request`. */
  readonly name: string;
  readonly payload: object;
  /** The commit that is checked out where a step names none. */
  readonly sha: string;
  /** The branch of a pull request. */
  readonly headRef?: string;
  /** The branch or tag that was pushed. */
  readonly ref?: { readonly type: "branch" | "tag"; readonly name: string };
  /** The files that were changed by a push. */
  readonly files?: readonly string[];
}

/** A job that was played. */
export interface PlayedJob {
  readonly result: "success" | "failure" | "skipped";
  /** All that its commands printed. */
  readonly log: string;
}

/** The jobs that were played, by `<file without .yml> <job>`. */
export type PlayedJobs = Readonly<Record<string, PlayedJob>>;

/** What is played. */
export interface Played {
  readonly files: readonly string[];
  readonly secrets: WorkflowSecrets;
  /** The variables of the machine that jobs run on. */
  readonly machine: NodeJS.ProcessEnv;
}

/** The secrets of a repository, and those of its environments. */
export type WorkflowSecrets = Readonly<Record<string, string>>;

const someone = ["-c", "user.name=Alice", "-c", "user.email=alice@example.com"];

/**
 * Plays the repository's workflows as GitHub does: an event starts those that want it, their jobs run one after the other where
 * their conditions say so, each with its own checkout and the variables that its file gives it, and no others. Actions are not
 * run, but for what checkouts and artifacts are for; nor is `npm ci`.
 */
export class PlayedWorkflows {
  private readonly project: TestProject;
  private readonly github: LocalGithub;
  private readonly files: readonly string[];
  private readonly secrets: WorkflowSecrets;
  /** The variables of the machine that jobs run on. */
  private readonly machine: NodeJS.ProcessEnv;
  private readonly folder = mkdtempSync(join(tmpdir(), "towpath-workflows-"));
  private runs = 0;

  constructor(project: TestProject, github: LocalGithub, { files, secrets, machine }: Played) {
    this.project = project;
    this.github = github;
    this.files = files;
    this.secrets = secrets;
    this.machine = machine;
  }

  /** Runs git in the project, as somebody. */
  git(...args: readonly string[]): string {
    return execFileSync("git", [...someone, ...args], { cwd: this.project.folder, encoding: "utf8" }).trim();
  }

  /** Commits all that was changed. */
  commit(message: string): string {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--message", message);
    return this.git("rev-parse", "HEAD");
  }

  /** Plays what an event starts, and what the end of that starts. */
  async happen(happening: Happening): Promise<PlayedJobs> {
    const played: Record<string, PlayedJob> = {};
    const all = workflows().filter(({ file }) => this.files.includes(file));
    for (const workflow of all.filter((one) => wants(one, happening))) {
      const jobs = await this.play(workflow, happening);
      const file = workflow.file.replace(/\.ya?ml$/, "");
      for (const [name, job] of Object.entries(jobs)) played[`${file} ${name}`] = job;
      const results = Object.values(jobs).map(({ result }) => result);
      if (results.every((result) => result === "skipped")) continue;
      const next = this.completed(workflow, happening, results.includes("failure") ? "failure" : "success");
      Object.assign(played, await this.happen(next));
    }
    return played;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The event of a workflow's end, which others may wait for. */
  private completed({ name }: Workflow, happening: Happening, conclusion: string): Happening {
    const { head } = (happening.payload as { pull_request?: { head?: object } }).pull_request ?? {};
    const { sha = happening.sha, ref, repo } = (head ?? {}) as { sha?: string; ref?: string; repo?: object };
    return {
      name: "workflow_run",
      payload: {
        action: "completed",
        workflow_run: { name, conclusion, head_sha: sha, head_branch: ref, head_repository: repo },
      },
      sha: happening.sha,
    };
  }

  private async play({ jobs }: Workflow, happening: Happening): Promise<Record<string, PlayedJob>> {
    const run = String(++this.runs);
    const played: Record<string, PlayedJob> = {};
    for (const [name, job] of Object.entries(jobs)) {
      const names = typeof job.needs === "string" ? [job.needs] : (job.needs ?? []);
      const needs = Object.fromEntries(names.map((need) => [need, played[need]]));
      const context = { ...this.contextOf(happening), needs };
      const well = Object.values(needs).every((one) => one?.result === "success");
      const isRun = job.if === undefined ? well : truth(job.if, context, well);
      played[name] = isRun
        ? await this.playJob(job, happening, context, run)
        : { result: "skipped", log: "" };
    }
    return played;
  }

  private contextOf({ name, payload, sha, headRef, ref }: Happening): Context {
    const { owner, repository } = this.github.store;
    return {
      github: {
        ...{ event: { repository: { default_branch: "main" }, ...payload }, event_name: name, sha },
        ...{ repository: `${owner}/${repository}`, token: this.secrets.GITHUB_TOKEN },
        ...{ head_ref: headRef ?? "", ref_type: ref?.type ?? "branch", ref_name: ref?.name ?? "main" },
      },
      secrets: this.secrets,
      hashFiles: (pattern) => globSync(pattern, { cwd: this.project.folder }).join(" "),
    };
  }

  private async playJob(job: Job, happening: Happening, context: Context, run: string): Promise<PlayedJob> {
    const event = join(this.folder, `event-${run}.json`);
    writeFileSync(event, JSON.stringify(context.github.event));
    const variables = {
      ...this.machine,
      ...{ CI: "true", GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: happening.name, GITHUB_EVENT_PATH: event },
      ...{ GITHUB_RUN_ID: run, GITHUB_RUN_NUMBER: run, GITHUB_SERVER_URL: "https://github.example" },
      GITHUB_REPOSITORY: context.github.repository,
      GITHUB_REF_TYPE: context.github.ref_type,
      GITHUB_REF_NAME: context.github.ref_name,
      ...allFilled(job.env ?? {}, context),
    };
    const { environment } = job;
    if (environment !== undefined) this.beginsToDeploy(environment, happening.sha, run);
    let log = "";
    let well = true;
    for (const step of job.steps) {
      if (!(step.if === undefined ? well : truth(step.if, context, well))) continue;
      const said = await this.playStep(step, { context, variables, run, sha: happening.sha });
      log += said.log;
      well &&= said.well || step["continue-on-error"] === true;
    }
    return { result: well ? "success" : "failure", log };
  }

  private async playStep(
    { uses, run: command, with: given = {}, env = {} }: Step,
    { context, variables, run, sha }: PlayedStep,
  ): Promise<{ well: boolean; log: string }> {
    const inputs = allFilled(given, context);
    if (uses?.startsWith("actions/checkout@") === true) {
      this.git("checkout", "--quiet", "--force", "--detach", inputs.ref ?? sha);
      this.git("clean", "--quiet", "--force", "-d");
    } else if (uses?.startsWith("actions/upload-artifact@") === true) {
      this.upload(inputs, run, { event: context.github.event, sha });
    } else if (uses?.startsWith("actions/download-artifact@") === true) {
      const from = join(this.folder, run, inputs.name ?? "");
      if (!existsSync(from)) return { well: false, log: `there is no artifact ${inputs.name}\n` };
      cpSync(from, join(this.project.folder, inputs.path ?? ""), { recursive: true });
    }
    if (command === undefined || command === "npm ci") return { well: true, log: "" };
    // What npm does before it starts the command line is npm's, and takes seconds.
    const direct = command.replace(/^(?:npx towpath|npm run ci --)/, (start) =>
      start.startsWith("npx") ? "node setup/bootstrap.mjs" : "node setup/bootstrap.mjs ci",
    );
    const { code, stdout, stderr } = await this.project.spawn("bash", ["-e", "-c", direct], {
      ...variables,
      ...allFilled(env, context),
    }).ended;
    return { well: code === 0, log: `${command}\n${stdout}\n${stderr}\n` };
  }

  /** Keeps files for other jobs, and for those who ask GitHub for them. */
  private upload(
    { name = "", path = "" }: Readonly<Record<string, string>>,
    run: string,
    { event, sha }: { readonly event: object; readonly sha: string },
  ): void {
    const there = globSync(path.trim().split("\n"), { cwd: this.project.folder });
    if (there.length === 0) return;
    const to = join(this.folder, run, name);
    mkdirSync(to, { recursive: true });
    // What is in a folder is left without the folder.
    for (const file of there) {
      const from = join(this.project.folder, file);
      cpSync(from, statSync(from).isDirectory() ? to : join(to, file), { recursive: true });
    }
    const zip = join(this.folder, run, `${name}.zip`);
    execFileSync("zip", ["-q", "-0", "-r", zip, "."], { cwd: to });
    interface Head {
      readonly sha: string;
      readonly repo: { readonly owner: { readonly login: string } };
    }
    const { head } = (event as { pull_request?: { head: Head } }).pull_request ?? {};
    const { owner } = this.github.store;
    const headOwner = head?.repo.owner.login ?? owner;
    this.github.store.keepArtifact({
      ...{ name, headSha: head?.sha ?? sha, file: zip },
      ...(headOwner !== owner && { headOwner }),
    });
  }

  /** A job with an environment begins a deployment of its own. */
  private beginsToDeploy(environment: string, sha: string, run: string): void {
    const { store } = this.github;
    const { owner, repository } = store;
    const at = store.now();
    const log_url = `https://github.example/${owner}/${repository}/actions/runs/${run}/job/1`;
    const state = { id: store.nextId(), state: "in_progress", description: "", log_url };
    const id = store.nextId();
    store.deployments.set(id, {
      ...{ id, ref: sha, sha, environment, task: "deploy", creator: store.actor, createdAt: at },
      ...{ isTransient: false, isProduction: environment === "production" },
      statuses: [{ ...state, created_at: at, updated_at: at }],
    });
    if (store.environment(environment) === undefined) store.addEnvironment(environment);
  }
}

/** A job that is being played. */
interface PlayedStep {
  readonly context: Context;
  readonly variables: NodeJS.ProcessEnv;
  readonly run: string;
  readonly sha: string;
}

/** Tells whether an event starts a workflow. */
function wants({ on }: Workflow, { name, payload, ref, files = [] }: Happening): boolean {
  const { [name]: filter } = on;
  if (filter === undefined) return false;
  const { action = "" } = payload as { action?: string };
  const { types, branches = [], tags = [], workflows: of, "paths-ignore": ignored = [] } = filter ?? {};
  if (name === "workflow_run") {
    const { name: ended = "" } = (payload as { workflow_run?: { name?: string } }).workflow_run ?? {};
    return of?.includes(ended) === true;
  }
  if (name === "push") {
    const patterns = ref?.type === "tag" ? tags : branches;
    if (!patterns.some((pattern) => matchesPattern(pattern, ref?.name ?? ""))) return false;
    const isIgnored = files.length > 0 && files.every((file) => ignored.includes(file));
    return ref?.type === "tag" || !isIgnored;
  }
  const usual = name.startsWith("pull_request") ? ["opened", "synchronize", "reopened"] : undefined;
  const wanted = types ?? usual;
  return wanted === undefined || action === "" || wanted.includes(action);
}
