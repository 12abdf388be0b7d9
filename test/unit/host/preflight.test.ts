import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  cautions,
  demandOf,
  engineFacts,
  factsScript,
  judge,
  judgeVariables,
  readFacts,
  type HostFacts,
} from "../../../components/host/preflight.ts";
import { size } from "../../../components/input/size.mjs";

const gibibyte = 1024 ** 3;
const demand = { diskBytes: 2 * gibibyte, memoryBytes: 1.5 * gibibyte };

const sufficing: HostFacts = {
  dockerVersion: "28.1.1",
  dockerApi: "1.49",
  dataFolder: "/var/lib/docker",
  diskFreeBytes: 2 * gibibyte,
  memoryFreeBytes: 1.5 * gibibyte,
  clockAheadSeconds: -30,
  ...{
    architecture: "amd64",
    emulates: [],
    isRootless: false,
    unlimited: [],
    firstPort: 1024,
    hasIpv6: true,
    networks: 27,
    hasOwnPools: false,
  },
};

function problems(more: Partial<HostFacts>): string[] {
  return judge("app1", { ...sufficing, ...more }, demand);
}

describe("the demand of a release on a host", () => {
  it("is memory for all copies a second time, and space for its images", () => {
    const services = { api: {}, worker: {} } as never;
    const limits = { memory: 1000, cpus: 1, pids: 8 };
    const of = { environment: "staging", namespace: "notes-staging" } as const;
    assert.deepEqual(demandOf({ services }, { ...of, limits, copies: { api: 3 } }), {
      diskBytes: gibibyte,
      memoryBytes: 4000,
      ...{ port: 80, isLimited: true },
    });
    const own = { ...limits, services: { api: { memory: 4000 } } };
    assert.equal(
      demandOf({ services }, { ...of, limits: own, copies: { api: 3 } }).memoryBytes,
      3 * 4000 + (Object.keys(services).length - 1) * 1000,
    );
    const shared = demandOf({ services }, { ...of, limits, copies: {}, gateway: "host-app1" });
    assert.equal(shared.port, undefined);
    const mail = { services: { smtp: { ports: ["25:2525"] } } as never };
    const [port, ...more] = demandOf(mail, { ...of, limits, copies: {} }).ports ?? [];
    assert.deepEqual([port?.published, port?.namespace, more], [25, "notes-staging", []]);
    assert.equal(demandOf(mail, { ...of, environment: "preview", limits, copies: {} }).ports, undefined);
  });
});

describe("the check of a host", () => {
  it("finds no problem when the host just suffices", () => {
    assert.deepEqual(problems({}), []);
    assert.deepEqual(problems({ dockerApi: "1.41", clockAheadSeconds: 30 }), []);
    assert.deepEqual(problems({ dockerApi: "2.0" }), []);
  });

  it("reports all problems", () => {
    assert.deepEqual(
      problems({
        dockerVersion: "19.03.15",
        dockerApi: "1.40",
        diskFreeBytes: 300 * 1024 ** 2,
        memoryFreeBytes: 1.49 * gibibyte,
        clockAheadSeconds: 95,
      }),
      [
        "towpath:hosts.app1: Docker 20.10 or newer is needed, got 19.03.15 (API 1.40); upgrade it, see https://docs.docker.com/engine/install/",
        "towpath:hosts.app1: 2 GiB have to be free in /var/lib/docker, got 300 MiB; see there what takes the space with docker system df, remove old images with docker image prune --all, or add space",
        "towpath:hosts.app1: 1.5 GiB of memory have to be free for the new copies beside the old ones, got 1.4 GiB; lower towpath:limits.memory or towpath:copies, or add memory",
        "towpath:hosts.app1: its clock may differ from this machine's by 30 s at most, got 95 s ahead; set the one that is wrong, on most systems with timedatectl set-ntp true",
      ],
    );
    assert.deepEqual(problems({ clockAheadSeconds: -31 }), [
      "towpath:hosts.app1: its clock may differ from this machine's by 30 s at most, got 31 s behind; set the one that is wrong, on most systems with timedatectl set-ntp true",
    ]);
  });
});

describe("a host with little room for networks", () => {
  it("is warned of while its engine has Docker's own address pools", () => {
    const full = { ...sufficing, networks: 28 };
    assert.deepEqual(cautions("app1", sufficing, demand), []);
    assert.deepEqual(cautions("app1", full, demand), [
      'towpath:hosts.app1: Docker\'s own address pools hold about 31 networks, one for each environment, got 28 networks; give its engine more with "default-address-pools" in /etc/docker/daemon.json, for example [{ "base": "10.200.0.0/16", "size": 24 }], and restart it',
    ]);
    assert.deepEqual(cautions("app1", { ...full, hasOwnPools: true }, demand), []);
  });
});

describe("a rootless engine", () => {
  const rootless: HostFacts = {
    ...sufficing,
    isRootless: true,
    unlimited: ["memory", "processors", "processes"],
  };
  const release = { ...demand, port: 80, isLimited: true };

  it("must be allowed to open the gateway's ports, and to limit processors", () => {
    assert.deepEqual(judge("app1", rootless, release), [
      "towpath:hosts.app1: the Docker engine is rootless and may not open port 80, got net.ipv4.ip_unprivileged_port_start = 1024; run there: echo net.ipv4.ip_unprivileged_port_start=80 | sudo tee /etc/sysctl.d/50-ports.conf && sudo sysctl --system",
      'towpath:limits.cpus: the Docker engine of app1 has to limit processors, got no cgroup controller for them; enable it in the kernel (for a rootless engine with "Delegate=cpu cpuset io memory pids" for user@.service of systemd), or use an engine that runs as root',
    ]);
    assert.deepEqual(judge("app1", { ...rootless, firstPort: 80, unlimited: [] }, release), []);
    assert.deepEqual(judge("app1", rootless, demand), []);
  });

  it("is reported when it enforces no other limits, and hides clients' addresses", () => {
    assert.deepEqual(cautions("app1", rootless, release), [
      'towpath:limits: the Docker engine of app1 keeps no limits of memory and processes, got no cgroup controller for them; enable it in the kernel (for a rootless engine with "Delegate=cpu cpuset io memory pids" for user@.service of systemd), or use an engine that runs as root',
      "towpath:hosts.app1: its Docker engine is rootless, so that applications see its own address instead of their clients'; where those matter, set DOCKERD_ROOTLESS_ROOTLESSKIT_PORT_DRIVER=slirp4netns for it, or use an engine that runs as root",
    ]);
    assert.deepEqual(cautions("app1", rootless, demand), []);
    assert.deepEqual(cautions("app1", sufficing, release), []);
  });

  it("is recognised by its answers", () => {
    const version = { Version: "28.1.1", ApiVersion: "1.49", Arch: "arm64" };
    const root = { DockerRootDir: "/var/lib/docker" };
    const known = {
      dockerVersion: "28.1.1",
      dockerApi: "1.49",
      dataFolder: "/var/lib/docker",
      architecture: "arm64",
      hasOwnPools: false,
    };
    assert.deepEqual(engineFacts({ version, info: root }), { ...known, isRootless: false, unlimited: [] });
    const info = {
      ...root,
      SecurityOptions: ["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"],
      ...{ MemoryLimit: true, CpuCfsQuota: false, PidsLimit: false },
      DefaultAddressPools: [{ Base: "10.200.0.0/16", Size: 24 }],
    };
    assert.deepEqual(engineFacts({ version, info }), {
      ...known,
      hasOwnPools: true,
      isRootless: true,
      unlimited: ["processors", "processes"],
    });
  });
});

describe("the environment of a run", () => {
  it("must not redirect the docker plugin", () => {
    assert.deepEqual(judgeVariables({ DOCKER_CONTEXT: "desktop" }), [
      'DOCKER_CONTEXT: the docker plugin follows it instead of towpath:hosts, got "desktop"; unset it for this run',
    ]);
    assert.deepEqual(judgeVariables({ DOCKER_CONTEXT: "", DOCKER_HOST: "unix:///other.sock" }), []);
  });
});

describe("the facts of a host", () => {
  it("are printed by a shell, here too", () => {
    const printed = execFileSync("sh", ["-s", "--", "/"], { input: factsScript, encoding: "utf8" });
    const facts = readFacts(printed, Date.now());
    assert.ok(facts !== undefined && Math.abs(facts.clockAheadSeconds) <= 2);
    assert.ok(facts.diskFreeBytes > 0 && facts.memoryFreeBytes > 0);
  });

  it("are in bytes and seconds", () => {
    assert.deepEqual(readFacts("clock 100\nmemory 2\ndisk 3\n", 90_400), {
      diskFreeBytes: 3072,
      memoryFreeBytes: 2048,
      clockAheadSeconds: 10,
      ...{ hasIpv6: false, firstPort: 1024, emulates: [], networks: 0 },
    });
    const more = "clock 100\nmemory 2\ndisk 3\nipv6\nport 0\nnetworks 3\nemulates aarch64\nemulates arm\n";
    const { hasIpv6, firstPort, networks, emulates } = readFacts(more, 90_400) ?? {};
    assert.deepEqual([hasIpv6, firstPort, networks, emulates], [true, 0, 3, ["aarch64", "arm"]]);
  });

  it("are not accepted unless they are complete", () => {
    assert.equal(readFacts("clock 100\nmemory \ndisk 3\n", 0), undefined);
  });

  it("are shown in short form", () => {
    assert.deepEqual(
      [size(0), size(512 * 1024 ** 2), size(2.56 * gibibyte)],
      ["0 MiB", "512 MiB", "2.5 GiB"],
    );
  });
});
