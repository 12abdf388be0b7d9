import assert from "node:assert/strict";
import { hostname } from "node:os";
import { checkLocalEngine } from "../../../../cli/docker/local-engine.ts";
import { fakeRun, type Answers } from "../fake-run.ts";

const gibibyte = 1024 ** 2; // df speaks of kibibytes
const engine = { endpoint: "unix:///var/run/docker.sock", version: "28.1.1", apiVersion: "1.49" };
const info = { Name: hostname(), DockerRootDir: "/var/lib/docker" };
const rootless = { ...info, SecurityOptions: ["name=seccomp,profile=builtin", "name=rootless"] };

/** Plays an engine that reports this about itself, on a machine with that much free. */
function machine(engineSays: object, free = gibibyte, answers: Answers = {}): ReturnType<typeof fakeRun> {
  const now = Math.round(Date.now() / 1000);
  return fakeRun({
    "docker info": { stdout: JSON.stringify(engineSays) },
    "sh -s -- /var/lib/docker": { stdout: `clock ${now}\nmemory 1000\ndisk ${free}\nport 1024\n` },
    ...answers,
  });
}

describe("the requirement of a new environment for this machine's engine", () => {
  it("is 1 GiB on its disk", async () => {
    await checkLocalEngine(machine(info).run, engine, 80);
    await assert.rejects(checkLocalEngine(machine(info, gibibyte / 2).run, engine, 80), {
      name: "Problem",
      message:
        "docker: 1 GiB have to be free in /var/lib/docker, got 512 MiB; see there what takes the space with docker system df, remove old images with docker image prune --all, or add space",
    });
  });

  it("is the right to open its port, when the engine is rootless", async () => {
    await checkLocalEngine(machine(rootless).run, engine, 8080);
    await checkLocalEngine(machine(rootless).run, engine);
    await assert.rejects(checkLocalEngine(machine(rootless).run, engine, 81), {
      name: "Problem",
      message:
        "docker: the Docker engine is rootless and may not open port 81, got net.ipv4.ip_unprivileged_port_start = 1024; run there: echo net.ipv4.ip_unprivileged_port_start=81 | sudo tee /etc/sysctl.d/50-ports.conf && sudo sysctl --system",
    });
  });

  it("is not checked when it cannot be seen from here", async () => {
    const full = 0;
    const elsewhere = machine(info, full);
    await checkLocalEngine(elsewhere.run, { ...engine, endpoint: "ssh://build@10.0.0.1" });
    assert.deepEqual(elsewhere.calls, []);
    await checkLocalEngine(machine({ ...info, Name: "docker-desktop" }, full).run, engine);
    await checkLocalEngine(
      machine(info, full, { "sh -s -- /var/lib/docker": { stdout: "clock 1\n" } }).run,
      engine,
    );
    await checkLocalEngine(machine(info, full, { "docker info": { code: 1 } }).run, engine);
  });
});
