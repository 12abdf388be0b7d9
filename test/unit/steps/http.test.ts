/**
 * Requests through the gateway's `nc`, with a fake `docker` in between.
 *
 * It cannot prove how busybox's `nc` behaves on a broken connection: test/e2e stops containers under load.
 */
import assert from "node:assert/strict";
import { execa } from "execa";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import tls from "node:tls";
import { dockerMachine } from "../../../steps/machine/docker-machine.ts";
import { request, type Request } from "../../../steps/machine/http.ts";
import { playing, typed } from "./play.ts";

const target = { gateway: "gateway", host: "api", port: 8000 };
const domain = "notes.example.com";

/** Calls something while this script is the docker client. */
async function withClient<Result>(script: string, work: () => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "towpath-http-"));
  const path = process.env.PATH ?? "";
  writeFileSync(join(folder, "docker"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  process.env.PATH = `${folder}${delimiter}${path}`;
  try {
    return await work();
  } finally {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  }
}

/** A gateway's own end of TLS, with an authority of its own. */
class TlsServer {
  readonly certificate: string;
  private readonly folder = mkdtempSync(join(tmpdir(), "towpath-tls-"));
  private server: tls.Server | undefined;

  private constructor() {
    this.certificate = join(this.folder, "root.crt");
  }

  static async start(answer: string): Promise<TlsServer> {
    const started = new TlsServer();
    const key = join(started.folder, "key");
    await execa("openssl", [
      ...[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
      ],
      ...["-subj", `/CN=${domain}`, "-addext", `subjectAltName=DNS:${domain}`],
      ...["-keyout", key, "-out", started.certificate],
    ]);
    const pair = { key: readFileSync(key), cert: readFileSync(started.certificate) };
    started.server = tls.createServer(pair, (socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.write(answer));
    });
    await once(started.server.listen(0, "127.0.0.1"), "listening");
    return started;
  }

  /** The command that connects its standard input and output with the server. */
  get client(): string {
    const { port } = this.server?.address() as AddressInfo;
    const script = `const s = require("net").connect(${port}, "127.0.0.1"); process.stdin.pipe(s).pipe(process.stdout);`;
    return `exec '${process.execPath}' -e '${script}'`;
  }

  /** What a request gets that waits for a second, and whose client takes longer to start. */
  async answer(): Promise<unknown> {
    const script = `case "$*" in *" cat "*) cat '${this.certificate}' ;; *) sleep 1.5; ${this.client} ;; esac`;
    // By its name, for the authority of each gateway is asked for once.
    const gateway = {
      ...target,
      gateway: this.folder,
      secure: { domain, certificates: "internal" },
    } as const;
    return withClient(script, () =>
      request(dockerMachine, gateway, { path: "/", timeoutSeconds: 1 }).catch(
        (error: unknown) => (error as Error).message,
      ),
    );
  }

  async stop(): Promise<void> {
    const server = this.server;
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
    rmSync(this.folder, { recursive: true });
  }
}

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
    const script = "read -r line; printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello'";
    await withClient(script, async () => {
      for (let round = 0; round < 60; round++) {
        const answer = request(dockerMachine, target, { path: "/" });
        // While this program is busy, the other one sends everything and ends; when it gets there differs.
        await new Promise((resolve) => setTimeout(resolve, round % 12));
        const until = Date.now() + 60;
        while (Date.now() < until);
        assert.deepEqual(await answer, { status: 200, body: "hello" }, `round ${round}`);
      }
    });
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

  it("counts the time from when a gateway with TLS was reached, however slow the client is to start", async () => {
    const answering = await TlsServer.start("HTTP/1.1 204 No Content\r\n\r\n");
    const silent = await TlsServer.start("");
    try {
      assert.deepEqual(await answering.answer(), { status: 204, body: "" });
      assert.equal(await silent.answer(), "no answer within 1 s");
    } finally {
      await Promise.all([answering.stop(), silent.stop()]);
    }
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
