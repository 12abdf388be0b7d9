import pRetry from "p-retry";
import type { Patience } from "../input/patience.ts";
import { RegistryError, usualPatience } from "./registry-requests.ts";

/** Where GitHub's own interface is. */
const githubApi = "https://api.github.com";

/** The most versions that GitHub gives back at once. */
const pageSize = 100;

/** A version of a package, as far as it is read: its name is the image's digest. */
interface Version {
  readonly id: number;
  readonly name: string;
}

/** Removes images from GHCR by GitHub's own interface: that of the registry removes nothing there. */
export class GithubPackages {
  private readonly token: string;
  private readonly patience: Patience;
  private readonly api: string;
  /** The addresses of a package's versions by digest, read once. */
  private readonly versions = new Map<string, Promise<ReadonlyMap<string, string>>>();

  constructor(token: string, patience: Patience = usualPatience, api = githubApi) {
    this.token = token;
    this.patience = patience;
    this.api = api;
  }

  /** Removes one image of a repository such as `owner/notes/api`. Gives back false when it was gone already. */
  async remove(repository: string, digest: string): Promise<boolean> {
    const versions = this.versions.get(repository) ?? this.list(repository);
    this.versions.set(repository, versions);
    const path = (await versions).get(digest);
    if (path === undefined) return false;
    const { status } = await this.ask("DELETE", path, repository);
    return status !== 404;
  }

  private async list(repository: string): Promise<ReadonlyMap<string, string>> {
    const [owner = "", ...rest] = repository.split("/");
    const name = encodeURIComponent(rest.join("/"));
    // Nobody else knows whether an owner is an organisation or a person.
    for (const kind of ["orgs", "users"]) {
      const path = `/${kind}/${owner}/packages/container/${name}/versions`;
      const found = await this.pages(path, repository);
      if (found !== undefined) return new Map(found.map((one) => [one.name, `${path}/${one.id}`]));
    }
    return new Map();
  }

  /** All versions below a path; undefined when it is not the package's. */
  private async pages(path: string, repository: string): Promise<Version[] | undefined> {
    const found: Version[] = [];
    for (let page = 1; ; page++) {
      const { status, body } = await this.ask("GET", `${path}?per_page=${pageSize}&page=${page}`, repository);
      if (status === 404) return undefined;
      const versions = body as Version[];
      found.push(...versions);
      if (versions.length < pageSize) return found;
    }
  }

  private ask(
    method: "GET" | "DELETE",
    path: string,
    repository: string,
  ): Promise<{ status: number; body: unknown }> {
    const { retries, pause } = this.patience;
    return pRetry(() => this.once(method, path, repository), {
      retries,
      minTimeout: pause,
      shouldRetry: ({ error }) =>
        error instanceof RegistryError && (error.status === undefined || error.status >= 500),
    });
  }

  private async once(
    method: string,
    path: string,
    repository: string,
  ): Promise<{ status: number; body: unknown }> {
    const { status, text } = await this.fetched(method, path);
    if (status === 404 || (status >= 200 && status < 300)) {
      return { status, body: text === "" ? undefined : JSON.parse(text) };
    }
    const said = /"message":\s*"([^"]*)"/.exec(text)?.[1] ?? text.slice(0, 120);
    const fix =
      status >= 500
        ? "try again when GitHub is well"
        : "its login needs a classic token with read:packages and delete:packages";
    throw new RegistryError(
      `towpath:registries: expected GitHub to let images of ghcr.io/${repository} be removed, got ${status} "${said}"; ${fix}`,
      status,
    );
  }

  private async fetched(method: string, path: string): Promise<{ status: number; text: string }> {
    try {
      const response = await fetch(`${this.api}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.token}`, accept: "application/vnd.github+json" },
        signal: AbortSignal.timeout(this.patience.answer),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      const { message, cause } = error as Error & { cause?: { code?: string } };
      throw new RegistryError(
        `towpath:registries: GitHub cannot be reached, got ${cause?.code ?? message}; check this machine's network`,
      );
    }
  }
}
