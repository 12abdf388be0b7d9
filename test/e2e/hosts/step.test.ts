/** The behaviour of a step whose host goes away under it. */
import assert from "node:assert/strict";
import { execa } from "execa";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HealthGateInput } from "../../../components/contract/health-gate.ts";
import { connect, writeConnections } from "../../../components/host/connection.ts";
import { connectionText, folderOf, type HostConnection } from "../../../components/host/ssh-config.ts";
import { handBack, keyVariables, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { testRegistry } from "../../support/hosts/test-registry.ts";
import { checkout } from "../../support/source-tree.ts";
import { until } from "../../support/until.ts";

/** A step that gives one command to the docker client. */
const asking = `
import { docker } from "./steps/machine/docker.ts";
import { runStep } from "./steps/program.ts";
await runStep(async ({ args }) => ({ said: await docker(args, { timeoutSeconds: 60 }) }));
`;

describe("a step on a host over SSH", () => {
  const home = process.cwd();
  let folder: string;
  let host: TestHost;
  let image: string;
  let connection: HostConnection;

  before(async () => {
    const registry = await testRegistry();
    [host] = await Promise.all([takeHost(), registry.mirror("library/redis:7")]);
    await registry.reachableFrom(host);
    image = `${registry.imageMirror}/library/redis:7`;
    await host.docker("pull", "--quiet", image);
    folder = mkdtempSync(join(tmpdir(), "towpath-steps-"));
    for (const name of ["node_modules", "components", "steps", "package.json"]) {
      symlinkSync(join(checkout, name), join(folder, name));
    }
    process.chdir(folder);
    const variables: Record<string, string> = keyVariables();
    const { app1 } = await writeConnections(folderOf("notes-staging"), { app1: host.settings() }, (source) =>
      source.source === "environment" ? variables[source.variable] : undefined,
    );
    assert.ok(app1);
    connection = app1;
    await connect(connection);
    writeFileSync(join(folder, "ask.ts"), asking);
  });
  after(async () => {
    process.chdir(home);
    await handBack(host);
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = ["ask.ts"];

  /** Runs a step as the plugin does. */
  async function run(program: readonly string[], input: object): Promise<{ receipt: object; said: string }> {
    const { stdout, stderr, exitCode } = await execa("node", program, {
      cwd: folder,
      env: { TOWPATH_HOST: connectionText(connection) },
      input: JSON.stringify(input),
      reject: false,
    });
    if (exitCode !== 0) return { receipt: {}, said: stdout };
    const receipt = JSON.parse(stdout) as Record<string, unknown>;
    delete receipt.seconds;
    return { receipt, said: stderr };
  }

  /** Starts a container that does this. */
  async function start(name: string, script: string, ...more: readonly string[]): Promise<void> {
    await host.docker(
      "run",
      "--detach",
      "--stop-timeout",
      "1",
      "--name",
      name,
      ...more,
      image,
      "sh",
      "-c",
      script,
    );
  }

  /** The process of the docker client that waits for this container now, when it is another one than `before`. */
  async function waiter(container: string, before?: string): Promise<string | undefined> {
    const { stdout } = await execa("ps", ["-eo", "pid,args"]);
    const pid = new RegExp(`^ *(\\d+) docker wait ${container}$`, "m").exec(stdout)?.[1];
    return pid === before ? undefined : pid;
  }

  it("keeps waiting when the connection is cut, and receives the result", async () => {
    await start("waited", "while [ ! -e /go ]; do sleep 0.1; done; exit 7");
    const waiting = run(ask, { args: ["wait", "waited"] });
    const first = await until("the wait", 20, () => waiter("waited"));
    await host.dropConnections();
    await until("the next wait", 30, () => waiter("waited", first));
    await host.docker("exec", "waited", "touch", "/go");
    assert.deepEqual(await waiting, { receipt: { said: "7" }, said: "" });
  });

  it("does not repeat a command for which that is unsafe, and reports what to do", async () => {
    await start("cut", "sleep 600");
    const command = ["sh", "-c", "echo once >>/runs; sleep 600"];
    const running = run(ask, { args: ["exec", "cut", ...command] });
    await until("the command", 20, async () => {
      const runs = await host.script("docker exec cut cat /runs 2>/dev/null || true");
      return runs === "once" ? true : undefined;
    });
    await host.dropConnections();
    const { said } = await running;
    assert.match(
      said,
      /^docker exec: [^]*; the connection to the host was lost during this command: run "up" again, which goes on from here$/,
    );
    assert.equal(await host.script("docker exec cut cat /runs"), "once");
  });

  it("waits for a host that reboots, and for its engine", async () => {
    await start("gated", "sleep 600", "--restart", "always");
    const input: HealthGateInput = {
      subject: "services.api",
      container: "gated",
      probe: { command: ["test", "-e", "/tmp/healthy"] },
      timeoutSeconds: 100,
    };
    const gate = run(["steps/run.mjs", "health-gate"], input);
    await until("the gate to ask", 20, async () => {
      const asked = await host.script(
        "docker events --since 20s --until 0s --filter event=exec_start | head -n 1",
      );
      return asked === "" ? undefined : true;
    });
    await host.reboot();
    await host.restartEngine();
    await until("the container", 30, async () => {
      await host.docker("exec", "gated", "touch", "/tmp/healthy");
      return true;
    });
    const { receipt, said } = await gate;
    assert.deepEqual(receipt, { subject: "services.api", container: "gated", healthy: true });
    // Whoever waits for longer than a few seconds is told what for.
    const progress =
      /^(services\.api: not healthy yet, "test -e \/tmp\/healthy" says:|waiting for app1: .+ cannot be reached, got) .+ \(\d+ s so far\)$/;
    assert.deepEqual(
      said.split("\n").filter((line) => line !== "" && !progress.test(line)),
      [],
    );
  });
});
