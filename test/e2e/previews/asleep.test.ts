import assert from "node:assert/strict";
import https from "node:https";
import { text } from "node:stream/consumers";
import { commandsOf } from "../../support/docs.ts";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { handBack, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { until } from "../../support/until.ts";
import { sampled } from "../../support/quick.ts";

const domain = "pr-12.preview.example.test";
const activator = "notes-host-previews-activator";
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/** A request to the preview. */
interface Asked {
  readonly path?: string;
  readonly agent?: string;
  /** A text that is sent as a new note. */
  readonly note?: string;
}

/** The commands of the page, as the project's own command line takes them. */
const [sleep = [], wake = []] = commandsOf("previews.md")
  .filter((command) => /preview (sleep|wake)/.test(command))
  .map((command) => command.split(" ").slice(2));

describe("previews that sleep", () => {
  let host: TestHost;
  let released: ReleasedProject;
  let settings: Readonly<Record<string, unknown>>;

  before(async () => {
    host = await takeHost();
    released = await ReleasedProject.create({ staging: host });
    await released.registry.mirror("library/node:20-bookworm-slim");
    const { imageMirror, address } = released.registry;
    released.write("host-previews", {
      host: host.settings(),
      imageMirror,
      room: { memory: "2GiB", previews: 1, sleepAfter: "2h" },
    });
    settings = {
      previewDomain: "preview.example.test",
      certificates: "internal",
      gateway: "host-previews",
      host: host.settings(),
      imageMirror,
      registry: { address, repository: released.repository },
      commit: await released.publish(),
      watchSeconds: 1,
    };
    released.write("preview", settings);
    await run("pulumi", "stack", "init", "--stack", "host-previews");
    await run("pulumi", "up", "--stack", "host-previews", "--yes", "--skip-preview");
    await run("pulumi", "stack", "init", "--stack", "pr-12");
    await run("pulumi", "up", "--stack", "pr-12", "--yes", "--skip-preview");
  });
  after(async () => {
    await released.remove();
    await handBack(host);
  });

  async function run(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await released.run(args);
    assert.equal(code, 0, `${args.join(" ")}\n${stdout}\n${stderr}`);
    return stdout;
  }

  function ask({ path = "/api/notes", agent = firefox, note }: Asked = {}): Promise<{
    status: number;
    body: string;
    retryAfter: string | undefined;
  }> {
    return new Promise((resolve, reject) => {
      const request = https.request(
        {
          host: host.address,
          servername: domain,
          path,
          method: note === undefined ? "GET" : "POST",
          headers: { host: domain, "user-agent": agent, "content-type": "application/json" },
          rejectUnauthorized: false,
          agent: false,
          timeout: 90_000,
        },
        (response) => {
          const { statusCode: status = 0, headers } = response;
          text(response).then((body) => {
            resolve({ status, body, retryAfter: headers["retry-after"] });
          }, reject);
        },
      );
      request.on("timeout", () => request.destroy(new Error("no answer within 90 s")));
      request.on("error", reject);
      request.end(note === undefined ? undefined : JSON.stringify({ title: note.slice(0, 100), body: note }));
    });
  }

  /** The states of the preview's containers; each once. */
  async function states(pullRequest = 12): Promise<readonly string[]> {
    const own = `label=towpath.namespace=notes-pr-${pullRequest}`;
    return [...new Set(await host.docker("ps", "--all", "--filter", own, "--format", "{{.State}}"))].sort();
  }

  it("use no processor and no memory, wake no bot's request, and lose none of a person's", async () => {
    await run(...sleep);
    assert.deepEqual(await states(), ["exited"]);

    const told = await ask({ agent: "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)" });
    assert.deepEqual([told.status, told.retryAfter], [503, "60"]);
    assert.match(told.body, /<h1>Asleep<\/h1>/);
    assert.deepEqual(await states(), ["exited"]);

    const long = "held while it wakes ".repeat(4500);
    const written = Array.from({ length: 20 }, (_, number) => ask({ note: `${number} ${long}` }));
    const answers = await Promise.all([...written, ask({ path: "/" })]);
    assert.deepEqual(new Set(answers.map(({ status }) => Math.floor(status / 100))), new Set([2]));
    assert.deepEqual(await states(), ["running"]);
    assert.match((await ask()).body, /19 held while it wakes/);
  });

  sampled("sleep on after a reboot of their host, and wake from there", async () => {
    await run(...sleep);
    await run(...wake);
    await run(...sleep);
    await host.reboot();
    await until(
      "the gateway to answer",
      60,
      async () => (await ask({ agent: "kube-probe/1.31" })).status === 503,
    );
    assert.deepEqual(await states(), ["exited"]);
    assert.equal((await ask()).status, 200);
  });

  it("are served without the activator while they are awake", async () => {
    await host.docker("stop", activator);
    assert.equal((await ask({ note: "nobody notes this" })).status, 201);
    await host.docker("start", activator);
  });

  it("are woken by a release; another waits for its room, and one that can never fit is refused", async () => {
    await run(...sleep);
    await run("pulumi", "up", "--stack", "pr-12", "--yes", "--skip-preview");
    assert.deepEqual(await states(), ["running"]);

    await run("pulumi", "stack", "init", "--stack", "pr-13");
    const refused = async (): Promise<string> => {
      const { code, stdout } = await released.run([
        "pulumi",
        "up",
        "--stack",
        "pr-13",
        "--yes",
        "--skip-preview",
      ]);
      assert.notEqual(code, 0);
      return stdout;
    };
    assert.match(
      await refused(),
      /towpath:gateway: 1\.5 GiB and a place are needed on host-previews, got 1\.5 GiB of 2 GiB and 1 of 1 places taken by others; notes-pr-13 waits as number 1 of the queue:/,
    );
    released.write("preview", { ...settings, limits: { memory: "1GiB", cpus: 1, pids: 128 } });
    assert.match(
      await refused(),
      /towpath:limits\.memory: 6 GiB for the containers of notes-pr-13, each up to its limit, do not fit, got 2 GiB for all previews; lower it, or raise towpath:room\.memory of host-previews/,
    );
    assert.deepEqual(await states(13), []);
    released.write("preview", settings);
  });

  it("are no drift, and are removed while they sleep", async () => {
    await run(...sleep);
    assert.match(await run("drift", "--stack", "pr-12"), /^pr-12: it sleeps, and nothing was compared;/m);
    await run("pulumi", "destroy", "--stack", "pr-12", "--yes", "--skip-preview");
    assert.deepEqual(await states(), []);
  });
});
