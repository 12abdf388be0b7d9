import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { assertServed, connections, Load } from "../../support/load.ts";

type Listener = (request: http.IncomingMessage, answer: http.ServerResponse) => void;

describe("the load", function () {
  this.timeout(30_000);

  /** The report on a server that treats every request so. */
  async function reportOf(listener: Listener, perSecond = 500): ReturnType<Load["stop"]> {
    const server = http.createServer(listener);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const load = new Load(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, "", perSecond);
    try {
      // So many that one of the connections has ten of them.
      await load.reached(10 * connections);
      return await load.stop();
    } finally {
      server.close();
    }
  }

  /** The report on a server that treats the tenth request of every connection so, and answers all others. */
  function reportOn(tenth: Listener): ReturnType<Load["stop"]> {
    const requests = new WeakMap<object, number>();
    return reportOf((request, answer) => {
      const count = (requests.get(request.socket) ?? 0) + 1;
      requests.set(request.socket, count);
      if (count === 10) tenth(request, answer);
      else answer.end("well");
    });
  }

  it("sends a request again when its connection is closed before the answer begins, and counts it", async () => {
    const report = await reportOn((request) => request.socket.resetAndDestroy());
    assert.deepEqual(report.failures, {});
    assert.ok(report.sentAgain > 0);
    assert.throws(() => {
      assertServed(report);
    });
  });

  it("counts answers that are cut or have an error status as failed", async () => {
    const cut = await reportOn((request, answer) => {
      answer.writeHead(200, { "content-length": 10 }).write("half");
      request.socket.destroySoon();
    });
    assert.match(Object.keys(cut.failures).join(), /in the middle of an answer/);
    assert.equal(cut.sentAgain, 0);
    const wrong = await reportOn((_, answer) => answer.writeHead(502).end());
    assert.match(Object.keys(wrong.failures).join(), /status 502/);
    assert.throws(() => {
      assertServed(wrong);
    });
  });

  it("reports no failure of a server that answers", async () => {
    const report = await reportOn((_, answer) => answer.end("well"));
    assertServed(report);
    assert.ok(report.requests >= 50);
  });

  it("reports which releases answered, in the order in which they first did", async () => {
    let asked = 0;
    const { versions } = await reportOf((request, answer) => {
      const release = asked++ < 20 ? "one" : "two";
      answer.end(request.url === "/api/version" ? release : "well");
    });
    assert.deepEqual(versions, ["one", "two"]);
  });

  it("sends requests over constant connections as often as they are answered", async () => {
    let underWay = 0;
    let most = 0;
    const report = await reportOf((_, answer) => {
      most = Math.max(most, ++underWay);
      setTimeout(() => {
        underWay--;
        answer.end("well");
      }, 20);
    }, Infinity);
    assertServed(report);
    assert.equal(most, connections);
    assert.equal(underWay, 0);
  });

  it("fails when the generator is gone", async () => {
    const load = new Load("http://127.0.0.1:9");
    load.process.kill("SIGKILL");
    // It is gone before this process, which does not get round to it meanwhile, hears of it.
    const gone = `until grep -q ") Z " /proc/${load.process.pid}/stat; do sleep 0.01; done`;
    execFileSync("sh", ["-c", gone], { timeout: 10_000 });
    await assert.rejects(load.cut(), { message: "the load generator ended, SIGKILL" });
  });
});
