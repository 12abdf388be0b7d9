/**
 * A step that works on a host over SSH, with an engine that answers where the connection's socket stands.
 *
 * It cannot prove that a connection is opened again: test/e2e/hosts cuts some.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CreateRoleInput } from "../../../components/contract/create-role.ts";
import { HostProblem } from "../../../components/host/ssh-failure.ts";
import { docker } from "../../../steps/machine/docker.ts";
import { reach, reachedHost, wasCut } from "../../../steps/machine/reach.ts";
import { play, playing, typed, type Played } from "./play.ts";

const input: CreateRoleInput = {
  container: "db",
  administrator: "postgres",
  role: "notes",
  password: "open-sesame",
};

describe("a step on a host", function () {
  this.timeout(60_000);

  let folder = "";
  let engine: Server | undefined;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "towpath-reach-"));
    process.env.TOWPATH_HOST = `${folder}/app1`;
    engine = createServer((request, response) => {
      response.writeHead(request.url === "/_ping" ? 200 : 404).end("OK");
    }).listen(join(folder, "app1.sock"));
    await once(engine, "listening");
  });
  afterEach(() => {
    delete process.env.TOWPATH_HOST;
    engine?.close();
    rmSync(folder, { recursive: true });
  });

  it("uses that host's engine, whatever a person's own environment sets", async () => {
    const own = { DOCKER_CONTEXT: "elsewhere", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/certificates" };
    Object.assign(process.env, own);
    let played: Played;
    try {
      played = await play("create-role", input, "");
    } finally {
      for (const name of Object.keys(own)) Reflect.deleteProperty(process.env, name);
    }
    assert.deepEqual([played.exitCode, played.stderr], [0, ""]);
    assert.equal(played.calls.length, 2);
    for (const { environment } of played.calls) {
      assert.deepEqual(environment.match(/^DOCKER_(?:HOST|CONTEXT|TLS|TLS_VERIFY|CERT_PATH)=.*$/gm), [
        `DOCKER_HOST=unix://${folder}/app1.sock`,
      ]);
    }
  });

  it("reports on standard output why it failed, because standard error shows the progress", async () => {
    const { exitCode, stdout, stderr } = await play("create-role", input, `refuse "psql: no such role"`);
    assert.deepEqual([exitCode, stdout, stderr], [1, "docker exec: psql: no such role", ""]);
  });

  it("takes the name of its host from the environment", async () => {
    assert.deepEqual(reachedHost(), { folder, host: "app1" });
    await reach();
    process.env.TOWPATH_HOST = "";
    assert.equal(reachedHost(), undefined);
    await reach();
  });

  it("distinguishes a cut connection from a failed command", async () => {
    assert.equal(await wasCut("docker exec: psql: no such role"), false);
    assert.equal(await wasCut("error during connect: EOF"), true);
    process.env.TOWPATH_HOST = `${folder}/app2`;
    assert.equal(await wasCut("docker exec: psql: no such role"), true);
    process.env.TOWPATH_HOST = "";
    assert.equal(await wasCut("error during connect: EOF"), false);
  });

  it("repeats a command whose connection was cut when that is safe, and reports others", async () => {
    const cut = `[ $times -gt 1 ] && echo done || refuse "error during connect: EOF"`;
    const repeated = await playing(cut, () => docker(["start", "api"]));
    assert.equal(repeated.result, "done");
    assert.deepEqual(typed(repeated.calls), ["start api", "start api"]);
    const { result, calls } = await playing(cut, () =>
      docker(["exec", "db", "psql"]).catch((error: unknown) => (error as Error).message),
    );
    assert.equal(
      result,
      "docker exec: error during connect: EOF; the connection to the host was lost during this command: " +
        'run "up" again, which goes on from here',
    );
    assert.equal(calls.length, 1);
  });

  it("reports why the host cannot be reached when that does not pass", async () => {
    process.env.TOWPATH_HOST = `${folder}/app2`;
    const path = process.env.PATH;
    process.env.PATH = "/nowhere";
    try {
      await assert.rejects(reach(), {
        constructor: HostProblem,
        message:
          "towpath:hosts.app2: the ssh client is needed to reach it, got no program of that name on PATH; " +
          "install OpenSSH's client, on Debian and Ubuntu with apt-get install openssh-client",
      });
    } finally {
      process.env.PATH = path;
    }
  });
});
