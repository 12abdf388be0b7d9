/** The outcome for users, and for the person who releases, when a host fails in the middle of a release. */
import assert from "node:assert/strict";
import { CommandLines } from "../../support/command-lines.ts";
import { assertServed, connections, type LoadReport } from "../../support/load.ts";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { handBack, keyVariables, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import type { Ended } from "../../support/project.ts";
import { until } from "../../support/until.ts";
import { copiesMade, migrating, releaseThrough, slowMigration } from "./middle-of-release.ts";

const stack = "staging";

describe("a host that fails in the middle of a release", () => {
  let host: TestHost;
  let released: ReleasedProject;

  before(async () => {
    host = await takeHost();
    released = await ReleasedProject.create({ staging: host });
    await publish();
    await released.release(stack);
  });
  after(async () => {
    await released.remove();
    await handBack(host);
  });

  /** Publishes another release, which the next `up` rolls out. */
  async function publish(changes: Parameters<ReleasedProject["publish"]>[0] = {}): Promise<string> {
    const commit = await released.publish(changes);
    released.configure(stack, { commit });
    return commit;
  }

  /** Checks that users get this release, and that nothing is left of any other. */
  async function converged(commit: string): Promise<void> {
    const outputs = (await released.outputs(stack)) as {
      release: { commit: string };
      services: Record<string, { containers: string[] }>;
    };
    assert.equal(outputs.release.commit, commit);
    assert.equal((await released.ask(stack, "/api/health")).status, 200);
    const wanted = Object.values(outputs.services).flatMap(({ containers }) => containers);
    const parts = ["gateway", "object-storage", "postgres", "redis"].map((part) => `notes-${stack}-${part}`);
    assert.deepEqual((await host.footprint()).containers, [...wanted, ...parts].sort());
  }

  /** Checks that a run that failed names its host, and lets the next one end what it began. */
  async function endedOrAgain(ended: Ended): Promise<void> {
    if (ended.code === 0) return;
    assert.match(ended.stdout + ended.stderr, /towpath:hosts\.app1: |connection to the host was lost/);
    const again = await released.up(stack);
    assert.equal(again.code, 0, again.stdout + again.stderr);
  }

  it("lets the release continue when the connection is cut in the migration and the engine restarts, and shows no secret to ps", async () => {
    const commit = await publish(slowMigration);
    // The host's processes are this machine's, too.
    const commandLines = new CommandLines();
    let untilRestart: LoadReport | undefined;
    const { ended, users } = await releaseThrough(
      released,
      [migrating, () => host.dropConnections()],
      [
        copiesMade,
        async (load) => {
          untilRestart = await load.cut();
          await host.restartEngine();
        },
      ],
    ).finally(() => {
      commandLines.stop();
    });

    await endedOrAgain(ended);
    await converged(commit);
    assertServed(untilRestart ?? assert.fail("it did not restart"));
    // While an engine restarts, containers cannot look each other's names up: a request that needs a new connection to the
    // database or the API fails, or waits for its name. Pages need none.
    const failed = Object.entries(users.failures);
    assert.deepEqual(
      failed.filter(([reason]) => !reason.startsWith("GET /api/")),
      [],
    );
    assert.ok(
      failed.reduce((sum, [, count]) => sum + count, users.sentAgain) <= connections + users.requests / 500,
      JSON.stringify(users),
    );

    const again = await released.up(stack);
    assert.equal(again.code, 0, again.stdout + again.stderr);
    assert.match(again.stdout, /^Resources:\n {4}\d+ unchanged$/m);
    const [api = ""] = await host.docker("ps", "--quiet", "--filter", `name=notes-${stack}-api`);
    const files = await host.script(`docker exec ${api} sh -c 'tail -n +1 /run/secrets/*'`);
    const secrets = [...files.split("\n"), ...Object.values(keyVariables()).flatMap((key) => key.split("\n"))]
      .map((line) => /:([^:@]{16,})@/.exec(line)?.[1] ?? line)
      .filter((line) => line.length >= 16 && !/^==>|-----/.test(line));
    assert.ok(secrets.length >= 4, files);
    const printed = [...commandLines.seen, ended.stdout, ended.stderr].join("\n");
    for (const secret of secrets) assert.ok(!printed.includes(secret), "a secret was shown");
    // The watch saw what it had to see.
    const seen = [...commandLines.seen];
    assert.ok(seen.some((line) => line.includes("steps/run.mjs migrate")));
    assert.ok(seen.some((line) => line.includes("alembic upgrade head")));
  });

  it("serves again by itself after a reboot, and the release continues", async () => {
    const commit = await publish(slowMigration);
    const { ended, users } = await releaseThrough(released, [
      copiesMade,
      async (load) => {
        await host.reboot();
        await until("users to be served", 60, async () =>
          (await released.ask(stack, "/api/notes")).status === 200 ? true : undefined,
        );
        await load.cut();
      },
    ]);
    await endedOrAgain(ended);
    await converged(commit);
    assertServed(users);

    // What runs without the program is connected by the command line.
    await host.dropConnections();
    const refreshed = await released.run([
      ...["pulumi", "refresh", "--yes", "--skip-preview", "--stack", stack],
    ]);
    assert.equal(refreshed.code, 0, refreshed.stdout + refreshed.stderr);
  });
});
