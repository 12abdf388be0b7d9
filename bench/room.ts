/**
 * Measures 20 open pull requests on a host with room for 6 of their previews: how many are awake at a time, what a visitor
 * waits for, and how many requests are lost.
 */
import { setTimeout as wait } from "node:timers/promises";
import { showProgress, type Progress } from "../cli/terminal/progress.ts";
import { ask } from "../test/support/hosts/ask.ts";
import { previewDomain, TinyPreviews } from "../test/support/hosts/tiny-previews.ts";
import { removeHosts } from "../test/support/hosts/test-host.ts";
import { markdownTable, quantile } from "./measure.ts";

/** The number of open pull requests, and how many of their previews may be awake. */
const open = 20;
const places = 6;

/** The number of visits, each to another preview than the last six, and the time between two of them, in milliseconds. */
const visits = 60;
const pause = 12_000;

/** What is measured on. */
interface Scene {
  readonly previews: TinyPreviews;
  readonly progress: Progress;
}

/** A visit: what it waited for, whether it was answered, and how many previews were awake after it. */
interface Visit {
  readonly milliseconds: number;
  readonly wasAwake: boolean;
  readonly status: number;
  readonly awake: number;
}

async function bench(): Promise<void> {
  const progress = showProgress();
  const previews = await TinyPreviews.create({ room: { memory: "16GiB", previews: places } });
  try {
    const scene = { previews, progress };
    const counts = await openAll(scene);
    const made = await visitAll(scene);
    progress.stop();
    const times = (wasAwake: boolean): readonly number[] =>
      made.filter((one) => one.wasAwake === wasAwake).map(({ milliseconds }) => milliseconds);
    const row = (what: string, values: readonly number[]): string[] => [
      `${what}, ${values.length} visits`,
      ...[0.5, 0.95, 1].map((share) => `${(quantile(values, share) / 1000).toFixed(2)} s`),
    ];
    console.log(
      markdownTable([
        ["first answer", "p50", "p95", "most"],
        row("of one that was awake", times(true)),
        row("of one that slept, with another put to sleep for it", times(false)),
      ]),
    );
    const lost = made.filter(({ status }) => status !== 200).length;
    const most = Math.max(...counts, ...made.map(({ awake }) => awake));
    console.log(`\n${open} previews, at most ${most} awake; ${lost} of ${visits} requests lost.\n`);
  } finally {
    progress.stop();
    await previews.remove();
    await removeHosts();
  }
}

/** Opens all pull requests, one after the other; those that are looked at no longer are put to sleep by hand. */
async function openAll({ previews, progress }: Scene): Promise<readonly number[]> {
  const counts: number[] = [];
  for (let number = 1; number <= open; number++) {
    progress.say(`opening ${number} of ${open} …`);
    const branch = `branch-${number}`;
    previews.github.store.openPullRequest({ number, branch, sha: await previews.publish(undefined, branch) });
    // Each was only just released, and would stay awake for a quarter of an hour.
    if (number > places) await previews.succeed("preview", "sleep", String(number - places));
    await previews.succeed("preview", "up", String(number));
    counts.push((await awakeOn(previews)).size);
  }
  for (let number = open - places + 1; number <= open; number++)
    await previews.succeed("preview", "sleep", String(number));
  return counts;
}

async function visitAll({ previews, progress }: Scene): Promise<readonly Visit[]> {
  const made: Visit[] = [];
  for (let visit = 0; visit < visits; visit++) {
    // Every fourth comes back to the preview that was visited before.
    const number = ((visit - Number(visit % 4 === 3)) % open) + 1;
    const wasAwake = (await awakeOn(previews)).has(`tiny-pr-${number}`);
    const began = performance.now();
    const status = await statusOf(previews, number).catch(() => 0);
    const milliseconds = performance.now() - began;
    made.push({ milliseconds, wasAwake, status, awake: (await awakeOn(previews)).size });
    progress.say(`${visit + 1} of ${visits} visits`);
    await wait(pause);
  }
  return made;
}

/** The namespaces of the previews that have a running container. */
async function awakeOn({ host }: TinyPreviews): Promise<ReadonlySet<string>> {
  const own = ["--filter", "label=towpath.environment=preview"];
  return new Set(await host.docker("ps", ...own, "--format", '{{.Label "towpath.namespace"}}'));
}

/** A person's request, which waits for as long as a browser does. */
async function statusOf({ host }: TinyPreviews, number: number): Promise<number> {
  const person = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" };
  return (await ask(host.address, `pr-${number}.${previewDomain}`, "/", person, 90)).status;
}

await bench();
