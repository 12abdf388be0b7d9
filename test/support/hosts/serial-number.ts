import assert from "node:assert/strict";
import { once } from "node:events";
import tls from "node:tls";

/** The serial number of the certificate that a domain is served with, which has to be of the authority `root`, if one is given. */
export async function serialNumber(address: string, domain: string, root?: string): Promise<string> {
  const trust = root === undefined ? { rejectUnauthorized: false } : { ca: root };
  const socket = tls.connect({ host: address, port: 443, servername: domain, timeout: 5000, ...trust });
  socket.on("timeout", () => socket.destroy(new Error("no handshake within 5 s")));
  try {
    await once(socket, "secureConnect");
    return socket.getPeerX509Certificate()?.serialNumber ?? assert.fail("no certificate");
  } finally {
    socket.destroy();
  }
}
