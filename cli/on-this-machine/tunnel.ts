import { spawn } from "node:child_process";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import type { Address } from "./inputs.ts";

/** Something that listens until it is closed. */
export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * A port of this machine that leads to a server beside the gateway, one `docker exec … nc` for each connection.
 *
 * Publishing the server's port would replace its container, and another namespace may hold the port; a container's own
 * address can be reached from Linux, but not from Docker Desktop. This works on both, and leaves nothing behind.
 */
export function tunnelTo({ host, port }: Address, gateway: string): Promise<Listener> {
  return listen("127.0.0.1", (socket) => {
    const child = spawn("docker", ["exec", "-i", gateway, "nc", host, String(port)], {
      stdio: ["pipe", "pipe", "ignore"],
      // Ctrl+C is for the service: it ends its connections itself.
      detached: true,
    });
    const end = (): void => {
      socket.destroy();
      child.kill();
    };
    socket.on("error", end).on("close", end);
    child.on("error", end).on("close", end);
    child.stdin.on("error", end);
    socket.pipe(child.stdin);
    child.stdout.pipe(socket);
  });
}

/** Listens on an address that containers reach, and leads to a port of this machine that may be its own alone. */
export function bridgeTo(port: number, address: string): Promise<Listener> {
  return listen(address, (socket) => {
    const inner = connect({ host: "localhost", port });
    const end = (): void => {
      socket.destroy();
      inner.destroy();
    };
    socket.on("error", end).on("close", end);
    inner.on("error", end).on("close", end);
    socket.pipe(inner);
    inner.pipe(socket);
  });
}

function listen(address: string, onConnection: (socket: Socket) => void): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    onConnection(socket);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: address, port: 0 }, () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            server.close(() => {
              closed();
            });
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}

/** Tells whether something on this machine accepts connections at the port. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "localhost", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}
