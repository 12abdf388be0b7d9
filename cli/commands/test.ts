import { randomInt } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { affectedSuites, readDependencies } from "../../test/run/choose.ts";
import { groupsOf, longGroupOf, type Group } from "../../test/run/groups.ts";
import { longRunsFile, planLongRuns, readLongRuns, writeLongRun } from "../../test/run/long-runs.ts";
import { nodeNamed, nodeNames, type NodeName } from "../../test/run/nodes.ts";
import { inLanes } from "../../test/run/queue.ts";
import { endGroups, runGroup, type GroupResult } from "../../test/run/run-group.ts";
import { filesOf, isLong, kindsOf } from "../../test/run/suites.ts";
import { countsIn, countsOf, failuresInWords, inWords, leftInWords, timesOf } from "../../test/run/times.ts";
import { exitCode, Problem } from "../problem.ts";
import { duringInterrupts } from "../process/interrupts.ts";
import type { Project } from "../project.ts";
import type { Progress } from "../terminal/progress.ts";
import { provide } from "./setup.ts";

/** The tests to run, and their options. */
export interface TestRequest {
  readonly kind?: string | undefined;
  readonly suite?: string | undefined;
  /** True for only those that the work since main can affect. */
  readonly changed?: boolean;
  /** True for the whole of matrices, soaks and faults, and nothing else. */
  readonly long?: boolean;
  /** The minutes that the run may take with long ones after the others: those whose sources changed since they passed here. */
  readonly longUntil?: number | undefined;
  readonly lanes?: number | undefined;
  /** The Node that the unit tests run on; left out, all of them run on both, and a part of them on the one that runs Towpath. */
  readonly node?: NodeName | undefined;
}

/** The number of groups that run at once by default: one, for people who watch read one at a time. */
const usualLanes = 1;

/**
 * Runs tests: all, one kind, one suite of a kind, or those that a change can affect; keeps how long each took in
 * `reports/`, and ends with the counts, alone on the last line.
 */
export async function test(
  progress: Progress,
  request: TestRequest,
  project: Project,
  print: (text: string) => unknown = (text) => process.stdout.write(text),
): Promise<number> {
  if (request.node !== undefined && request.kind === "e2e") throw new Problem(onlyUnit(request.node));
  const all = kindsOf(request.kind).flatMap((kind) => filesOf(project.root, kind, request.suite));
  const files = request.changed === true ? await affectedSuites(project.root, all) : all;
  const run = new Run(progress, project, request, print);
  const onlyLong = request.suite !== undefined && files.length > 0 && files.every(isLong);
  if (request.long === true || onlyLong) {
    const { long } = await readDependencies(project.root, files);
    await run.long(long);
  } else {
    await run.groups(
      groupsOf(
        files.filter((file) => !isLong(file)),
        { seed: run.seed, lanes: run.lanes, nodes: nodesFor(request) },
      ),
    );
    if (request.longUntil !== undefined) await run.longUntil(request.longUntil, all);
  }
  return run.end();
}

/** The Nodes that unit tests run on, where it is another one than runs Towpath. */
function nodesFor({ kind, changed, node }: TestRequest): readonly NodeName[] {
  if (node !== undefined) return [node];
  return kind === undefined && changed !== true ? nodeNames : [];
}

/** Says that tests with a real engine run on one Node. */
function onlyUnit(node: NodeName): string {
  return `test: --node is for unit tests, got --node ${node}; ask for them with npm run test:unit -- --node ${node}`;
}

/** A run of tests, and the results of its groups. */
class Run {
  readonly seed = seedOf(process.env.TOWPATH_TEST_SEED);
  readonly lanes: number;
  private readonly began = Date.now();
  private readonly results: GroupResult[] = [];
  /** The programs of the Nodes that groups ask for. */
  private readonly nodes = new Map<NodeName, string>();
  private readonly progress: Progress;
  private readonly project: Project;
  private readonly covers: boolean;
  private readonly print: (text: string) => unknown;
  private provided = false;

  constructor(progress: Progress, project: Project, request: TestRequest, print: (text: string) => unknown) {
    this.progress = progress;
    this.project = project;
    this.lanes = request.lanes ?? usualLanes;
    // Coverage is asked of all unit tests together; a part of them cannot reach it.
    this.covers = request.suite === undefined && request.changed !== true;
    this.print = print;
  }

  async groups(groups: readonly Group[], environment: Record<string, string> = {}): Promise<void> {
    // Before anything runs that would be left alone when one cannot be had.
    for (const { node } of groups) if (node !== undefined) this.nodes.set(node, this.nodeNamed(node));
    const kinds = ["unit", "e2e"].map((kind) => groups.filter((group) => group.kind === kind));
    // In one lane, what needs no engine runs while nothing is provided for it.
    for (const its of this.lanes > 1 ? [groups] : kinds) {
      if (its.length === 0) continue;
      if (its.some(({ kind }) => kind === "e2e")) await this.provide();
      this.progress.stop();
      const lanes = its.length === 1 ? 1 : this.lanes;
      await duringInterrupts(endWithGroups, () =>
        inLanes(its, lanes, (group) => this.group(group, lanes === 1, environment)),
      );
    }
  }

  /** Runs the long suites, and notes those that pass. */
  async long(suites: readonly string[]): Promise<void> {
    const { hashOf } = await readDependencies(this.project.root, suites);
    const before = this.results.length;
    await this.groups(suites.map(longGroupOf), { TOWPATH_TEST_LONG: "true" });
    for (const result of this.results.slice(before)) {
      const [suite] = result.group.files;
      if (suite === undefined || !isWell(result)) continue;
      const run = { at: Date.now(), seconds: Math.ceil(result.seconds), inputs: hashOf(suite) };
      writeLongRun(longRunsFile(), suite, run);
    }
  }

  /** Runs the long suites that fit into the minutes of this run that are left. */
  async longUntil(minutes: number, suites: readonly string[]): Promise<void> {
    const minutesLeft = minutes - (Date.now() - this.began) / 60_000;
    const { long, hashOf } = await readDependencies(this.project.root, suites);
    const inputs = Object.fromEntries(long.map((suite) => [suite, hashOf(suite)]));
    const { run, left } = planLongRuns(inputs, readLongRuns(longRunsFile()), minutesLeft * this.lanes);
    if (left.length > 0) {
      this.print(`\nleft out, for they do not fit into ${minutes} minutes: ${left.join(", ")}\n`);
    }
    await this.long(run);
  }

  /** Keeps and prints the times and the problems. */
  end(): number {
    const times = timesOf(this.results, this.seed);
    const words = inWords(times);
    const folder = join(this.project.root, "reports");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "tests.json"), `${JSON.stringify(times, undefined, 2)}\n`);
    writeFileSync(join(folder, "tests.txt"), `${words}\n`);
    this.print(`${words}\n\n`);
    this.print(leftInWords(times));
    this.print(failuresInWords(this.results));
    for (const { problem } of this.results) if (problem !== undefined) this.print(`${problem}\n`);
    this.print(`order and samples: TOWPATH_TEST_SEED=${this.seed}\n`);
    this.print(`${countsIn(times.counts)}\n`);
    return this.results.every(isWell) ? 0 : 1;
  }

  private async group(group: Group, alone: boolean, environment: Record<string, string>): Promise<void> {
    if (!alone) this.print(`== ${group.name}: began\n`);
    const result = await runGroup(group, {
      root: this.project.root,
      // Beside others, each line begins with the name of its group.
      line: alone ? undefined : (text) => this.print(`${group.name} | ${text}\n`),
      covers: group.kind === "unit" && this.covers && group.node !== "oldest",
      node: group.node && this.nodes.get(group.node),
      environment: { ...environment, TOWPATH_TEST_SEED: String(this.seed) },
    });
    this.results.push(result);
    this.print(`== ${group.name}: ${countsIn(countsOf(result))}, ${Math.round(result.seconds)} s\n`);
  }

  private nodeNamed(name: NodeName): string {
    return nodeNamed(this.project.root, name, (text) => this.print(`${text}\n`));
  }

  /** Real engines and containers need what `npm start` needs. */
  private async provide(): Promise<void> {
    if (!this.provided) await provide(this.progress, this.project);
    this.provided = true;
  }
}

/** Ends this process once its groups have ended. */
function endWithGroups(signal: NodeJS.Signals): void {
  void endGroups(signal).finally(() => process.exit(exitCode.interrupted));
}

/** Tells whether everything passed, and got to its end: mocha ends well when it is interrupted, and has not counted. */
function isWell({ report, problem }: GroupResult): boolean {
  return problem === undefined && report.counts.failed === 0;
}

function seedOf(given: string | undefined): number {
  if (given === undefined) return randomInt(1_000_000);
  const seed = Number(given);
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new Problem(
    `TOWPATH_TEST_SEED: expected a whole number, got "${given}"; use the one that a run printed`,
  );
}
