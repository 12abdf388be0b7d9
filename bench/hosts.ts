import { writeFileSync } from "node:fs";
import { showProgress, type Progress } from "../cli/terminal/progress.ts";
import { badImages } from "../test/support/hosts/bad-images.ts";
import { ReleasedProject } from "../test/support/hosts/released-project.ts";
import { removeHosts, takeHost, type TestHost } from "../test/support/hosts/test-host.ts";
import { failuresIn, Load, type LoadReport } from "../test/support/load.ts";
import type { Ended } from "../test/support/project.ts";
import { Compose, imagesOf } from "./compose.ts";
import { composeProgram } from "./compose-program.ts";
import { manyServices } from "./many-services.ts";
import { markdownTable, median, seconds } from "./measure.ts";

/** The number of measurements of what takes seconds; the two sides take turns, so that both meet the same machine. */
const rounds = 3;

/** The number of requests that each thing meets that is done under load. */
const requests = Number(process.env.TOWPATH_BENCH_REQUESTS ?? "20000");

/** The least number of requests that are measured: what is done in an instant has its effect after it. */
const leastWhileItRuns = 1000;

/** A host, the sample application on it by Towpath, and the same by Compose. */
interface Sides {
  readonly host: TestHost;
  readonly released: ReleasedProject;
  readonly compose: Compose;
  readonly progress: Progress;
}

/** Measures releases to a host over SSH, beside Docker Compose on the same host, and prints Markdown. */
async function bench(): Promise<void> {
  const progress = showProgress();
  const program = await composeProgram((line) => {
    progress.say(line);
  });
  const host = await takeHost();
  const released = await ReleasedProject.create({ staging: host });
  const compose = new Compose(program, `${released.project.namespace}-compose`, {
    engine: `unix://${released.project.folder}/.towpath/ssh/notes-staging/app1.sock`,
    address: host.address,
    port: 8080,
  });
  try {
    progress.say("starting both …");
    released.configure("staging", { commit: await released.publish() });
    await released.release("staging");
    await compose.create(await imagesOn(host));
    const sides = { host, released, compose, progress };
    for (const part of [inSeconds, underLoad, ({ progress }: Sides) => manyServices(progress)]) {
      const table = await part(sides);
      progress.stop();
      console.log(`${table}\n`);
    }
  } finally {
    progress.stop();
    await compose.remove();
    await released.remove();
    await removeHosts();
  }
}

function imagesOn(host: TestHost): ReturnType<typeof imagesOf> {
  return imagesOf("notes-staging", (...args) => host.docker(...args));
}

/** Measures what one who deploys waits for. */
async function inSeconds({ host, released, compose, progress }: Sides): Promise<string> {
  const times = new Map<string, { ours: number[]; theirs: number[] }>();
  const take = async (
    what: string,
    ours: () => Promise<unknown>,
    theirs: () => Promise<unknown>,
  ): Promise<void> => {
    const of = times.get(what) ?? { ours: [], theirs: [] };
    times.set(what, of);
    of.ours.push(await seconds(ours));
    compose.write(await imagesOn(host));
    of.theirs.push(await seconds(theirs));
  };
  const up = async (): Promise<void> => {
    expectCode(await released.up("staging"), true);
  };
  const composeUp = (): Promise<void> => compose.up();
  const composeMigratesFirst = async (): Promise<void> => {
    await compose.migrate();
    await compose.up();
  };
  for (let round = 0; round < rounds; round++) {
    progress.say(`round ${round + 1} of ${rounds} …`);
    await take("an `up` that changes nothing", up, composeUp);
    const publish = async (image: "web" | "api"): Promise<void> => {
      released.configure("staging", { commit: await released.publishOther(image), watchSeconds: 0 });
    };
    await publish("web");
    await take("another `web` image", up, composeUp);
    await publish("api");
    await take("another `api` image: migrations, API, worker", up, composeMigratesFirst);
  }
  return markdownTable([
    ["median", "Towpath", "docker compose run (migrations), up -d --wait", "ratio"],
    ...[...times].map(([what, { ours, theirs }]) => [
      what,
      `${median(ours).toFixed(1)} s`,
      `${median(theirs).toFixed(1)} s`,
      (median(ours) / median(theirs)).toFixed(2),
    ]),
  ]);
}

/** Measures what users feel. */
async function underLoad({ host, released, compose, progress }: Sides): Promise<string> {
  const rows: (Record<"during" | "after" | "measured" | "idle", LoadReport> & { what: string })[] = [];
  const measure = async (url: string, address: string | undefined, steps: Steps): Promise<void> => {
    const load = new Load(url, address, Infinity);
    const stretch = async (least: number): Promise<LoadReport> => {
      await load.reached(least, requests / 50);
      return load.cut();
    };
    await stretch(500);
    giveWay(19);
    try {
      let idle: LoadReport | undefined;
      for (const [what, action] of Object.entries(steps)) {
        progress.say(`${what} …`);
        await action();
        const during = await stretch(leastWhileItRuns);
        const after = await stretch(requests - during.requests);
        const measured = idle === undefined ? after : during;
        idle ??= measured;
        rows.push({ what, during, after, measured, idle });
      }
    } finally {
      giveWay(0);
      await load.stop();
    }
  };
  const configure = (more: object): void => {
    released.configure("staging", { gateTimeoutSeconds: 30, ...more });
  };
  const good = await released.publish();
  const bad = await released.publish(badImages["answers 500"]);
  const next = await released.publish();
  const release = async (more: object): Promise<void> => {
    configure(more);
    await released.release("staging");
  };
  await measure(`https://${released.domain("staging")}`, host.address, {
    idle: () => Promise.resolve(),
    "a good release": () => release({ commit: good }),
    "a bad release": async () => {
      configure({ commit: bad });
      expectCode(await released.up("staging"), false);
    },
    "a rollback": async () => {
      configure({ commit: good });
      expectCode(await released.run(["rollback", "--stack", "staging", "--yes"]), true);
    },
    "a canary of 10 %": () => release({ commit: next, canary: { weight: 10 } }),
    "the canary dropped": () => release({ commit: next, canary: { weight: 0 } }),
    "a reload of the gateway": () =>
      host.docker(
        ...["exec", "notes-staging-gateway", "caddy", "reload", "--force"],
        ...["--config", "/etc/caddy/Caddyfile"],
      ),
  });
  await release({ commit: next });
  await measure(compose.url, undefined, {
    "Compose, idle": () => Promise.resolve(),
    "Compose, the same good release": async () => {
      compose.write(await imagesOn(host));
      await compose.up();
    },
  });
  return markdownTable([
    [
      ...["under load", "requests", "failed", "sent again", "took, s", "requests meanwhile", "each second"],
      ...["p50, ms", "p99, ms", "p99 / idle", "why they failed"],
    ],
    ...rows.map(({ what, during, after, measured, idle }) => [
      what,
      String(during.requests + after.requests),
      String(failuresIn(during) + failuresIn(after)),
      String(during.sentAgain + after.sentAgain),
      measured.seconds.toFixed(0),
      String(measured.requests),
      (measured.requests / measured.seconds).toFixed(0),
      measured.p50.toFixed(1),
      measured.p99.toFixed(1),
      (measured.p99 / idle.p99).toFixed(2),
      [...new Set([during, after].flatMap(({ failures }) => Object.keys(failures)))].join("; "),
    ]),
  ]);
}

/**
 * Puts what deploys behind what serves, by its niceness: it stands for another machine, as the load generator does. Linux
 * shares its processors between terminals first, so this holds for all that this terminal runs.
 */
function giveWay(niceness: number): void {
  try {
    writeFileSync("/proc/self/autogroup", String(niceness));
  } catch {
    // Only on Linux; elsewhere the figures hold what the deployment takes from the host, too.
  }
}

type Steps = Readonly<Record<string, () => Promise<unknown>>>;

function expectCode({ code, stdout, stderr }: Ended, good: boolean): void {
  if ((code === 0) !== good) throw new Error(`exit code ${code}\n${stdout}\n${stderr}`);
}

await bench();
