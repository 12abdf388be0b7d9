import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Description } from "./description.ts";
import { handlers, type Answered } from "./handlers.ts";
import { Store } from "./store.ts";

/** A fault in place of an answer. */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly message?: string }
  | { readonly reset: true }
  | { readonly slowMilliseconds: number };

/** A request that was made, without its body: bodies hold secrets. */
export interface Made {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** The accounts and the repository that are there before the first request. */
export interface Inhabitants {
  readonly owner?: string;
  readonly repository?: string;
  readonly users?: readonly string[];
  readonly teams?: readonly string[];
}

const prefix = "/api/v3";

/** The fields that GitHub accepts although its description lacks them: the official plugin sends them. */
const undocumented = new Set(["can_admins_bypass"]);

/**
 * A GitHub on this machine, for tests: it remembers what it is told, opens sealed secrets, and answers only what GitHub's
 * own description allows. What it would answer against that description is kept in `wrong`, which a test expects empty.
 */
export class LocalGithub {
  readonly store: Store;
  /** Requests and answers that GitHub's description does not allow, and requests that nobody here answers. */
  readonly wrong: string[] = [];
  readonly made: Made[] = [];
  private readonly description: Description;
  private readonly server: Server;
  private faults: { matches: (method: string, path: string) => boolean; fault: Fault }[] = [];

  private expiry: { method: string; path: string; isOver: boolean } | undefined;

  private constructor(store: Store, description: Description) {
    this.store = store;
    this.description = description;
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => {
        this.wrong.push(`${request.method ?? ""} ${request.url ?? ""}: ${String(error)}`);
        response.writeHead(500).end();
      });
    });
  }

  static async start(inhabitants: Inhabitants = {}): Promise<LocalGithub> {
    const {
      owner = "octo-org",
      repository = "notes",
      users = ["alice", "bob"],
      teams = ["release-team"],
    } = inhabitants;
    const store = await Store.create(owner, repository, users, teams);
    const github = new LocalGithub(store, await Description.load());
    await new Promise<void>((resolve) => github.server.listen(0, "127.0.0.1", resolve));
    return github;
  }

  /** The provider's `baseUrl`. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${prefix}/`;
  }

  /** Makes the token unknown to every request, from the next one of this kind on; `undefined` makes it good again. */
  expireToken(at: { method: string; path: string } | undefined): void {
    this.expiry = at && { ...at, isOver: false };
  }

  /** The next request of this kind goes wrong, once; `path` is matched anywhere in the request's path. */
  failNext(method: string, path: string, fault: Fault): void {
    this.faults.push({ matches: (m, p) => m === method && p.includes(path), fault });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? "GET";
    const address = new URL(request.url ?? "/", this.url);
    const kept = /^\/kept\/(\d+)\.zip$/.exec(address.pathname)?.[1];
    if (kept !== undefined) {
      // Where GitHub keeps files, its token has no business.
      if (request.headers.authorization !== undefined) this.wrong.push(`${address.pathname}: with a token`);
      response.end(readFileSync(this.store.artifacts.get(Number(kept))?.file ?? ""));
      return;
    }
    const path = this.byName(address.pathname.replace(prefix, ""));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const fault = this.takeFault(method, path);
    if (fault !== undefined && "reset" in fault) {
      request.socket.destroy();
      return;
    }
    if (fault !== undefined && "slowMilliseconds" in fault) {
      await new Promise((resolve) => setTimeout(resolve, fault.slowMilliseconds));
    }
    const answered =
      fault !== undefined && "status" in fault
        ? { status: fault.status, body: faultBody(fault), headers: fault.headers }
        : this.answer(method, path, { address, text: Buffer.concat(chunks).toString() });
    this.made.push({ method, path, status: answered.status });
    response.writeHead(answered.status, {
      "content-type": "application/json; charset=utf-8",
      ...(this.store.scopes !== undefined && { "x-oauth-scopes": this.store.scopes }),
      ...answered.headers,
    });
    response.end(answered.body === undefined ? undefined : JSON.stringify(answered.body));
  }

  /** Paths by a repository's number are those by its name. */
  private byName(path: string): string {
    const { repositoryId, owner, repository } = this.store;
    return path.replace(`/repositories/${repositoryId}/`, `/repos/${owner}/${repository}/`);
  }

  private takeFault(method: string, path: string): Fault | undefined {
    if (this.expiry?.method === method && path.includes(this.expiry.path)) this.expiry.isOver = true;
    if (this.expiry?.isOver === true) return { status: 401, message: "Bad credentials" };
    const at = this.faults.findIndex(({ matches }) => matches(method, path));
    return at === -1 ? undefined : this.faults.splice(at, 1)[0]?.fault;
  }

  private answer(
    method: string,
    path: string,
    { address, text }: { readonly address: URL; readonly text: string },
  ): Answered {
    const operation = this.description.find(method, path);
    const handle = operation && handlers[`${operation.method} ${operation.template}`];
    if (operation === undefined || handle === undefined) {
      this.wrong.push(`${method} ${path}: nobody answers this`);
      return { status: 404, body: { message: "Not Found" } };
    }
    const { owner, repository } = this.store;
    let values = operation.values;
    if (operation.template.startsWith("/repos/{owner}/{repo}")) {
      if (values[0] !== owner || values[1] !== repository)
        return { status: 404, body: { message: "Not Found" } };
      values = values.slice(2);
    }
    const body = text === "" ? undefined : (JSON.parse(text) as Record<string, unknown>);
    const documented =
      body && Object.fromEntries(Object.entries(body).filter(([name]) => !undocumented.has(name)));
    const problem = this.description.wrongRequest(operation, documented);
    if (problem !== undefined) this.wrong.push(`${method} ${path}: a request with ${problem}`);
    const { body: said, ...rest } = handle({ store: this.store, values, body: body ?? {}, address });
    const { status } = rest;
    const answered: Answered =
      said === undefined
        ? rest
        : { ...rest, body: completed(this.description.example(operation, status), said) as object };
    const mistake = status < 400 ? this.description.wrongAnswer(operation, status, answered.body) : undefined;
    if (mistake !== undefined) this.wrong.push(`${method} ${path}: an answer with ${mistake}`);
    return answered;
  }
}

/** GitHub's message; clients know a secondary rate limit by its guide's address. */
function faultBody({ message = "a fault for a test" }: { readonly message?: string }): object {
  if (!message.includes("secondary rate limit")) return { message };
  const guide =
    "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits";
  return { message, documentation_url: guide };
}

/** Returns a handler's answer, over the least that GitHub answers. */
function completed(least: unknown, said: unknown): unknown {
  if (Array.isArray(said))
    return said.map((one) => completed(Array.isArray(least) ? least[0] : undefined, one) as object);
  if (!isObject(least) || !isObject(said)) return said;
  const both = Object.entries(said).map(([name, value]) => [name, completed(least[name], value)]);
  return { ...least, ...Object.fromEntries(both) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
