/**
 * Measures what a sweep takes to find and to plan: 200 previews with 2,000 things on their host, and their deployments and
 * environments on GitHub. The host's docker client and GitHub are played on this machine, so what is measured is Towpath's
 * own work; each answer over a network comes on top, 6 questions to the host and one to GitHub for each closed pull request,
 * many of them at once.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { application } from "../application.ts";
import { run } from "../cli/process/run.ts";
import { readInstallation, type Project } from "../cli/project.ts";
import { listStacks } from "../cli/pulumi/stacks.ts";
import { stateUrl } from "../cli/pulumi/variables.ts";
import { kindsOnGithub } from "../cli/sweep/on-github.ts";
import { kindsOnHost } from "../cli/sweep/on-host.ts";
import { PullRequests } from "../cli/sweep/pull-requests.ts";
import { stacksIn } from "../cli/sweep/stacks.ts";
import { sweep, type Swept } from "../cli/sweep/sweep.ts";
import { showProgress } from "../cli/terminal/progress.ts";
import { GithubClient } from "../components/github/client.ts";
import { markOf, stateAddress } from "../components/naming/run-mark.ts";
import { LocalGithub } from "../test/support/github/local-github.ts";
import { markdownTable, median, seconds } from "./measure.ts";

/** The number of previews; every second one's pull request is closed. */
const previews = 200;

/** The number of things that each has on the host, by the question that lists them: 10 in all. */
const things = { "docker ps": 5, "docker volume": 3, "docker network": 1, "docker exec": 1 };

const rounds = 5;

async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "towpath-bench-sweep-"));
  const github = await LocalGithub.start({ repository: "notes" });
  try {
    const project = fill(folder, github);
    const times: number[] = [];
    let swept: Swept | undefined;
    for (let round = 0; round < rounds; round++) {
      times.push(await seconds(async () => (swept = await plan(project, folder, github))));
    }
    const found = swept?.things ?? [];
    const gone = found.filter(({ action }) => action === "remove").length;
    const rows = [
      ["previews", "things", "to be removed", `seconds, median of ${rounds}`],
      [String(previews), String(found.length), String(gone), median(times).toFixed(2)],
    ];
    console.log(markdownTable(rows));
  } finally {
    await github.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the states, what the played docker client answers, and what GitHub has. */
function fill(folder: string, { store }: LocalGithub): Project {
  const numbers = Array.from({ length: previews }, (_, index) => index + 1);
  const privateFolder = join(folder, ".towpath");
  const installation = readInstallation(undefined, { PULUMI_HOME: join(folder, "home") });
  const project: Project = { ...installation, root: folder, privateFolder, name: "towpath", application };
  const state = join(privateFolder, "state");
  const stacks = join(state, ".pulumi/stacks/towpath");
  mkdirSync(stacks, { recursive: true });
  const run = markOf({ who: "ci@runner", when: "2026-01-02 03:04", state: stateAddress(stateUrl(state)) });
  const answers = new Map<string, string[]>(Object.keys(things).map((question) => [question, []]));
  for (const number of numbers) {
    const namespace = `notes-pr-${number}`;
    const resources = Array.from({ length: 40 }, (_, index) => ({ urn: `urn:${index}`, type: "x:y:Z" }));
    writeFileSync(
      join(stacks, `pr-${number}.json`),
      JSON.stringify({ checkpoint: { latest: { resources } } }),
    );
    for (const [question, count] of Object.entries(things)) {
      for (let one = 0; one < count; one++) {
        const name = `${namespace}-${one}`;
        const line = question === "docker exec" ? [namespace, "r1", name] : [name, name, namespace, run];
        answers.get(question)?.push(line.join("\t"));
      }
    }
    store.openPullRequest({ number });
    if (number % 2 === 0) Object.assign(store.pullRequests.get(number) ?? {}, { state: "closed" });
    store.addEnvironment(`pr-${number}`);
  }
  writeFileSync(join(folder, "docker"), dockerScript(answers));
  chmodSync(join(folder, "docker"), 0o755);
  return project;
}

/** A docker client that prints the answers to the questions, and the time at which a volume was made. */
function dockerScript(answers: ReadonlyMap<string, readonly string[]>): string {
  const cases = [...answers].map(
    ([question, lines]) => `"${question.slice("docker ".length)}") cat <<'END'\n${lines.join("\n")}\nEND\n;;`,
  );
  const inspect = '"volume inspect") shift 4; for one; do printf "%s\\t2026-01-02\\n" "$one"; done; exit ;;';
  const activator = '"exec none") echo "No such container" >&2; exit 1 ;;';
  return [
    "#!/bin/sh",
    'case "$1 $2" in',
    inspect,
    activator,
    "esac",
    'case "$1" in',
    ...cases,
    "esac",
    "",
  ].join("\n");
}

/** Finds everything and plans, as `towpath sweep --dry-run` does. */
function plan(project: Project, folder: string, github: LocalGithub): Promise<Swept> {
  const variables = { GITHUB_BASE_URL: github.url };
  const client = new GithubClient({ token: "t", place: "t", variables, say: () => undefined });
  const on = { github: client, repository: "octo-org/notes", application: "notes" };
  const state = stateAddress(stateUrl(join(project.privateFolder, "state")));
  const nothing = (): Promise<void> => Promise.resolve();
  const kinds = [
    stacksIn({
      ...{ state, application: "notes", remove: nothing },
      list: () => listStacks(project, {}, run),
    }),
    ...kindsOnHost({
      ...{
        name: "previews",
        application: "notes",
        state,
        gateway: "gateway",
        activator: "none",
        removeSite: nothing,
      },
      ...{ images: "ghcr.io/octo-org/notes", needed: () => Promise.resolve(new Set<string>()) },
      run: (_, args, more) => run(join(folder, "docker"), args, more),
    }),
    ...kindsOnGithub(on),
  ];
  return sweep(kinds, new PullRequests(on, {}), { dryRun: true }, showProgress());
}

await bench();
