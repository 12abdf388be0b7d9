import { createServer, type AddressInfo } from "node:net";

/** A port of this machine that nobody listens on, below those that the system gives to outgoing connections. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 18_000 + Math.floor(Math.random() * 10_000);
    const server = await occupy(port).catch(() => undefined);
    if (server === undefined) continue;
    await server.release();
    return port;
  }
}

/** Listens on a port, as another program would. Fails when somebody else does. */
export function occupy(port: number): Promise<{ readonly port: number; release(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        release: () =>
          new Promise((closed) => {
            server.close(() => {
              closed();
            });
          }),
      });
    });
  });
}
