import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { reachable } from "../../../../cli/setup/reachable.ts";

describe("an address", () => {
  const asked: (string | undefined)[] = [];
  let server: Server;
  let status: number | undefined;

  beforeEach(async () => {
    asked.length = 0;
    server = createServer(({ method }, response) => {
      asked.push(method);
      if (status !== undefined) response.writeHead(status).end();
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  it("is reachable when any working server answers, even with a refusal", async () => {
    for (status of [200, 403, 404]) assert.equal(await reachable(address()), true, String(status));
    assert.deepEqual(asked, ["HEAD", "HEAD", "HEAD"]);
  });

  it("is not reachable when the answering server is broken", async () => {
    status = 502;
    assert.equal(await reachable(address()), false);
  });

  it("is not reachable when nothing answers, or nothing in time", async () => {
    status = undefined;
    assert.equal(await reachable(address(), 50), false);
    assert.deepEqual(asked, ["HEAD"]);
    const gone = address();
    server.close();
    server.closeAllConnections();
    assert.equal(await reachable(gone), false);
  });
});
