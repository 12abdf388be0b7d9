import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The way in which a played registry lets people in. */
export type Entrance = "open" | "basic" | "token";

const user = "octocat";
const password = "only-for-tests";
const listType = "application/vnd.oci.image.index.v1+json";
const manifestType = "application/vnd.oci.image.manifest.v1+json";

/** A played registry; it keeps the requests that it got, in order: `GET /v2/…`. */
export class PlayedRegistry {
  readonly asked: string[] = [];
  readonly login = { user, password: { source: "environment", variable: "TOKEN" } } as const;
  readonly password = password;
  /** The answers to the next requests, whatever they ask for. */
  readonly troubles: { status: number; body?: string; headers?: Record<string, string> }[] = [];
  /** The number of tags on a page. */
  pageSize = 100;
  /** True when images can be removed. */
  removable = true;
  /** The place of tokens; the registry itself by default. */
  realm = "";
  /** Does not answer at all. */
  silent = false;
  private readonly entrance: Entrance;
  private readonly blobs = new Map<string, string>();
  /** Digests with type and content, by repository and tag or digest. */
  private readonly manifests = new Map<string, { type: string; text: string }>();
  private readonly server: Server;

  private constructor(entrance: Entrance) {
    this.entrance = entrance;
    this.server = createServer((request, response) => {
      void this.answer(request, response);
    });
  }

  static async start(entrance: Entrance = "open"): Promise<PlayedRegistry> {
    const registry = new PlayedRegistry(entrance);
    await new Promise<void>((resolve) => registry.server.listen(0, "127.0.0.1", resolve));
    registry.realm = `http://${registry.address}/token`;
    return registry;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Publishes an image under tags; returns its digest. */
  publish(
    repository: string,
    tags: readonly string[],
    labels: Record<string, string> = {},
    created?: string,
    architecture?: string,
  ): string {
    const platform = architecture === undefined ? {} : { os: "linux", architecture };
    const config = JSON.stringify({ created, ...platform, config: { Labels: labels } });
    this.blobs.set(digestOf(config), config);
    const text = JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { digest: digestOf(config) },
      layers: [{ size: 1000 }, { size: 234 }],
    });
    return this.put(repository, tags, manifestType, text);
  }

  /** Publishes a list of manifests, for several kinds of processors. */
  publishList(repository: string, tags: readonly string[], inner: Readonly<Record<string, string>>): string {
    const manifests = Object.entries(inner).map(([architecture, digest]) => ({
      digest,
      platform: { os: "linux", architecture },
    }));
    return this.put(repository, tags, listType, JSON.stringify({ schemaVersion: 2, manifests }));
  }

  /** The digest that a tag leads to. */
  digest(repository: string, tag: string): string | undefined {
    const found = this.manifests.get(`${repository}:${tag}`);
    return found && digestOf(found.text);
  }

  /** Puts another content under a digest, as a broken or hostile registry has it. */
  spoil(repository: string, digest: string): void {
    this.manifests.set(`${repository}:${digest}`, { type: manifestType, text: "{}" });
  }

  private put(repository: string, tags: readonly string[], type: string, text: string): string {
    const digest = digestOf(text);
    for (const tag of [...tags, digest]) this.manifests.set(`${repository}:${tag}`, { type, text });
    return digest;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `http://${this.address}`);
    this.asked.push(`${request.method ?? ""} ${url.pathname}${url.search}`);
    if (this.silent) return;
    const trouble = this.troubles.shift();
    if (trouble !== undefined) {
      response.writeHead(trouble.status, trouble.headers).end(trouble.body);
      return;
    }
    if (url.pathname === "/token") {
      this.giveToken(request, url, response);
      return;
    }
    const [, repository = "", what = "", reference = ""] =
      /^\/v2\/(.+)\/(manifests|blobs|tags)\/(.+)$/.exec(url.pathname) ?? [];
    const needs = `repository:${repository}:${request.method === "GET" || request.method === "HEAD" ? "pull" : "pull,push"}`;
    if (!this.letsIn(request, needs)) {
      response
        .writeHead(401, { "www-authenticate": this.challenge(needs) })
        .end(error("UNAUTHORIZED", "authentication required"));
    } else if (what === "tags") {
      this.listTags(repository, url, response);
    } else if (what === "blobs") {
      response.end(this.blobs.get(reference));
    } else {
      await this.manifest(request, response, repository, reference);
    }
  }

  private async manifest(
    request: IncomingMessage,
    response: ServerResponse,
    repository: string,
    reference: string,
  ): Promise<void> {
    if (request.method === "PUT") {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const type = request.headers["content-type"] ?? "";
      this.put(repository, [reference], type, Buffer.concat(chunks).toString());
      response.writeHead(201).end();
      return;
    }
    const found = this.manifests.get(`${repository}:${reference}`);
    if (found === undefined) {
      response.writeHead(404).end(error("MANIFEST_UNKNOWN", "manifest unknown"));
    } else if (request.method === "DELETE") {
      if (this.removable) this.forget(repository, found.text);
      response.writeHead(this.removable ? 202 : 405).end();
    } else if (!(request.headers.accept ?? "").includes(found.type)) {
      response.writeHead(406).end();
    } else {
      response.setHeader("content-type", found.type);
      if (!reference.startsWith("sha256:")) response.setHeader("docker-content-digest", digestOf(found.text));
      response.end(request.method === "HEAD" ? undefined : found.text);
    }
  }

  private forget(repository: string, text: string): void {
    for (const [key, manifest] of this.manifests) {
      if (key.startsWith(`${repository}:`) && manifest.text === text) this.manifests.delete(key);
    }
  }

  private listTags(repository: string, url: URL, response: ServerResponse): void {
    const tags = [...this.manifests.keys()]
      .filter((key) => key.startsWith(`${repository}:`) && !key.includes("sha256:"))
      .map((key) => key.slice(repository.length + 1))
      .sort();
    if (tags.length === 0) {
      response.writeHead(404).end(error("NAME_UNKNOWN", "repository name not known to registry"));
      return;
    }
    const last = url.searchParams.get("last") ?? "";
    const page = tags.filter((tag) => tag > last).slice(0, this.pageSize);
    if (page.at(-1) !== tags.at(-1)) {
      response.setHeader(
        "link",
        `</v2/${repository}/tags/list?last=${page.at(-1) ?? ""}&n=${this.pageSize}>; rel="next"`,
      );
    }
    response.end(JSON.stringify({ name: repository, tags: page }));
  }

  private letsIn({ headers }: IncomingMessage, needs: string): boolean {
    if (this.entrance === "open") return true;
    if (this.entrance === "basic") return headers.authorization === basic;
    return headers.authorization === `Bearer ${tokenFor(needs)}`;
  }

  private challenge(needs: string): string {
    return this.entrance === "basic"
      ? 'Basic realm="tests"'
      : `Bearer realm="${this.realm}",service="tests",scope="${needs}"`;
  }

  private giveToken({ headers }: IncomingMessage, url: URL, response: ServerResponse): void {
    if (headers.authorization !== undefined && headers.authorization !== basic) response.writeHead(401).end();
    else response.end(JSON.stringify({ token: tokenFor(url.searchParams.get("scope") ?? "") }));
  }
}

const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

function tokenFor(scope: string): string {
  return createHash("sha256").update(scope).digest("hex");
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function error(code: string, message: string): string {
  return JSON.stringify({ errors: [{ code, message }] });
}
