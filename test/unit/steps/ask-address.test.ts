import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { askAddress } from "../../../steps/route/ask-address.ts";

describe("an address that is asked from here", () => {
  it("is asked where it is said to be, by its own name", async () => {
    const server = createServer(({ headers: { host } }, response) => response.end(host));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    try {
      const url = `http://notes.invalid:${port}/api/health`;
      const { body } = await askAddress({ url, at: "127.0.0.1" });
      assert.equal(body, `notes.invalid:${port}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
