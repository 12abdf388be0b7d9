import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { routeDifference, siteAnswer, siteQuestion } from "../../../components/gateway/served-site.ts";
import { canaryCookie } from "../../../components/gateway/site.ts";
import type { LeftRoute } from "../../../components/release/route-agreement.ts";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { handBack, keyVariables, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { killTree } from "../../support/process-tree.ts";
import { quick } from "../../support/quick.ts";
import { until } from "../../support/until.ts";

const site = { gateway: "notes-staging-gateway", name: "notes-staging" };

/** The kind of change that a run makes until it is ended and its settings are taken back. */
type Change = "release" | "maintenance" | "canary";

/** The end of a run: by which signal, and at which point (once users get the change, or after so many seconds). */
interface End {
  readonly change: Change;
  readonly signal: "SIGINT" | "SIGKILL";
  readonly at: "the switch" | number;
}

/** The case in which most errors were found, and each run has. */
const corners: readonly End[] = [{ change: "canary", signal: "SIGINT", at: "the switch" }];

/** Nine points of each change, in seconds, over as long as it takes. */
const points: Readonly<Record<Change, readonly number[]>> = {
  release: [1, 2, 3, 4, 5, 6, 8, 10, 12],
  maintenance: [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5],
  canary: [1, 2, 3, 4, 5, 6, 8, 10, 12],
};

/** The rest of each change, ended in both ways at ten points. */
function others(): readonly End[] {
  const all = (["release", "maintenance", "canary"] as const).flatMap((change) =>
    (["SIGINT", "SIGKILL"] as const).flatMap((signal) =>
      (["the switch", ...points[change]] as const).map((at) => ({ change, signal, at })),
    ),
  );
  return all.filter((one) => !corners.some((corner) => isDeepStrictEqual(corner, one)));
}

describe("a run on a host that is ended and whose settings are reverted", () => {
  let host: TestHost;
  let released: ReleasedProject;
  /** The commit that users have, and another one. */
  let commit: string;
  let other: string;
  /** The release that users have, as the application reports it. */
  let release: unknown;

  before(async () => {
    host = await takeHost();
    released = await ReleasedProject.create({ staging: host });
    other = await released.publish({ api: ["LABEL release=other"] });
    commit = await released.publish({ api: ["LABEL release=first"] });
    configure({});
    await released.release("staging");
    release = await releaseFor("g");
  });
  afterEach(async function () {
    configure({});
    // Whatever a failure left must not be the next one's trouble.
    if (this.currentTest?.state === "failed") await released.release("staging");
  });
  after(async () => {
    await released.remove();
    await handBack(host);
  });

  function configure(more: Readonly<Record<string, unknown>>): void {
    released.configure("staging", { commit, watchSeconds: 4, ...more });
  }

  /** The settings of each change, and those that take it back. */
  const settings = (): Record<Change, readonly Readonly<Record<string, unknown>>[]> => ({
    release: [{ commit: other }, {}],
    maintenance: [{ maintenance: true }, {}],
    canary: [
      { commit: other, canary: { weight: 50 } },
      { commit: other, canary: { weight: 0 } },
    ],
  });

  /** Asks a run to stop; one that is done already needs no asking. */
  function interrupt(pid: number): void {
    try {
      process.kill(pid, "SIGINT");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  /** The release that a client gets whose number is that; one without a release gets a status. */
  async function releaseFor(number: string): Promise<unknown> {
    const { status, body } = await released.ask("staging", "/api/version", {
      cookie: `${canaryCookie}=${number}`,
    });
    return status === 200 ? (JSON.parse(body) as { release: unknown }).release : status;
  }

  function current(): Promise<string> {
    return host.exec("docker", "exec", site.gateway, "readlink", `/etc/caddy/sites/${site.name}/current`);
  }

  for (const { change, signal, at } of quick(corners, others(), 1)) {
    const when = typeof at === "number" ? `after ${at} s` : `at ${at}`;
    it(`gives users what state and settings describe, after the next up: a ${change}, ended by ${signal} ${when}`, async () => {
      const [changed = {}, back = {}] = settings()[change];
      const was = await current();
      configure(changed);
      const up = released.project.launch(
        ["pulumi", "up", "--yes", "--skip-preview", "--stack", "staging"],
        keyVariables(),
      );
      if (typeof at === "number") await wait(at * 1000);
      else await until(when, 120, async () => (await current()) !== was || undefined);
      if (signal === "SIGKILL") await killTree(up.pid);
      else interrupt(up.pid);
      await up.ended;

      configure(back);
      await released.release("staging");
      const { route } = (await released.outputs("staging")) as { route: LeftRoute };

      assert.deepEqual(await Promise.all(["0", "8", "g"].map(releaseFor)), [release, release, release]);
      assert.equal((await released.ask("staging", "/")).status, 200);
      const served = siteAnswer(await host.exec("docker", "exec", site.gateway, ...siteQuestion(site)));
      assert.equal(routeDifference(route.serves, served), undefined);
    });
  }

  it("changes nothing when it is run once more", async () => {
    // What a canary was told to drop is forgotten first.
    await released.release("staging");
    const { code, stdout } = await released.up("staging");
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^Resources:\n {4}\d+ unchanged$/m);
  });
});
