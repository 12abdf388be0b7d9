import assert from "node:assert/strict";
import { dockerRequirement, engineDoesNotStart, type DockerTools } from "../../../../cli/setup/docker.ts";
import { isLocal } from "../../../../cli/docker/endpoint.ts";
import { fakeRun, type Answers } from "../fake-run.ts";
import { recordedProgress } from "../quiet.ts";

const running: Answers = {
  "docker version": { stdout: "24.0.7 1.43\n" },
  "docker context inspect": { stdout: "unix:///var/run/docker.sock\n" },
};
const silent: Answers = {
  "docker version": { code: 1, stderr: "Cannot connect to the Docker daemon\nIs it running?" },
  "docker context inspect": { stdout: "unix:///var/run/docker.sock\n" },
};

function requirement(answers: Answers, tools: Partial<DockerTools> = {}) {
  const { run, calls } = fakeRun(answers);
  const docker = dockerRequirement({
    run,
    distribution: () => "debian",
    isRoot: true,
    startDetached: (command) => {
      calls.push(`detached ${command}`);
      return "/log/dockerd.log";
    },
    environment: {},
    wait: () => Promise.resolve(),
    ...tools,
  });
  return { docker, calls };
}
const step = () => recordedProgress().step("");

describe("the Docker engine", () => {
  it("is used when it runs", async () => {
    const { docker, calls } = requirement(running);
    assert.equal(await docker.check(), true);
    assert.deepEqual(docker.engine, {
      endpoint: "unix:///var/run/docker.sock",
      version: "24.0.7",
      apiVersion: "1.43",
    });
    assert.equal(calls.length, 2);
  });

  it("is refused when it is too old", async () => {
    for (const [version, api] of [
      ["19.03.15", "1.40"],
      ["1.13.1", "0.26"],
    ]) {
      const { docker } = requirement({ ...running, "docker version": { stdout: `${version} ${api}\n` } });
      await assert.rejects(docker.check(), {
        message: `docker: engine 20.10 or newer is needed, got ${version}; upgrade it, see https://docs.docker.com/engine/install/`,
      });
    }
  });

  it("is asked for when it cannot be installed", async () => {
    const expected = {
      message:
        'docker: no engine answers at unix:///var/run/docker.sock, got "Cannot connect to the Docker daemon"; start Docker, or point DOCKER_HOST or the docker context at an engine that runs',
    };
    await assert.rejects(requirement(silent, { isRoot: false }).docker.check(), expected);
    await assert.rejects(requirement(silent, { distribution: () => "fedora" }).docker.check(), expected);
    await assert.rejects(requirement(silent, { distribution: () => undefined }).docker.check(), expected);
    await assert.rejects(
      requirement(silent, { environment: { DOCKER_HOST: "tcp://x" } }).docker.check(),
      expected,
    );
  });

  it("is reported when it hangs, may not be used, or has no client, each with its own message", async () => {
    const check = (answer: NonNullable<Answers[string]>) =>
      requirement({ ...silent, "docker version": answer }, { isRoot: false }).docker.check();
    await assert.rejects(check({ code: -1, failure: "TIMEOUT" }), {
      message:
        'docker: no engine answers at unix:///var/run/docker.sock, got "nothing within 10 s"; start Docker, or point DOCKER_HOST or the docker context at an engine that runs',
    });
    await assert.rejects(check({ code: 1, stderr: "permission denied while trying to connect" }), {
      message:
        'docker: the engine at unix:///var/run/docker.sock must be open to you, got "permission denied"; add yourself to the group "docker" and log in again',
    });
    await assert.rejects(requirement({}, { isRoot: false }).docker.check(), {
      message:
        "docker: the docker client is needed, got no program of that name on PATH; install Docker, see https://docs.docker.com/engine/install/",
    });
  });

  it("is installed and started on Debian as root", async () => {
    let started = false;
    const { docker, calls } = requirement(
      {
        "docker version": () => (started ? { stdout: "20.10.24 1.41\n" } : { code: 1 }),
        "docker context": { stdout: "unix:///var/run/docker.sock\n" },
        "apt-get": { stdout: "Setting up docker.io\n" },
        "systemctl start docker": { code: 1 },
      },
      {
        startDetached: () => {
          started = true;
          return "/log";
        },
      },
    );
    assert.equal(await docker.check(), false);
    await docker.provide(step());
    assert.equal(docker.engine?.version, "20.10.24");
    assert.deepEqual(
      calls.filter((call) => call.startsWith("apt-get")),
      [
        "apt-get update",
        "apt-get install --yes --no-install-recommends docker.io iptables",
        "apt-get install --yes --no-install-recommends docker-cli",
      ],
    );
  });

  it("is only started when it is installed", async () => {
    let started = false;
    const { docker, calls } = requirement({
      docker: {},
      dockerd: {},
      iptables: {},
      "docker version": () => (started ? { stdout: "20.10.24 1.41\n" } : { code: 1 }),
      "docker context": {},
      "systemctl start docker": () => {
        started = true;
        return {};
      },
    });
    await docker.provide(step());
    assert.deepEqual(
      calls.filter((call) => /^(apt-get|detached)/.test(call)),
      [],
    );
  });

  it("is reported with the reason why it cannot be installed", async () => {
    const { docker } = requirement({
      "apt-get install": { code: 100, stderr: "E: Unable to locate package docker.io\n" },
      "apt-get update": {},
    });
    await assert.rejects(docker.provide(step()), {
      message:
        'docker: apt-get could not install docker.io and iptables, got "E: Unable to locate package docker.io"; install Docker, see https://docs.docker.com/engine/install/',
    });
  });

  it("is reported with its log when it does not start", async () => {
    const { docker } = requirement({
      ...silent,
      docker: {},
      dockerd: {},
      iptables: {},
      tail: { stdout: "failed to mount overlay\n" },
    });
    await assert.rejects(docker.provide(step()), {
      message:
        'docker: the engine does not answer 60 s after it was started; "tail -n 5 /log/dockerd.log" shows\nfailed to mount overlay',
    });
    assert.match(engineDoesNotStart(["journalctl"], "a"), /"journalctl" shows\na$/);
  });

  it("is recognised as one on this machine or elsewhere", () => {
    assert.deepEqual(
      ["unix:///x", "", "npipe:////./pipe/docker", "tcp://10.0.0.1:2376", "ssh://h"].map(isLocal),
      [true, true, true, false, false],
    );
  });
});
