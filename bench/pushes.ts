import { join } from "node:path";
import type { Progress } from "../cli/terminal/progress.ts";
import { LocalGithub } from "../test/support/github/local-github.ts";
import type { ReleasedProject } from "../test/support/hosts/released-project.ts";
import type { TestHost } from "../test/support/hosts/test-host.ts";
import { Compose, imagesOf, type Images } from "./compose.ts";
import { composeProgram } from "./compose-program.ts";
import { markdownTable, median, seconds } from "./measure.ts";

/** The number of measurements of each; the two sides take turns, so that both meet the same machine. */
const rounds = 3;

/** What the figures are compared with, in seconds. */
const aims = { "a push, another `web` image": 15, "a push that changes nothing": 4, "its close": 10 };

type What = keyof typeof aims;

/** A host with room for previews, and a project on it. */
export interface PreviewHost {
  readonly host: TestHost;
  readonly released: ReleasedProject;
  readonly progress: Progress;
}

/**
 * Measures what one who pushes to a pull request waits for, from the event on, beside Compose with the same containers on the
 * same host over SSH. The images are published already, and the preview is there.
 *
 * @param settings those of all previews, without a commit
 * @returns Markdown
 */
export async function pushes(
  { host, released, progress }: PreviewHost,
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  const github = await LocalGithub.start();
  const program = await composeProgram((line) => {
    progress.say(line);
  });
  released.write("preview", { ...settings, github: { repository: "octo-org/notes" } });
  const pull = github.store.openPullRequest({ number: 21, sha: await released.publish() });
  const times = new Map<What, { ours: number[]; theirs: number[] }>();
  /** Does what the workflow does when this happened. */
  const happened = async (action: string): Promise<void> => {
    const { number, sha } = pull;
    const event = { action, sender: { login: "alice" }, pull_request: { number, head: { sha } } };
    released.project.source.write("event.json", JSON.stringify(event));
    const { code, stdout, stderr } = await released.run(["pull-request"], {
      ...{ GITHUB_BASE_URL: github.url, GITHUB_TOKEN: "a-token", GITHUB_EVENT_NAME: "pull_request" },
      GITHUB_EVENT_PATH: join(released.project.folder, "event.json"),
    });
    if (code !== 0) throw new Error(`${action}: exit code ${code}\n${stdout}\n${stderr}`);
  };
  const take = async (
    what: What,
    ours: () => Promise<void>,
    theirs: () => Promise<void>,
    between: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> => {
    const of = times.get(what) ?? { ours: [], theirs: [] };
    times.set(what, of);
    of.ours.push(await seconds(ours));
    await between();
    of.theirs.push(await seconds(theirs));
  };
  try {
    for (let round = 1; round <= rounds; round++) {
      progress.say(`pushes, round ${round} of ${rounds} …`);
      Object.assign(pull, { state: "open" });
      await happened("reopened");
      const compose = new Compose(program, `${released.project.namespace}-compose`, {
        engine: `unix://${released.project.folder}/.towpath/ssh/notes-pr-21/preview.sock`,
        ...{ address: host.address, port: 8080 },
      });
      try {
        await compose.create(await imagesOn(host));
        pull.sha = await released.publishOther("web");
        const push = (): Promise<void> => happened("synchronize");
        const composeUp = (): Promise<void> => compose.up();
        await take("a push, another `web` image", push, composeUp, async () => {
          compose.write(await imagesOn(host));
        });
        await take("a push that changes nothing", push, composeUp);
        Object.assign(pull, { state: "closed" });
        await take(
          "its close",
          () => happened("closed"),
          () => compose.remove(),
        );
      } finally {
        await compose.remove();
      }
    }
  } finally {
    await github.stop();
  }
  return markdownTable([
    ["median", "Towpath", "aim", "docker compose", "ratio"],
    ...[...times].map(([what, { ours, theirs }]) => [
      what,
      `${median(ours).toFixed(1)} s`,
      `${aims[what]} s`,
      `${median(theirs).toFixed(1)} s`,
      (median(ours) / median(theirs)).toFixed(2),
    ]),
  ]);
}

/** The images of the preview, and of the gateway, which it shares. */
async function imagesOn(host: TestHost): Promise<Images> {
  const docker = (...args: readonly string[]): Promise<string[]> => host.docker(...args);
  return {
    ...(await imagesOf("notes-host-previews", docker)),
    ...(await imagesOf("notes-pr-21", docker)),
  };
}
