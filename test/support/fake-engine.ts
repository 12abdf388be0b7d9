import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Something that answers as a Docker engine of some version, and can do nothing else. */
export interface FakeEngine {
  /** For DOCKER_HOST. */
  readonly address: string;
  close(): Promise<void>;
}

/** Listens on a socket as a Docker engine of that version. */
export function fakeEngine(version: string, apiVersion: string): Promise<FakeEngine> {
  const folder = mkdtempSync(join(tmpdir(), "towpath-engine-"));
  const socket = join(folder, "docker.sock");
  const server = createServer((request, response) => {
    response.setHeader("api-version", apiVersion).setHeader("docker-experimental", "false");
    const path = request.url?.replace(/^\/v[\d.]+/, "");
    if (path === "/_ping") response.end("OK");
    else if (path === "/version") {
      const answer = {
        Version: version,
        ApiVersion: apiVersion,
        MinAPIVersion: "1.12",
        Os: "linux",
        Arch: "amd64",
      };
      response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
    } else response.writeHead(500).end(JSON.stringify({ message: `nobody expected ${path}` }));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, () => {
      resolve({
        address: `unix://${socket}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => {
              rmSync(folder, { recursive: true, force: true });
              closed();
            });
            server.closeAllConnections();
          }),
      });
    });
  });
}
