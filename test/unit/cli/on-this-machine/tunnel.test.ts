/**
 * A port of this machine that leads to a server beside the gateway, with a fake `docker` whose `nc` plays that server.
 *
 * It cannot prove that the gateway reaches the server: test/e2e runs services on the machine.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { tunnelTo, type Listener } from "../../../../cli/on-this-machine/tunnel.ts";
import { until } from "../../../support/until.ts";
import { playing, typed } from "../../steps/play.ts";

const server = { host: "notes-postgres", port: 5432 };

/** Returns what comes back through the tunnel while `nc` plays the script, and what `nc` got. */
function through(script: string, use: (client: Socket, tunnel: Listener) => Promise<string>) {
  return playing(script, async () => {
    const tunnel = await tunnelTo(server, "gateway");
    try {
      return await use(connect({ host: "127.0.0.1", port: tunnel.port }), tunnel);
    } finally {
      await tunnel.close();
    }
  });
}

/** Sends a question that ends with an empty line, as the fake `nc` reads it, and hears the server out. */
async function ask(client: Socket): Promise<string> {
  client.write("who are you\r\n\r\n");
  return text(client);
}

describe("a tunnel", function () {
  this.timeout(30_000);

  it("carries data both ways, and ends when the server does", async () => {
    const { result, calls } = await through("echo PostgreSQL", ask);
    assert.equal(result, "PostgreSQL\n");
    assert.deepEqual(typed(calls), ["exec -i gateway nc notes-postgres 5432"]);
    assert.equal(calls[0]?.input.toString(), "who are you\r\n");
  });

  it("has a connection of its own for each client", async () => {
    const { result, calls } = await through("echo $call", async (first, { port }) => {
      const second = connect({ host: "127.0.0.1", port });
      return (await Promise.all([ask(first), ask(second)])).sort().join("");
    });
    assert.equal(result, "1\n2\n");
    assert.equal(calls.length, 2);
  });

  it("closes with its connections, and ends the programs that they ran", async () => {
    const { result } = await through("echo $$; exec sleep 30", async (client, tunnel) => {
      const said = once(client, "data");
      client.write("\r\n");
      const pid = Number(String((await said)[0]));
      const closed = once(client, "close");
      await tunnel.close();
      await closed;
      await until("the end of nc", 10, () => !runs(pid) || undefined);
      return "ended";
    });
    assert.equal(result, "ended");
  });

  it("closes a connection that cannot be made", async () => {
    const path = process.env.PATH;
    const tunnel = await tunnelTo(server, "gateway");
    process.env.PATH = "/nowhere";
    try {
      await once(connect({ host: "127.0.0.1", port: tunnel.port }), "close");
    } finally {
      process.env.PATH = path;
      await tunnel.close();
    }
  });
});

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
