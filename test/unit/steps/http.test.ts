/**
 * Requests through the gateway's `nc`, with a fake `docker` in between.
 *
 * It cannot prove how busybox's `nc` behaves on a broken connection: test/e2e stops containers under load.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { dockerMachine } from "../../../steps/machine/docker-machine.ts";
import { request, type Request } from "../../../steps/machine/http.ts";
import { playing, typed } from "./play.ts";

const target = { gateway: "gateway", host: "api", port: 8000 };

/** Returns what a request gets from a script: its answer, or the message that it fails with. */
async function answerTo(script: string, asked: Request = { path: "/" }): Promise<unknown> {
  const { result } = await playing(script, () =>
    request(dockerMachine, target, asked).catch((error: unknown) => (error as Error).message),
  );
  return result;
}

describe("a request through the gateway", function () {
  this.timeout(30_000);

  it("is one HTTP request over the gateway's own connection", async () => {
    const { result, calls } = await playing(`answer 201 "hello"`, () =>
      request(dockerMachine, target, { path: "/files?a=b", method: "PUT", headers: { "x-key": "v" } }),
    );
    assert.deepEqual(result, { status: 201, body: "hello" });
    assert.deepEqual(typed(calls), ["exec -i gateway timeout 6 nc api 8000"]);
    assert.deepEqual(calls[0]?.input.toString().split("\r\n"), [
      "PUT /files?a=b HTTP/1.1",
      "host: api",
      "x-key: v",
      "connection: close",
      "Content-Length: 0",
      "",
    ]);
  });

  it("may have another host name in it", async () => {
    const { calls } = await playing(`answer 200 ""`, () =>
      request(dockerMachine, target, { path: "/", headers: { host: "notes.example.com" } }),
    );
    assert.match(calls[0]?.input.toString() ?? "", /^host: notes\.example\.com$/m);
  });

  it("accepts an answer whose sender has ended before it was read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "towpath-http-"));
    const path = process.env.PATH ?? "";
    writeFileSync(
      join(folder, "docker"),
      "#!/bin/sh\nread -r line; printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello'\n",
      { mode: 0o755 },
    );
    process.env.PATH = `${folder}${delimiter}${path}`;
    try {
      for (let round = 0; round < 60; round++) {
        const answer = request(dockerMachine, target, { path: "/" });
        // While this program is busy, the other one sends everything and ends; when it gets there differs.
        await new Promise((resolve) => setTimeout(resolve, round % 12));
        const until = Date.now() + 60;
        while (Date.now() < until);
        assert.deepEqual(await answer, { status: 200, body: "hello" }, `round ${round}`);
      }
    } finally {
      process.env.PATH = path;
      rmSync(folder, { recursive: true });
    }
  });

  it("accepts an answer in parts, in any alphabet", async () => {
    const script = String.raw`printf 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na\303\244\r\n'; sleep 0.05; printf '2\r\nbc\r\n0\r\n\r\n'`;
    assert.deepEqual(await answerTo(script), { status: 200, body: "aäbc" });
  });

  it("fails with the error of nc", async () => {
    assert.equal(await answerTo(`refuse "nc: bad address 'api'"`), "nc: bad address 'api'");
  });

  it("tries again within one call on request, and reports once why that failed", async () => {
    const script = `printf 'nc: api: Connection refused\n%.0s' 1 2 3 >&2; exit 1`;
    const { result, calls } = await playing(script, () =>
      request(dockerMachine, target, { path: "/", connectSeconds: 2 }).catch(
        (error: unknown) => (error as Error).message,
      ),
    );
    assert.equal(result, "nc: api: Connection refused");
    assert.match(typed(calls)[0] ?? "", /^exec -i gateway timeout 8 sh -c .* api 8000 20$/);
  });

  it("fails when the connection is closed without an answer", async () => {
    assert.equal(await answerTo("exit 0"), "the connection was refused or closed");
  });

  it("fails when nothing answers in time", async () => {
    assert.equal(
      await answerTo("exec sleep 10", { path: "/", timeoutSeconds: 0.2 }),
      "no answer within 0.2 s",
    );
  });

  it("fails when an answer begins in time and does not end, or stops half way", async () => {
    const half = String.raw`printf 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'`;
    assert.equal(
      await answerTo(`${half}; exec sleep 10`, { path: "/", timeoutSeconds: 0.5 }),
      "no answer within 0.5 s",
    );
    assert.match(
      String(await answerTo(half, { path: "/", timeoutSeconds: 1 })),
      /^(?:no answer within 1 s|the connection was refused or closed)$/,
    );
  });

  it("fails when there is no docker client", async () => {
    const path = process.env.PATH;
    process.env.PATH = "/nowhere";
    try {
      await assert.rejects(request(dockerMachine, target, { path: "/" }), { message: "spawn docker ENOENT" });
    } finally {
      process.env.PATH = path;
    }
  });
});
