import { execa } from "execa";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { stateUrl } from "../cli/pulumi/variables.ts";
import { showProgress } from "../cli/terminal/progress.ts";
import { pulumiFolder, readInstallation } from "../cli/project.ts";
import { foldersOf } from "../cli/pulumi/folders.ts";
import { passphraseFile } from "../cli/pulumi/passphrase.ts";
import { docker } from "../test/support/footprint.ts";
import { freePort } from "../test/support/free-port.ts";
import { failuresIn, Load, measuring, type LoadReport } from "../test/support/load.ts";
import { TestProject } from "../test/support/project.ts";
import { checkout } from "../test/support/source-tree.ts";
import { Compose, imagesOf } from "./compose.ts";
import { composeProgram } from "./compose-program.ts";
import { markdownTable, median, seconds } from "./measure.ts";

/** The number of measurements of what takes seconds; the two sides take turns, so that both meet the same machine. */
const rounds = 7;

/** The number of requests that a release has to answer. */
const requests = 5_000;

/** The answers to users before and during a release. */
interface ReleaseUnderLoad {
  readonly idle: LoadReport;
  readonly during: LoadReport;
}

/** Measures an environment against the same application under Docker Compose, and prints what came out as Markdown. */
async function bench(): Promise<void> {
  const progress = showProgress();
  const say = (line: string): void => {
    progress.say(line);
  };
  const program = await composeProgram(say);
  const project = await TestProject.create();
  const compose = new Compose(program, `${project.namespace}-compose`, {
    address: "localhost",
    port: await freePort(),
  });
  try {
    say("starting both …");
    await project.start();
    const first = await imagesOf(project.namespace, (...args) => docker(args));
    await compose.create(first);

    say("measuring what changes nothing …");
    const up: number[] = [];
    const start: number[] = [];
    const composeUp: number[] = [];
    for (let round = 0; round < rounds; round++) {
      up.push(await seconds(() => pulumiUp(project)));
      composeUp.push(await seconds(() => compose.up()));
      start.push(await seconds(() => project.start()));
    }

    say("measuring the program …");
    const share: number[] = [];
    const empty: number[] = [];
    for (let round = 0; round < rounds; round++) {
      share.push(await loaded("../index.ts"));
      empty.push(await loaded("@pulumi/pulumi"));
    }

    say("releasing under load …");
    const ours = await releaseUnderLoad(project.url, async () => {
      project.source.append("app/api/notes/version.py", "\n# Another release.\n");
      await project.start();
    });
    compose.write(await imagesOf(project.namespace, (...args) => docker(args)));
    const theirs = await releaseUnderLoad(compose.url, () => compose.up());

    progress.stop();
    console.log(table({ up, start, composeUp, share, empty, ours, theirs }));
  } finally {
    progress.stop();
    await compose.remove();
    await project.remove();
  }
}

/** Runs Pulumi's own command line, without what `npm start` does around it. */
async function pulumiUp(project: TestProject): Promise<void> {
  const flags = ["--stack", "local", "--yes", "--skip-preview", "--non-interactive", "--expect-no-changes"];
  const folder = pulumiFolder(readInstallation());
  const privateFolder = join(project.folder, ".towpath");
  await execa(join(folder, "pulumi"), ["up", ...flags], {
    cwd: project.folder,
    stdin: "ignore",
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
      PULUMI_BACKEND_URL: stateUrl(foldersOf({ privateFolder }, "local", project.namespace).state),
      PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile({ privateFolder }),
      TOWPATH_IMAGE_MIRROR: await imageMirror(project),
    },
  });
}

/** The mirror that the environment's images came from. */
async function imageMirror({ namespace }: TestProject): Promise<string> {
  const { stdout } = await execa("docker", [
    "inspect",
    "--format",
    "{{.Config.Image}}",
    `${namespace}-redis`,
  ]);
  return stdout.replace(/\/library\/redis:.*$/, "");
}

/** The seconds that Node takes to start as Pulumi starts it, and to run a program to the end of what it declares. */
async function loaded(program: string): Promise<number> {
  const { runtime } = parse(readFileSync(join(checkout, "Pulumi.yaml"), "utf8")) as {
    runtime: { options: { nodeargs: string } };
  };
  const args = [...runtime.options.nodeargs.split(" "), "bench/program.mjs", program];
  const { stdout } = await execa(process.execPath, args, { cwd: checkout });
  return Number(stdout);
}

async function releaseUnderLoad(url: string, release: () => Promise<void>): Promise<ReleaseUnderLoad> {
  const load = new Load(url, "", measuring);
  try {
    await load.reached(1_000);
    await load.cut();
    await load.reached(requests);
    const idle = await load.cut();
    await release();
    await load.reached(requests);
    return { idle, during: await load.cut() };
  } finally {
    await load.stop();
  }
}

function table(measured: {
  up: readonly number[];
  start: readonly number[];
  composeUp: readonly number[];
  share: readonly number[];
  empty: readonly number[];
  ours: ReleaseUnderLoad;
  theirs: ReleaseUnderLoad;
}): string {
  const { ours, theirs } = measured;
  const up = median(measured.up);
  const start = median(measured.start);
  const composeUp = median(measured.composeUp);
  const share = median(measured.share);
  const limit = 1.3 * composeUp + 1.5;
  return markdownTable([
    ["", "Towpath", "Docker Compose", "ratio", "aim"],
    [
      "an `up` that changes nothing",
      `${up.toFixed(2)} s`,
      `${composeUp.toFixed(2)} s`,
      (up / composeUp).toFixed(2),
      `1.3 × Compose + 1.5 s = ${limit.toFixed(2)} s: ${verdict(up <= limit)}`,
    ],
    ["`npm start` that changes nothing", `${start.toFixed(2)} s`, "", (start / composeUp).toFixed(2), ""],
    [
      "the program's own share: start, load, validate, declare",
      `${share.toFixed(2)} s`,
      "",
      "",
      `under 0.70 s: ${verdict(share < 0.7)}`,
    ],
    ["an empty program with Pulumi's SDK", `${median(measured.empty).toFixed(2)} s`, "", "", ""],
    [
      "requests that failed across a release",
      failed(ours.during),
      failed(theirs.during),
      "",
      `0 of ${requests} or more: ${verdict(failuresIn(ours.during) === 0)}`,
    ],
    [
      "p99 across a release / idle",
      (ours.during.p99 / ours.idle.p99).toFixed(2),
      (theirs.during.p99 / theirs.idle.p99).toFixed(2),
      "",
      `1.50 at most: ${verdict(ours.during.p99 <= 1.5 * ours.idle.p99)}`,
    ],
    [
      "p50 across a release / idle",
      (ours.during.p50 / ours.idle.p50).toFixed(2),
      (theirs.during.p50 / theirs.idle.p50).toFixed(2),
      "",
      "",
    ],
  ]);
}

function verdict(met: boolean): string {
  return met ? "met" : "not met";
}

function failed(report: LoadReport): string {
  return `${failuresIn(report)} of ${report.requests}`;
}

await bench();
