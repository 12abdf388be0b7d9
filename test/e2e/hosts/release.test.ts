import assert from "node:assert/strict";
import { badImages } from "../../support/hosts/bad-images.ts";
import { Figures } from "../../support/hosts/figures.ts";
import { foreignImage } from "../../support/hosts/foreign-image.ts";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { handBack, keyVariables, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { assertServed, Load } from "../../support/load.ts";
import { killTree } from "../../support/process-tree.ts";
import { measuringInLong, quick, sampled } from "../../support/quick.ts";
import { until } from "../../support/until.ts";
import { CopyEvents, echoOf, withEcho } from "./one-copy.ts";

describe("a release to a host over SSH under load", () => {
  let host: TestHost;
  let released: ReleasedProject;
  let load: Load;
  let figures: Figures;
  /** The commit that users have. */
  let good: string;

  before(async () => {
    host = await takeHost();
    released = await ReleasedProject.create({ staging: host });
    released.project.source.edit("application.ts", ...withEcho);
    good = await released.publish();
    configure({});
    await released.release("staging");
    load = new Load(`https://${released.domain("staging")}`, host.address, measuringInLong);
    figures = new Figures(load);
    await figures.measure("idle", () => Promise.resolve());
  });
  afterEach(async function () {
    configure({});
    // Whatever a failure left must not be the next one's trouble; what succeeds leaves users with a good release.
    if (this.currentTest?.state === "failed") await released.release("staging");
  });
  after(async () => {
    await load.stop();
    console.log(figures.toString());
    await released.remove();
    await handBack(host);
  });

  function configure(more: Readonly<Record<string, unknown>>): void {
    released.configure("staging", { commit: good, gateTimeoutSeconds: 30, ...more });
  }

  /** Returns what users get, service by service. */
  async function serving(): Promise<unknown> {
    return (await released.outputs("staging")).services;
  }

  /** The containers that users get. */
  async function containers(): Promise<string[]> {
    const services = (await serving()) as Record<string, { containers: string[] }>;
    return Object.values(services).flatMap((service) => service.containers);
  }

  /** Returns the version that the API shows to users. */
  async function version(): Promise<string> {
    return (await released.ask("staging", "/api/version")).body;
  }

  it("changes nothing when it runs again", async () => {
    await released.release("staging");
    const before = await serving();
    const { result, report } = await figures.measure("no change", () => released.up("staging"));
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /^Resources:\n {4}\d+ unchanged$/m);
    assertServed(report);
    assert.deepEqual(await serving(), before);
  });

  it("is refused for another kind of processor before anything is made", async () => {
    const { repository, registry } = released;
    const foreign = "f".repeat(40);
    const image = await foreignImage("s390x");
    await registry.push(image, `${repository}/api:${foreign}`);
    await registry.tag(`${repository}/web`, good, foreign);
    const before = await host.footprint();
    configure({ commit: foreign });
    const ended = await released.up("staging");
    assert.notEqual(ended.code, 0);
    const [architecture] = await host.docker("version", "--format", "{{.Server.Arch}}");
    assert.ok(
      (ended.stdout + ended.stderr).includes(
        `images.api: has to run on linux/${architecture}, the platform of app1, got an image for linux/s390x; publish it on a machine of that kind, or take a host of the image's`,
      ),
      ended.stdout + ended.stderr,
    );
    assert.deepEqual(await host.footprint(), before);
  });

  it("costs users no request", async () => {
    const commit = await released.publish({ web: ["RUN echo second >/tmp/second"], api: ["ENV SECOND=1"] });
    const before = await host.footprint();
    const [old, ofUsers] = [await containers(), await version()];
    configure({ commit });
    const { result, report } = await figures.measure("a release", () => released.up("staging"));
    assert.equal(result.code, 0, result.stderr);
    assertServed(report);
    // They had the one and then the other, and every copy is another one.
    assert.deepEqual(report.versions, [ofUsers, await version()]);
    assert.notEqual(await version(), ofUsers);
    const kept = (await containers()).filter((name) => old.includes(name));
    assert.deepEqual(kept, []);
    const after = await host.footprint();
    assert.equal(after.containers.length, before.containers.length);
    assert.deepEqual([after.volumes, after.networks], [before.volumes, before.networks]);
    good = commit;
  });

  it("never runs two copies of a service that stops first, and goes back to the old one when the new one fails", async () => {
    const echoes = (): Promise<string[]> =>
      host.docker("ps", "--filter", "label=towpath.part=echo", "--format", "{{.Names}}");
    const [old = ""] = await echoes();
    const before = await echoOf(host);
    assert.ok(before !== undefined);
    const events = new CopyEvents(host, "echo");
    try {
      configure({ commit: await released.publish({ api: ["ENV ECHO=broken"] }), gateTimeoutSeconds: 10 });
      const failed = await released.up("staging");
      assert.notEqual(failed.code, 0);
      const told = failed.stdout + failed.stderr;
      assert.match(
        told,
        /services\.echo: the new copy ended before it was healthy \(exit code 1\)[^]*\| echo is broken/,
      );
      assert.match(told, /services\.echo: the old copy runs again/);
      assert.deepEqual([await echoes(), await echoOf(host)], [[old], before]);

      const commit = await released.publish({ api: ["ENV THIRD=1"] });
      configure({ commit });
      const { stdout } = await released.run(["plan", "--stack", "staging"]);
      // A release that only this test has made told no time.
      assert.match(stdout, /services\.echo: stops for the release, (?:about \d+ s as the last time|until)/);
      const args = ["pulumi", "up", "--yes", "--skip-preview", "--stack", "staging"];
      const killed = released.project.launch(args, keyVariables());
      const asked = `kill ${old}`;
      const earlier = events.all.filter((event) => event === asked).length;
      await until(
        "the old copy to be asked to end",
        300,
        () => events.all.filter((event) => event === asked).length > earlier || undefined,
      );
      await killTree(killed.pid);
      await killed.ended;
      await until("its end", 60, async () => (await echoes()).length === 0 || undefined);
      const status = await released.run(["status", "--stack", "staging"]);
      assert.match(status.stdout + status.stderr, new RegExp(`echo: ${old} on app1 has to run, got exited`));

      await released.release("staging");
      good = commit;
      const [now = "", ...more] = await echoes();
      assert.deepEqual([now === old, more], [false, []]);
      const after = await echoOf(host);
      assert.ok(after !== undefined && after !== before, after);
      assert.equal(events.most(1), 1, events.all.join("\n"));
    } finally {
      events.stop();
    }
  });

  const [corner = "", ...others] = Object.keys(badImages);
  for (const what of quick([corner], others, 1)) {
    const changes = badImages[what as keyof typeof badImages];
    it(`leaves users with the old copies when the new one ${what}`, async () => {
      const before = await serving();
      configure({ commit: await released.publish(changes), gateTimeoutSeconds: 4 });
      const { result, report } = await figures.measure(`one that ${what}`, () => released.up("staging"));
      assert.notEqual(result.code, 0);
      assert.match(result.stdout + result.stderr, expected[what as keyof typeof badImages]);
      assertServed(report);
      assert.deepEqual(await serving(), before);

      if (!isMended.has(what)) return;
      configure({});
      const mended = await figures.measure("a good one after it", () => released.up("staging"));
      assert.equal(mended.result.code, 0, mended.result.stderr);
      assertServed(mended.report);
      await onlyServing();
    });
  }

  sampled(
    "runs beside another one as a canary for more and more clients, and is then dropped or finished",
    async () => {
      const commit = await released.publish({ api: ["ENV CANARY=1"] });
      const canary = (weight: number | undefined) => async (): Promise<void> => {
        configure({ commit, ...(weight !== undefined && { canary: { weight } }) });
        await released.release("staging");
      };
      for (const [what, weight] of [
        ["a canary of 10 %", 10],
        ["of 50 %", 50],
        ["dropped", 0],
        ["a canary of 10 % again", 10],
      ] as const) {
        const { report } = await figures.measure(what, canary(weight));
        assertServed(report, what);
        const newOnes = await host.docker("ps", "--quiet", "--filter", "name=-canary-");
        assert.equal(newOnes.length, weight === 0 ? 0 : 3, what);
        await assertShare(weight);
      }
      const { report } = await figures.measure("finished", canary(undefined));
      assertServed(report);
      assert.deepEqual(await host.docker("ps", "--quiet", "--filter", "name=-canary-"), []);
      good = commit;
    },
  );

  it("gives each of the requested copies its share of requests", async () => {
    const two = { copies: { api: 2 } };
    configure(two);
    const { report } = await figures.measure("a second copy", () => released.release("staging"));
    // The number of copies is part of the gateway's configuration: see the reload below.
    assert.deepEqual(report.failures, {});
    const { services } = (await released.outputs("staging")) as {
      services: { api: { containers: string[] } };
    };
    assert.equal(services.api.containers.length, 2);
    const seen = await Promise.all(
      services.api.containers.map(async (container) => {
        const lines = await host.docker("logs", container);
        return lines.some((line) => line.includes("/api/notes"));
      }),
    );
    assert.deepEqual(seen, [true, true]);
  });

  it("makes a backing server again for its first limits beneath the copies that serve, and says so before", async () => {
    configure({});
    await released.release("staging");
    const before = await serving();
    const limits = (memory: string): Readonly<Record<string, unknown>> => ({
      limits: { memory: "256MiB", cpus: 2, pids: 256, services: { redis: { memory } } },
    });
    const redis = async (): Promise<unknown> => {
      const asked = "{{.Id}} {{.HostConfig.Memory}}";
      const [line = ""] = await host.docker("inspect", "--format", asked, "notes-staging-redis");
      const [id, memory] = line.split(" ");
      return { id, memory: Number(memory) / 2 ** 20 };
    };
    const unlimited = (await redis()) as { id: string };

    configure(limits("64MiB"));
    const plan = await released.run(["plan", "--stack", "staging"]);
    assert.match(
      plan.stdout,
      /services are without `?redis`? while it is stopped and started anew, some seconds; what changes: [^\n]*cpus/,
    );
    const first = await figures.measure("the first limits of Redis", () => released.up("staging"));
    assert.equal(first.result.code, 0, first.result.stderr);
    assertServed(first.report);
    const made = (await redis()) as { id: string; memory: number };
    assert.equal(made.memory, 64);
    assert.notEqual(made.id, unlimited.id);
    assert.deepEqual(await serving(), before);

    configure(limits("96MiB"));
    const more = await figures.measure("more memory for Redis", () => released.up("staging"));
    assert.equal(more.result.code, 0, more.result.stderr);
    assertServed(more.report);
    assert.deepEqual(await redis(), { id: made.id, memory: 96 });
    assert.deepEqual(await serving(), before);
  });

  it("keeps serving when the gateway reloads its configuration", async () => {
    const [gateway = ""] = await host.docker("ps", "--filter", "name=-gateway", "--format", "{{.Names}}");
    const reload = ["exec", gateway, "caddy", "reload", "--force", "--config", "/etc/caddy/Caddyfile"];
    const { report } = await figures.measure("a reload of the gateway", () => host.docker(...reload));
    // Loading it closes connections that nobody uses at that moment.
    assert.deepEqual(report.failures, {});
  });

  /** No copy of the services is on the host but those that users get, and no container of a step. */
  async function onlyServing(): Promise<void> {
    const parts = ["gateway", "object-storage", "postgres", "redis"].map((part) => `notes-staging-${part}`);
    assert.deepEqual((await host.footprint()).containers, [...(await containers()), ...parts].sort());
  }

  /** Clients are drawn numbers; every one keeps its release, whatever it asks for. */
  async function assertShare(weight: number): Promise<void> {
    const releaseOf = async (drawn: string): Promise<string> => {
      const answer = await released.ask("staging", "/api/version", { cookie: `towpath=${drawn}` });
      return (JSON.parse(answer.body) as { release: string }).release;
    };
    const drawn = Array.from({ length: 20 }, (_, n) =>
      Math.round((n / 20) * 0x10000)
        .toString(16)
        .padStart(4, "0"),
    );
    const releases = await Promise.all(drawn.map(releaseOf));
    const stable = await releaseOf("ffff");
    assert.equal(releases.filter((release) => release !== stable).length, weight / 5);
    const fresh = await released.ask("staging", "/api/version");
    assert.equal(fresh.headers["set-cookie"]?.length ?? 0, weight === 0 ? 0 : 1);
  }
});

/** After which a good one comes at once: one that failed at its gate, and one that users had. The others meet what the one before left. */
const isMended: ReadonlySet<string> = new Set(["exits at once", "answers healthy and then dies"]);

/** The error of the run for each bad release. */
const expected: Record<keyof typeof badImages, RegExp> = {
  "exits at once":
    /services\.api: the new copy ended before it was healthy \(exit code 3\)[^]*\| no configuration/,
  "never answers": /services\.api: not healthy within 4 s/,
  "answers 500": /services\.api: not healthy within 4 s, GET \/api\/health answers 500/,
  "answers healthy and then dies": /smoke: after the switch, [^]*; the old route is back/,
};
