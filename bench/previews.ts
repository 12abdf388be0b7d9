import { showProgress, type Progress } from "../cli/terminal/progress.ts";
import { ask } from "../test/support/hosts/ask.ts";
import { ReleasedProject } from "../test/support/hosts/released-project.ts";
import { removeHosts, takeHost, type TestHost } from "../test/support/hosts/test-host.ts";
import { until } from "../test/support/until.ts";
import { markdownTable, quantile } from "./measure.ts";
import { pushes } from "./pushes.ts";

/** The number of wakes that are measured. */
const wakes = Number(process.env.TOWPATH_BENCH_WAKES ?? "200");

/** The number of requests that meet a sleeping preview at once. */
const atOnce = 10;

const domain = "preview.example.test";

/** The gateway's and the activator's containers, and the preview's namespace. */
const names = {
  activator: "notes-host-previews-activator",
  gateway: "notes-host-previews-gateway",
  preview: "notes-pr-12",
};

/** What is measured on. */
interface Scene {
  readonly host: TestHost;
  readonly progress: Progress;
}

/**
 * Measures how a preview sleeps and wakes, beside a plain start of the same containers, and what a push to it takes, beside
 * Compose, and prints Markdown.
 */
async function bench(): Promise<void> {
  const progress = showProgress();
  const host = await takeHost();
  const released = await ReleasedProject.create({ staging: host });
  try {
    progress.say("starting a preview …");
    const settings = await releasePreview(released, host);
    const scene = { host, released, progress };
    const awake = await memoryOf(host);
    await askActivator(host, "sleep");
    const asleep = await memoryOf(host);
    const woken: number[] = [];
    const started: number[] = [];
    let lost = 0;
    for (let wake = 1; wake <= wakes; wake++) {
      const { seconds, failures } = await wakeByRequests(scene);
      woken.push(seconds);
      lost += failures;
      await askActivator(host, "sleep");
      // The floor takes its turn, so that both meet the same machine.
      if (wake % 5 === 0) started.push(await plainStart(scene));
      if (wake % 10 === 0)
        progress.say(`${wake} wakes: p50 ${inSeconds(woken, 0.5)}, p95 ${inSeconds(woken, 0.95)}`);
    }
    progress.stop();
    console.log(
      markdownTable([
        ["what", "p50", "p95", "most"],
        [
          `first answer to a sleeping preview, ${woken.length} wakes of ${atOnce} requests each`,
          ...figures(woken),
        ],
        [
          `docker start of the same containers, until they answer, ${started.length} times`,
          ...figures(started),
        ],
      ]),
    );
    console.log(`\nRequests lost: ${lost} of ${wakes * atOnce}.`);
    console.log(
      `Memory of the preview's processes: ${mebibytes(awake)} awake, ${mebibytes(asleep)} asleep.\n`,
    );
    console.log(`${await pushes(scene, settings)}\n`);
  } finally {
    progress.stop();
    await released.remove();
    await removeHosts();
  }
}

/** Returns the settings of all previews, without a commit. */
async function releasePreview(
  released: ReleasedProject,
  host: TestHost,
): Promise<Readonly<Record<string, unknown>>> {
  await released.registry.mirror("library/node:20-bookworm-slim");
  const { imageMirror, address } = released.registry;
  released.write("host-previews", {
    host: host.settings(),
    imageMirror,
    room: { memory: "8GiB", previews: 6, sleepAfter: "2h" },
  });
  const settings = {
    previewDomain: domain,
    certificates: "internal",
    gateway: "host-previews",
    host: host.settings(),
    imageMirror,
    registry: { address, repository: released.repository },
    watchSeconds: 1,
  };
  released.write("preview", { ...settings, commit: await released.publish() });
  for (const stack of ["host-previews", "pr-12"]) {
    for (const args of [
      ["stack", "init"],
      ["up", "--yes", "--skip-preview"],
    ]) {
      const { code, stdout, stderr } = await released.run(["pulumi", ...args, "--stack", stack]);
      if (code !== 0)
        throw new Error(`${args.join(" ")} of ${stack}: exit code ${code}\n${stdout}\n${stderr}`);
    }
  }
  return settings;
}

async function askActivator(host: TestHost, operation: "sleep" | "wake" | "state"): Promise<string> {
  const question = JSON.stringify({ operation, namespace: names.preview });
  return host.exec("docker", "exec", names.activator, "node", "/tmp/program/ask.mjs", question);
}

/** Several people ask at once; the time until the first of them is answered. */
async function wakeByRequests({ host }: Scene): Promise<{ seconds: number; failures: number }> {
  const began = performance.now();
  const asked = Array.from({ length: atOnce }, () => statusOf(host).catch(() => 0));
  await Promise.race(asked);
  const seconds = (performance.now() - began) / 1000;
  const failures = (await Promise.all(asked)).filter((status) => status !== 200).length;
  return { seconds, failures };
}

/** A person's request, which waits for as long as a browser does. */
async function statusOf(host: TestHost): Promise<number> {
  const person = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" };
  return (await ask(host.address, `pr-12.${domain}`, "/api/health", person, 90)).status;
}

/** Starts the preview's containers all at once with the docker client; the time until it answers through the gateway. */
async function plainStart({ host }: Scene): Promise<number> {
  const ids = await containersOf(host);
  const began = performance.now();
  await host.docker("start", ...ids);
  await until("the preview to answer", 60, async () => ((await statusOf(host)) === 200 ? true : undefined));
  const seconds = (performance.now() - began) / 1000;
  await askActivator(host, "sleep");
  return seconds;
}

async function containersOf(host: TestHost): Promise<readonly string[]> {
  return host.docker("ps", "--all", "--quiet", "--filter", `label=towpath.namespace=${names.preview}`);
}

/** The resident memory of all processes of the preview, in bytes. */
async function memoryOf(host: TestHost): Promise<number> {
  const ids = (await containersOf(host)).join(" ");
  const kibibytes = await host.script(
    `for id in ${ids}; do docker top "$id" -o pid,rss 2>/dev/null | tail -n +2; done | awk '{ sum += $2 } END { print sum + 0 }'`,
  );
  return Number(kibibytes) * 1024;
}

function figures(values: readonly number[]): string[] {
  return [0.5, 0.95, 1].map((share) => inSeconds(values, share));
}

function inSeconds(values: readonly number[], share: number): string {
  return `${quantile(values, share).toFixed(2)} s`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
}

await bench();
