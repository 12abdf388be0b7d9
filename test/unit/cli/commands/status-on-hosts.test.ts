/** What `status` and `top` say of hosts. That real hosts answer so is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { isWell, status, statusInWords } from "../../../../cli/commands/status.ts";
import { isWhole, top, topInWords } from "../../../../cli/commands/top.ts";
import { routeId } from "../../../../components/gateway/served-site.ts";
import { lookFolderOf } from "../../../../components/host/ssh-config.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

const now = Date.parse("2026-01-02T05:04:06Z");
const separator = "\u001e";

describe("looking at hosts", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(60_000);

  const folder = process.cwd();
  const progress = recordedProgress();
  let machine: FakeMachine;
  let host: PlayedHost;

  beforeEach(async () => {
    machine = new FakeMachine();
    host = await PlayedHost.start(machine, {}, dirname(lookFolderOf("x")));
    machine.docker("ps", [copy("1", "api-1a"), copy("2", "web-1a"), copy("3", "postgres", "")].join("\n"));
    machine.docker("container", ["1", "2", "3"].map((id) => detail(id, 0)).join("\n"));
    machine.docker("exec", `text\0release\n\0loaded${separator}`);
    sees({ load: "0.42", memoryFree: 3, diskFree: 30 });
    released();
    progress.lines.length = 0;
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    machine.remove();
  });

  function copy(id: string, name: string, release = "r1", state = "running", health = " (healthy)"): string {
    const part = name.replace(/-1a$/, "");
    return `notes-staging\t${id}\tnotes-staging-${name}\t${state}\tUp 2 hours${health}\t${part}\t${release}\t\t\t`;
  }
  function detail(id: string, restarts: number): string {
    return `${id} /c${id} running ${restarts} 2026-01-02T03:04:05Z sha256:1`;
  }

  /** Plays the load that a program on the host sees; memory of 8 and a disk of 40 GiB. */
  function sees(of: { load: string; memoryFree: number; diskFree: number }): void {
    const kibibytes = (gibibytes: number): number => gibibytes * 1024 ** 2;
    const printed = [
      ...["processors 4", `load ${of.load}`, `memory ${kibibytes(8)}`],
      ...[
        `memoryFree ${kibibytes(of.memoryFree)}`,
        `disk ${kibibytes(40)}`,
        `diskFree ${kibibytes(of.diskFree)}`,
      ],
    ].join("\\n");
    machine.program(join(machine.root, "bin", "ssh"), `cat >/dev/null; printf '${printed}\\n'`);
  }

  /** Writes a state of staging with these containers and outputs. */
  function released(more: object = {}, containers: readonly string[] = ["1", "2", "3"]): void {
    const outputs = {
      ...{ namespace: "notes-staging", url: "http://staging.example.com" },
      release: {
        ...{
          id: "0123456789ab",
          images: {},
          commit: "c0ffee".padEnd(40, "0"),
          branch: "main",
          version: "1.4.2",
        },
        ...{ by: "anna", endedAt: "2026-01-02T03:04:05Z" },
      },
      route: { serves: routeId({ text: "text", release: "release" }), since: "2026-01-02T03:04:05Z" },
      ...more,
    };
    const resources = [
      { urn: "u", type: "pulumi:pulumi:Stack", modified: "2026-01-02T03:04:05Z", outputs },
      ...containers.map((id) => ({
        ...{ urn: `u${id}`, type: "docker:index/container:Container", id },
        outputs: { name: `notes-staging-c${id}`, labels: [{ label: "towpath.part", value: `c${id}` }] },
      })),
    ];
    machine.write(
      ".towpath/state/.pulumi/stacks/towpath/staging.json",
      JSON.stringify({ checkpoint: { latest: { resources } } }),
    );
  }

  const look = (stack?: string) => status(progress, machine.project, process.env, { stack });
  const problems = async (): Promise<readonly string[] | undefined> => (await look("staging"))[0]?.problems;

  it("shows what one environment runs, and how it is, on a page (001-227, 003-127)", async () => {
    const found = await look("staging");
    assert.equal(
      statusInWords(found, { stack: "staging", now }),
      `staging: healthy

release      0123456789ab, version 1.4.2, commit c0ffee000000 of main, by anna, 2 h ago
address      http://staging.example.com
certificate  unknown

copy      host  state    restarts  for
api-1a    app1  healthy  0         2 h
web-1a    app1  healthy  0         2 h
postgres  app1  healthy  0         2 h

host  address          load      memory free  disk free
app1  deploy@10.0.0.1  0.4 of 4  3 of 8 GiB   30 of 40 GiB`,
    );
    assert.equal(isWell(found), true);
  });

  it("shows all environments in a table, each host once, and leaves columns out where they do not fit", async () => {
    const found = await look();
    assert.equal(
      statusInWords(found, { now }),
      `environment  namespace      release       health   address                     age  commit        by
staging      notes-staging  0123456789ab  healthy  http://staging.example.com  2 h  c0ffee000000  anna

host  address          load      memory free  disk free     environments
app1  deploy@10.0.0.1  0.4 of 4  3 of 8 GiB   30 of 40 GiB  staging`,
    );
    assert.deepEqual(statusInWords(found, { now, width: 82 }).split("\n").slice(0, 2), [
      "environment  release       health   address                     age  commit",
      "staging      0123456789ab  healthy  http://staging.example.com  2 h  c0ffee000000",
    ]);
  });

  it("asks a machine once for all environments on it", async () => {
    await look();
    assert.deepEqual(
      machine.calls
        .filter((call) => call.startsWith("docker"))
        .map((call) => call.split(" ").slice(0, 3).join(" ")),
      ["docker exec notes-staging-gateway"],
    );
  });

  it("reports copies that are gone, ended, ill or end again and again, with what to do", async () => {
    const lines = [
      copy("1", "api-1a", "r1", "running", " (unhealthy)"),
      copy("2", "web-1a", "r1", "exited", ""),
      copy("3", "postgres", ""),
      copy("5", "worker-1a", "r1", "restarting", ""),
    ];
    machine.docker("ps", lines.join("\n"));
    machine.docker(
      "container",
      [
        ...["1", "2", "3"].map((id) => detail(id, 0)),
        "5 /c5 restarting 4 2026-01-02T03:04:05Z sha256:1",
      ].join("\n"),
    );
    released({}, ["1", "2", "3", "4", "5"]);
    const found = await look("staging");
    const see = "see why with npx towpath logs --stack staging";
    assert.deepEqual(found[0]?.problems, [
      `api: notes-staging-api-1a on app1 has to be healthy, got unhealthy; ${see} api`,
      `web: notes-staging-web-1a on app1 has to run, got exited; ${see} web`,
      `worker: notes-staging-worker-1a on app1 ends again and again, got restarting (4 times); ${see} worker`,
      "c4: notes-staging-c4 is gone, got no such container on app1; npm run pulumi -- up --stack staging --refresh makes it again",
    ]);
    assert.equal(found[0].health, "4 of 5 ill");
    assert.equal(isWell(found), false);
    assert.match(statusInWords(found, { stack: "staging", now }), /^staging: 4 of 5 ill, 4 problems\n/);
    assert.match(
      statusInWords(found, { now }),
      /^staging: api: notes-staging-api-1a on app1 has to be healthy/m,
    );
  });

  it("reports a disk and a memory that run out", async () => {
    sees({ load: "9", memoryFree: 0.25, diskFree: 2 });
    assert.deepEqual(await problems(), [
      "app1: the disk of its Docker engine fills up, got 2 GiB free of 40 GiB; see there what takes the space with docker system df, and remove old images with npx towpath images prune",
      "app1: its memory runs out, got 256 MiB free of 8 GiB; see who takes it with npx towpath top",
    ]);
  });

  it("reports a gateway that serves another route, and an address that does not answer", async () => {
    machine.docker("exec", `text\0another\n\0loaded${separator}`);
    released({ url: "https://127.0.0.1:1" });
    assert.deepEqual(await problems(), [
      "https://127.0.0.1:1: users have to get a page, got a refused connection from this machine; see whether its name, its firewall and its gateway are well",
      "route: the gateway serves another route than the last complete run left; the next npm run pulumi -- up --stack staging switches again",
    ]);
  });

  it("has a line for a host that is away, and goes on with the others", async () => {
    await host.stop();
    machine.program(
      join(machine.root, "bin", "ssh"),
      'echo "ssh: connect to host 10.0.0.1 port 22: Connection refused" >&2; exit 255',
    );
    const found = await look();
    const message =
      'towpath:hosts.app1: cannot be reached, got "connect to host 10.0.0.1 port 22: Connection refused"; check its address and port, that it runs, and that its firewall lets you in';
    assert.deepEqual(
      found.map(({ environment, health, problems }) => ({ environment, health, problems })),
      [{ environment: "staging", health: "away", problems: [message] }],
    );
    assert.equal(isWell(found), false);
    assert.match(statusInWords(found, { now }), /^app1 +deploy@10\.0\.0\.1 +- +- +- +staging$/m);
  });

  it("has a line for an environment whose settings cannot be used", async () => {
    machine.write("Pulumi.staging.yaml", "config:\n  towpath:domain: 7\n");
    const [staging] = await look();
    assert.equal(staging?.health, "away");
    assert.match(staging.problems?.[0] ?? "", /^towpath:/);
  });

  it("has a line for an environment that was destroyed, whose state says nothing any more", async () => {
    machine.docker("ps", "");
    machine.write(
      ".towpath/state/.pulumi/stacks/towpath/staging.json",
      JSON.stringify({ checkpoint: { latest: { resources: [] } } }),
    );
    const [staging] = await look();
    assert.deepEqual(
      [staging?.namespace, staging?.release, staging?.copies, staging?.released],
      ["notes-staging", null, [], null],
    );
  });

  it("refuses a stack that was never brought up", async () => {
    await assert.rejects(look("stagin"), {
      name: "Problem",
      message: '--stack: expected one that was brought up, got "stagin"; did you mean "staging"',
    });
  });

  it("shows what copies take and may take, the busiest first, as a table and as JSON (top)", async () => {
    machine.docker("container", ["1 2000000000 268435456", "2 500000000 268435456", "3 0 0"].join("\n"));
    machine.docker(
      "stats",
      ["1\t1.50%\t61.5MiB / 256MiB\t12", "2\t150.00%\t1.5GiB / 7.8GiB\t3", "3\t--\t-- / --\t--"].join("\n"),
    );
    const found = await top({ stack: "staging" }, progress, machine.project);
    assert.deepEqual(found.problems, []);
    assert.deepEqual(found.copies[1], {
      ...{ environment: "staging", host: "app1", namespace: "notes-staging" },
      ...{ part: "api", name: "notes-staging-api-1a", processors: 0.015, processorsLimit: 2 },
      ...{ memoryBytes: 64487424, memoryLimitBytes: 2 ** 28, processes: 12 },
    });
    assert.equal(
      topInWords(found),
      `environment  copy    host  processors   memory                      processes
staging      web-1a  app1  1.50 of 0.5  1.5 GiB of 256 MiB (600 %)  3
staging      api-1a  app1  0.01 of 2    61 MiB of 256 MiB (24 %)    12`,
    );
    assert.deepEqual((await top({}, progress, machine.project)).copies, found.copies);
    assert.equal(isWhole(found), true);
  });

  it("says where nothing can be asked what copies take", async () => {
    await assert.rejects(top({ stack: "local" }, progress, machine.project), {
      message:
        '--stack: expected a stack with hosts, got "local"; take staging, production, pr-<number> or host-<name>',
    });
    machine.docker("stats", "", 1);
    const found = await top({}, progress, machine.project);
    assert.deepEqual(found, {
      copies: [],
      problems: [
        'towpath:hosts.app1: its engine has to say what containers take, got ""; see there how it is with docker stats',
      ],
    });
    assert.equal(isWhole(found), false);
    rmSync(join(machine.root, ".towpath/state"), { recursive: true });
    await assert.rejects(top({}, progress, machine.project), {
      message:
        "top: expected an environment on hosts, got none of notes; bring one up with npm run pulumi -- up --stack staging",
    });
  });
});
