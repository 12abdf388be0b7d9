import type { Run } from "../process/run.ts";

/** An engine that answered. */
export interface Engine {
  /** Its address: `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
  readonly version: string;
  readonly apiVersion: string;
}

/** The reason why no engine can be used. */
export type NoEngine =
  | { readonly reason: "no client" }
  | { readonly reason: "no answer"; readonly endpoint: string; readonly answer: string };

/** The time that an engine may take to answer: one that is starting up, or on another machine, needs it. */
const patience = 10_000;

/**
 * Asks the engine for its version, through the docker client: it alone knows `DOCKER_HOST`, contexts, TLS and SSH. Both
 * questions at once take 30 ms.
 */
export async function findEngine(run: Run): Promise<Engine | NoEngine> {
  const [version, context] = await Promise.all([
    run("docker", ["version", "--format", "{{.Server.Version}} {{.Server.APIVersion}}"], {
      timeout: patience,
    }),
    run("docker", ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"], { timeout: patience }),
  ]);
  if (version.failure === "ENOENT") return { reason: "no client" };
  const endpoint = context.stdout.trim();
  const [engine, api] = version.stdout.trim().split(" ");
  if (version.code !== 0 || engine === undefined || api === undefined) {
    const answer =
      version.failure === "TIMEOUT" ? `nothing within ${patience / 1000} s` : firstLine(version.stderr);
    return { reason: "no answer", endpoint, answer };
  }
  return { endpoint, version: engine, apiVersion: api };
}

/** Tells whether the engine runs on this machine, so that its ports are this machine's ports. */
export function isLocal(endpoint: string): boolean {
  return endpoint === "" || endpoint.startsWith("unix:") || endpoint.startsWith("npipe:");
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
