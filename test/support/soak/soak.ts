import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasPreview } from "../../../cli/comment/preview-line.ts";
import { ask } from "../hosts/ask.ts";
import { labelsOf, previewDomain, type Inventory, type TinyPreviews } from "../hosts/tiny-previews.ts";
import { killTree } from "../process-tree.ts";
import type { Ended, Running } from "../project.ts";
import { until } from "../until.ts";
import type { Fault, Happening } from "./happenings.ts";
import { Jobs } from "./jobs.ts";
import { Model, type Told } from "./model.ts";
import { Runners, type Runner } from "./runners.ts";

/** A happening that GitHub tells of. */
type Heard = Extract<Happening, { delivery: string }>;

/** An event on its way to a job. */
interface Event extends Told {
  /** True for one that comes in two jobs at once. */
  readonly isDouble?: boolean;
  readonly fault?: Fault;
}

/** The number of jobs that run at a time, each on a machine of its own. */
const machines = 2;

/** Plays what happens on a real host and the local GitHub, and compares all that there is with the model. */
export class Soak {
  private readonly previews: TinyPreviews;
  private readonly runners: Runners;
  private readonly model = new Model();
  private readonly jobs = new Jobs<Event>((event) => this.job(event));
  /** Sweeps beside the jobs. */
  private sweeps: Promise<void> = Promise.resolve();
  /** Events that come late, in the order in which they happened. */
  private late: Told[] = [];
  /** All that there was before the first preview. */
  private readonly others: Inventory;
  private files = 0;
  /** The number of faults of the host so far, which every job under way feels. */
  private faults = 0;
  /** The pull requests with a comment of this project. */
  private readonly commented = new Set<number>();

  private constructor(previews: TinyPreviews, runners: Runners, others: Inventory) {
    this.previews = previews;
    this.runners = runners;
    this.others = others;
  }

  /** Begins, with things of others beside what will be there of previews. */
  static async begin(previews: TinyPreviews): Promise<Soak> {
    await previews.configure({ commit: undefined, triggers: { labels: ["wanted"] } });
    const { store } = previews.github;
    store.openPullRequest({ number: 900, branch: "others" }).state = "closed";
    store.comment(900, { body: "made by hand" });
    store.addEnvironment("staging");
    await previews.leave("somebody", {});
    await previews.leave("other-pr-1", labelsOf("other", "other-pr-1", "s3://others"));
    await previews.leave("tiny-pr-900", labelsOf("tiny", "tiny-pr-900", "s3://others"));
    return new Soak(previews, await Runners.create(previews, machines), await previews.inventory());
  }

  async play(happening: Happening): Promise<void> {
    if (happening.what === "settle") return this.settle();
    if (happening.what === "sweep") {
      this.sweeps = this.sweeps.then(() => this.sweep());
      // Its end is asked for before the next look.
      this.sweeps.catch(() => undefined);
      return;
    }
    await this.jobs.noMoreThan(happening.what === "lose state" ? 0 : machines - 1);
    if (happening.what === "lose state") {
      await this.sweeps;
      this.previews.loseState(`pr-${happening.number}`);
    } else {
      if (happening.soon !== true) await this.jobs.without(happening.number);
      await this.happen(happening);
    }
  }

  async end(): Promise<void> {
    await this.runners.remove();
  }

  private async happen(happening: Heard): Promise<void> {
    const { number, fault } = happening;
    // A job under way would see what nobody told of, or not: nobody could say what is right.
    const isLost = happening.delivery === "lost" && !this.jobs.has(number);
    const delivery = happening.delivery === "lost" && !isLost ? "once" : happening.delivery;
    const [told = assert.fail("GitHub tells of everything"), ...stacked] = this.model.happen(happening);
    await this.tellGithub(happening);
    if (delivery === "late") this.late.push(told);
    else if (!isLost) {
      this.deliver({ ...told, isDouble: delivery === "at once", ...(fault !== undefined && { fault }) });
      if (delivery === "twice") this.deliver(told);
      this.deliverLate((late) => late.number === number);
    }
    for (const one of stacked) this.deliver(one);
    if (fault === "reboot" || fault === "full disk") await this.jobs.noMoreThan(0);
  }

  private deliver(event: Event): void {
    this.model.told(event.number);
    this.jobs.begin(event);
  }

  private deliverLate(isDue: (late: Told) => boolean): void {
    const due = this.late.filter(isDue);
    this.late = this.late.filter((late) => !isDue(late));
    for (const late of due) this.deliver(late);
  }

  /** Runs the jobs again that were disturbed, lets late events come, sweeps, and looks at everything. */
  private async settle(): Promise<void> {
    await this.jobs.noMoreThan(0);
    await this.sweeps;
    for (const told of this.model.again()) this.deliver(told);
    this.deliverLate(() => true);
    await this.jobs.noMoreThan(0);
    await this.sweep();
    this.model.swept();
    const expected = this.expected();
    const { comments, ...found } = await this.previews.inventory();
    assert.deepEqual({ ...found, comments: comments.map(inShort).sort() }, expected);
    for (const [number] of this.model.running()) {
      const { status } = await ask(this.previews.host.address, `pr-${number}.${previewDomain}`, "/");
      assert.equal(status, 200, `what pr-${number} answers`);
    }
    assert.deepEqual(this.previews.github.wrong, []);
  }

  private expected(): Inventory {
    const runs = this.model.running();
    const running = [...runs];
    const { others } = this;
    const both = (
      kind: keyof Inventory,
      own: (preview: string, commit: string) => readonly string[],
    ): string[] =>
      [...others[kind], ...running.flatMap(([number, commit]) => own(`pr-${number}`, commit))].sort();
    return {
      containers: both("containers", (preview, commit) => [
        `tiny-${preview}-redis`,
        `tiny-${preview}-web of ${commit}`,
      ]),
      volumes: both("volumes", (preview) => [`tiny-${preview}-redis`]),
      networks: both("networks", (preview) => [`tiny-${preview}`]),
      sites: both("sites", (preview) => [`tiny-${preview}.caddy`]),
      stacks: both("stacks", (preview) => [preview]),
      environments: both("environments", (preview) => [preview]),
      deployments: both("deployments", (preview) => [`${preview}: success`]),
      pictures: both("pictures", () => []),
      comments: [
        ...others.comments,
        ...[...this.commented].map((number) => inWords(number, runs.get(number))),
      ].sort(),
    };
  }

  /** Brings the local GitHub to what the model knows. */
  private async tellGithub({ number, what }: Heard): Promise<void> {
    const { store } = this.previews.github;
    const pull = this.model.pulls.get(number) ?? assert.fail(`${number} did not happen`);
    if (what === "open" || what === "push") await this.previews.publish(pull.commit, Model.branch(number));
    if (!store.pullRequests.has(number)) store.openPullRequest({ number, branch: Model.branch(number) });
    for (const [other, { state, commit, base, labels }] of this.model.pulls) {
      Object.assign(store.pullRequests.get(other) ?? {}, {
        ...{ state: state === "open" ? "open" : "closed", sha: commit, base, labels },
        mergedAt: state === "merged" ? store.now() : null,
      });
    }
  }

  /** Runs the job of an event, which has to succeed unless something goes wrong meanwhile. */
  private async job(event: Event): Promise<void> {
    const faults = this.faults;
    const said = await this.runners.on((runner) => this.started(event, runner));
    const failed = said.filter(({ code }) => code !== 0);
    if (failed.length === 0) {
      this.commented.add(event.number);
      return;
    }
    if (event.fault !== "kill" && this.faults === faults)
      throw new Error(
        failed
          .map(
            ({ code, stdout, stderr }) =>
              `${event.action} ${event.number}: exit code ${code}\n${stdout}\n${stderr}`,
          )
          .join("\n"),
      );
    this.model.disturbed(event.number);
  }

  /** Does what the workflow does of an event: the preview, and then the comment. */
  private async started(event: Event, runner: Runner): Promise<Ended[]> {
    const { project, variables } = runner;
    const file = this.fileOf(event, runner);
    const launch = (...args: readonly string[]): Running => project.launch(args, { ...variables, ...file });
    const both = async (name: string): Promise<Ended> => {
      const report = join(project.folder, ".towpath/events", name);
      const handle = (): Running => launch("pull-request", "--report", report);
      const { number, fault } = event;
      const handled = await (fault === undefined ? handle().ended : this.disturbed(number, fault, handle));
      return handled.code === 0 ? launch("comment", "--preview", report).ended : handled;
    };
    const names = event.isDouble === true ? ["report.json", "other-report.json"] : ["report.json"];
    return Promise.all(names.map(both));
  }

  /** Sweeps, which has to succeed unless something goes wrong meanwhile. */
  private async sweep(): Promise<void> {
    const faults = this.faults;
    const { code, stdout, stderr } = await this.runners.on(({ project, variables }) =>
      project.run(["sweep"], variables),
    );
    if (this.faults === faults) assert.equal(code, 0, `sweep\n${stdout}\n${stderr}`);
  }

  /** Writes an event as GitHub's runner gives it; returns the variables that lead to it. */
  private fileOf({ action, number, commit, changesBase }: Told, { project }: Runner): NodeJS.ProcessEnv {
    const folder = join(project.folder, ".towpath/events");
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${++this.files}.json`);
    const payload = {
      ...{ action, number, sender: { login: "alice" }, label: { name: "wanted" } },
      ...(action === "edited" && { changes: changesBase === true ? { base: {} } : { title: {} } }),
      pull_request: { number, head: { sha: commit } },
    };
    writeFileSync(path, JSON.stringify(payload));
    return { GITHUB_EVENT_NAME: "pull_request", GITHUB_EVENT_PATH: path };
  }

  /** Runs a job, with a fault once it has made something on the host. */
  private async disturbed(number: number, fault: Fault, launch: () => Running): Promise<Ended> {
    const { host } = this.previews;
    if (fault === "full disk") {
      this.faults++;
      await host.fillDisk();
      const ended = await launch().ended;
      await host.freeDisk();
      this.faults++;
      return ended;
    }
    const own = ["ps", "--all", "--quiet", "--filter", `label=towpath.namespace=tiny-pr-${number}`];
    const before = new Set(await host.docker(...own));
    const { pid, ended } = launch();
    let isOver = false;
    void ended.then(() => (isOver = true));
    await until("something new of the preview, or the end of its run", 300, async () => {
      if (isOver) return true;
      return (await host.docker(...own)).some((id) => !before.has(id)) || undefined;
    });
    if (fault === "kill") await killTree(pid);
    else {
      this.faults++;
      await host.reboot();
      this.faults++;
    }
    return ended;
  }
}

/** What the comment of a pull request says of its preview. */
function inWords(number: number, commit: string | undefined): string {
  return `#${number}: ${commit?.slice(0, 12) ?? "no preview"}`;
}

/** A comment of this project as what it says of the preview; every other one as it is. */
function inShort(body: string): string {
  const number = /^<!-- towpath project=\S+ pull-request=(\d+) -->/.exec(body)?.[1];
  if (number === undefined) return body;
  const commit = /commit `([0-9a-f]{12})`/.exec(body)?.[1] ?? "a preview without a commit";
  return inWords(Number(number), hasPreview(body) ? commit : undefined);
}
