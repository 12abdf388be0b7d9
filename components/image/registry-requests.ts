import pRetry from "p-retry";
import { http } from "../../setup/speed/http.mjs";
import { defined } from "../input/defined.ts";
import { followRetryAfter, noAnswerReason, triesInWords, type Patience } from "../input/patience.ts";
import { UserError } from "../input/user-error.ts";
import type { RegistrySettings } from "../settings/registry.ts";
import { timed } from "../timing/spans.ts";
import { challengeOf, tokenOf, type SignIn } from "./registry-token.ts";

/** A registry does not answer, or not as it should: `towpath:registry: problem, got X; fix`. */
export class RegistryError extends UserError {
  /** The status of its answer; undefined when none came. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** Half a minute for an answer; four tries within 4 s and their answers, as a registry that restarts needs. */
export const usualPatience: Patience = { answer: 30_000, retries: 3, pause: 500 };

/** A request to a registry. */
export interface RegistryRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  /** The repository in the registry, such as `owner/notes/api`. */
  readonly repository: string;
  /** The part of the path after `/v2/<repository>/`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Statuses other than those of success that the caller handles. */
  readonly expected?: readonly number[];
}

/** A registry's answer; its body is there as a whole. */
export interface RegistryAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** Sends requests to one registry: signed in as it asks for it, within a time limit, again when that may help. */
export class RegistryRequests {
  readonly address: string;
  private readonly base: string;
  private readonly signIn: SignIn | undefined;
  private readonly patience: Patience;
  /** The header `Authorization`, by repository and what may be done to it. */
  private readonly authorizations = new Map<string, string>();

  constructor(
    { address, login }: RegistrySettings,
    password: string | undefined,
    patience: Patience = usualPatience,
  ) {
    this.address = address;
    this.base = baseOf(address);
    this.signIn = login === undefined || password === undefined ? undefined : { user: login.user, password };
    this.patience = patience;
  }

  /** The registry's answer. Throws a RegistryError that says what to do when it is none of those wanted. */
  async send(request: RegistryRequest): Promise<RegistryAnswer> {
    const { retries, pause } = this.patience;
    return pRetry(() => this.once(request), {
      retries,
      minTimeout: pause,
      shouldRetry: ({ error }) => error instanceof RegistryError && mayPass(error.status),
    });
  }

  private async once(request: RegistryRequest): Promise<RegistryAnswer> {
    const key = `${request.repository} ${isWriting(request) ? "push" : "pull"}`;
    let response = await this.ask(request, this.authorizations.get(key));
    if (response.status === 401) {
      const authorization = await this.authorization(response);
      if (authorization !== undefined) {
        this.authorizations.set(key, authorization);
        response = await this.ask(request, authorization);
      }
    }
    if (isGood(response) || request.expected?.includes(response.status) === true) return response;
    throw mayPass(response.status)
      ? await this.passing(response, `${request.method} ${request.repository}/${request.path}`)
      : this.refusal(request, response);
  }

  /** Returns the authorization that the registry's challenge asks for; undefined when it names nothing that we have. */
  private async authorization(response: RegistryAnswer): Promise<string | undefined> {
    const challenge = challengeOf(response.headers.get("www-authenticate") ?? "");
    if (challenge?.scheme === "basic") return this.signIn && basic(this.signIn);
    if (challenge === undefined) return undefined;
    const { realm } = challenge;
    if (!realm.startsWith("https://") && !(isLocal(this.address) && realm.startsWith("http://"))) {
      throw new RegistryError(
        `towpath:registry: expected ${this.address} to ask for a token over https, got "${realm}"; nothing was sent there, take another registry`,
      );
    }
    const answer = await this.fetched(
      tokenOf(challenge),
      this.signIn === undefined ? {} : { headers: { authorization: basic(this.signIn) } },
    );
    if (mayPass(answer.status)) throw await this.passing(answer, `GET ${realm}`);
    if (!isGood(answer)) return undefined;
    const { token, access_token: other } = jsonOf(answer) as { token?: string; access_token?: string };
    const found = token ?? other;
    return found === undefined ? undefined : `Bearer ${found}`;
  }

  private ask(
    { method, repository, path, headers = {}, body }: RegistryRequest,
    authorization: string | undefined,
  ): Promise<RegistryAnswer> {
    const url = `${this.base}/v2/${repository}/${path}`;
    const init = { method, headers: { ...headers, ...defined({ authorization }) }, ...defined({ body }) };
    return timed("call", `registry ${method} ${repository}`, () => this.fetched(url, init));
  }

  private async fetched(url: string, init: RequestInit): Promise<RegistryAnswer> {
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(this.patience.answer) });
      const { status, headers } = response;
      return { status, headers, bytes: new Uint8Array(await response.arrayBuffer()) };
    } catch (error) {
      throw new RegistryError(
        `towpath:registry: ${this.address} cannot be reached, got ${noAnswerReason(error, this.patience)} in ${triesInWords(this.patience)}; check the address and this machine's network`,
      );
    }
  }

  private refusal(request: RegistryRequest, response: RegistryAnswer): RegistryError {
    const { status } = response;
    const got = `${status} "${saidBy(response)}"`;
    if (status === 401 || status === 403) {
      const does = isWriting(request) ? "write to" : "read";
      const who = this.signIn === undefined ? "without a login" : `for the user "${this.signIn.user}"`;
      const fix =
        this.signIn === undefined
          ? "set towpath:registry.login"
          : `check towpath:registry.login: its password or token has to be allowed to ${does} that repository`;
      return new RegistryError(
        `towpath:registry: ${this.address} refuses to ${does} ${request.repository} ${who}, got ${got}; ${fix}`,
        status,
      );
    }
    return new RegistryError(
      `towpath:registry: expected ${this.address} to do ${request.method} ${request.repository}/${request.path}, got ${got}; check towpath:registry.repository`,
      status,
    );
  }

  /** Returns the error of an answer that may pass, after the wait that the registry asks for. */
  private async passing(response: RegistryAnswer, what: string): Promise<RegistryError> {
    await followRetryAfter(response.headers);
    return new RegistryError(
      `towpath:registry: ${this.address} does not work, got ${response.status} "${saidBy(response)}" for ${what} in ${triesInWords(this.patience)}; try again when the registry is well`,
      response.status,
    );
  }
}

/** The name that an image's repository has in the settings' registry. */
export function repositoryOf({ repository }: RegistrySettings, image: string): string {
  return `${repository}/${image}`;
}

function baseOf(address: string): string {
  if (isLocal(address)) return `http://${address}`;
  // Docker Hub's images are called after another host than the one that has them.
  return `https://${address === "docker.io" ? "registry-1.docker.io" : address}`;
}

/** Docker itself speaks http to these addresses only. */
function isLocal(address: string): boolean {
  return /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(address);
}

/** Tells whether the same request may succeed a little later. */
function mayPass(status: number | undefined): boolean {
  return status === undefined || status === 429 || status >= 500;
}

function isWriting({ method }: RegistryRequest): boolean {
  return method === "PUT" || method === "DELETE";
}

function basic({ user, password }: SignIn): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/** Returns the registry's reason for its refusal, in one line. */
function saidBy(response: RegistryAnswer): string {
  let said = textOf(response);
  try {
    const { errors: [first] = [] } = jsonOf(response) as { errors?: { code?: string; message?: string }[] };
    said = first?.message ?? first?.code ?? said;
  } catch {
    // Proxies answer with pages.
  }
  const line = said.trim().split("\n", 1)[0] ?? "";
  return (line === "" ? (http.STATUS_CODES[response.status] ?? "nothing") : line).slice(0, 120);
}

/** An answer's body as text. */
export function textOf({ bytes }: Pick<RegistryAnswer, "bytes">): string {
  return Buffer.from(bytes).toString();
}

/** An answer's body, read as JSON. */
export function jsonOf(answer: Pick<RegistryAnswer, "bytes">): unknown {
  return JSON.parse(textOf(answer));
}

function isGood({ status }: RegistryAnswer): boolean {
  return status >= 200 && status < 300;
}
