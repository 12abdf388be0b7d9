import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** The answers, by method and path below `/api/v3`; a status alone is an answer without content. */
export type Answers = Record<string, object | number>;

/** A GitHub that answers what a test says; everything else is not found. */
export class PlayedGithub {
  answers: Answers = {};
  /** The headers of every answer. */
  headers: Record<string, string> = {};
  readonly asked: string[] = [];
  /** The bodies of requests that had one, by method and path. */
  readonly bodies: Record<string, Record<string, unknown>> = {};
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const path = (request.url ?? "").replace("/api/v3", "").replace(/\?.*$/, "");
      const asked = `${request.method ?? ""} ${path}`;
      this.asked.push(asked);
      const answer = this.answers[asked] ?? 404;
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        if (body !== "") this.bodies[asked] = JSON.parse(body) as Record<string, unknown>;
        response.writeHead(typeof answer === "number" ? answer : 200, {
          "content-type": "application/json",
          ...this.headers,
        });
        response.end(typeof answer === "number" ? '{"message":"said by a test"}' : JSON.stringify(answer));
      });
    });
  }

  /** Starts it, and lets the variable `GITHUB_BASE_URL` lead there. */
  static async start(): Promise<PlayedGithub> {
    const github = new PlayedGithub();
    await new Promise<void>((resolve) => github.server.listen(0, "127.0.0.1", resolve));
    process.env.GITHUB_BASE_URL = `http://127.0.0.1:${(github.server.address() as AddressInfo).port}/`;
    return github;
  }

  async stop(): Promise<void> {
    delete process.env.GITHUB_BASE_URL;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A repository of an organisation on a plan, with an administrator's token. */
export function repositoryOn(plan: string | undefined, isPrivate = true): Answers {
  return {
    "GET /repos/octocat/notes": { id: 1, private: isPrivate, permissions: { admin: true } },
    "GET /orgs/octocat": { login: "octocat", ...(plan !== undefined && { plan: { name: plan } }) },
    "GET /users/octocat": { id: 5 },
    "GET /orgs/octocat/teams/release-team": { id: 107 },
    "GET /repos/octocat/notes/environments": { total_count: 0, environments: [] },
  };
}
