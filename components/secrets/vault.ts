import pRetry from "p-retry";
import { http } from "../../setup/speed/http.mjs";
import { defined } from "../input/defined.ts";
import { InputError } from "../input/input-error.ts";
import { followRetryAfter, noAnswerReason, triesInWords, type Patience } from "../input/patience.ts";
import type { VaultSettings } from "../settings/vault.ts";

/** Ten seconds for a short answer; four tries within 4 s and their answers, as a server that changes its leader needs. */
export const usualPatience: Patience = { answer: 10_000, retries: 3, pause: 500 };

/** The entry at a path. */
export type VaultEntry =
  | {
      readonly kind: "present";
      readonly fields: Readonly<Record<string, unknown>>;
      /** Counts from 1 on with each write. */
      readonly version: number;
    }
  | { readonly kind: "deleted" | "destroyed"; readonly version: number }
  | { readonly kind: "missing" | "denied"; readonly said: string };

/** An answer of the server. */
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body, read as JSON; undefined where it is none, as a proxy's page. */
  readonly json: unknown;
}

interface Asked {
  readonly method: "GET" | "POST";
  /** The part of the path after `/v1/`. */
  readonly path: string;
  readonly token?: string;
  readonly body?: object;
}

/** A problem of the server as a whole, and whether it may pass a moment later. */
class ServerProblem extends InputError {
  readonly mayPass: boolean;

  constructor(problem: string, mayPass = false) {
    super([problem]);
    this.mayPass = mayPass;
  }
}

/**
 * Reads entries of HashiCorp Vault or OpenBao: key-value store, version 2.
 *
 * Signs in once, reads each entry once, and never says what stands in one. Throws an InputError when the server cannot
 * be reached, is sealed or on standby, or does not let us in.
 */
export class Vault {
  private readonly base: string;
  private readonly settings: VaultSettings;
  private readonly credential: string;
  private readonly patience: Patience;
  private readonly entries = new Map<string, Promise<VaultEntry>>();
  private signedIn: Promise<string> | undefined;

  /** `credential` is the token, or the AppRole's secret id. */
  constructor(settings: VaultSettings, credential: string, patience: Patience = usualPatience) {
    this.base = settings.address.replace(/\/$/, "");
    this.settings = settings;
    this.credential = credential;
    this.patience = patience;
  }

  /** Returns the entry at a path whose first part is the store; the newest version unless another one is wanted. */
  read(path: string, version?: number): Promise<VaultEntry> {
    const key = `${path} ${version ?? "newest"}`;
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    const reading = this.readOnce(path, version);
    this.entries.set(key, reading);
    return reading;
  }

  private async readOnce(path: string, version: number | undefined): Promise<VaultEntry> {
    const [store = "", ...rest] = path.split("/").map(encodeURIComponent);
    const query = version === undefined ? "" : `?version=${version}`;
    const token = await (this.signedIn ??= this.signIn());
    const answer = await this.send({
      method: "GET",
      path: `${store}/data/${rest.join("/")}${query}`,
      token,
    });
    if (answer.status === 403) {
      await this.checkToken(token, answer);
      return { kind: "denied", said: got(answer) };
    }
    // A version that was deleted or destroyed is answered with 404, too.
    const { data } = mapOf(answer.json);
    const metadata = mapOf(mapOf(data).metadata);
    if (answer.status === 404 && metadata.version === undefined)
      return { kind: "missing", said: got(answer) };
    if (answer.status !== 404 && !isGood(answer)) throw this.unexpected(answer, "an entry");
    const found = Number(metadata.version);
    if (!Number.isInteger(found)) throw this.unexpected(answer, "an entry");
    if (metadata.destroyed === true) return { kind: "destroyed", version: found };
    const fields = mapOf(data).data;
    if (answer.status === 404 || fields === null) return { kind: "deleted", version: found };
    return { kind: "present", fields: mapOf(fields), version: found };
  }

  /** The token that requests are made with. */
  private async signIn(): Promise<string> {
    const { login } = this.settings;
    if (login.method === "token") return this.credential;
    const answer = await this.send({
      method: "POST",
      path: "auth/approle/login",
      body: { role_id: login.roleId, secret_id: this.credential },
    });
    if ([400, 403, 404].includes(answer.status)) {
      throw new ServerProblem(
        `towpath:vault.login: ${this.base} refuses the AppRole, got ${got(answer)}; check roleId, and make a new secret id if the old one has expired or is used up`,
      );
    }
    const { client_token: token } = mapOf(mapOf(answer.json).auth);
    if (typeof token !== "string") throw this.unexpected(answer, "a token");
    return token;
  }

  /** A token that has expired gets the same answer as one that may not read: only the server's word on the token itself tells. */
  private async checkToken(token: string, answer: Answer): Promise<void> {
    const lookup = await this.send({ method: "GET", path: "auth/token/lookup-self", token });
    if (isGood(lookup)) return;
    throw new ServerProblem(
      `towpath:vault.login: expected a valid token, got one that has expired or that ${this.base} does not know, by ${got(answer)}; take a new one`,
    );
  }

  private send(asked: Asked): Promise<Answer> {
    const { retries, pause } = this.patience;
    return pRetry(() => this.once(asked), {
      retries,
      minTimeout: pause,
      shouldRetry: ({ error }) => error instanceof ServerProblem && error.mayPass,
    });
  }

  private async once({ method, path, token, body }: Asked): Promise<Answer> {
    const answer = await this.fetched(`${this.base}/v1/${path}`, {
      method,
      // Some agents in front of a server let no request pass without the second header.
      headers: { ...defined({ "x-vault-token": token }), "x-vault-request": "true" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // The token would be sent along, to wherever that is.
      redirect: "manual",
    });
    const { status, headers } = answer;
    if (status >= 300 && status < 400) {
      throw new ServerProblem(
        `towpath:vault.address: expected the active server, got one on standby that points to "${headers.get("location") ?? ""}"; set the address that always leads to the active one`,
      );
    }
    if (status === 503 && /\bsealed\b/.test(got(answer))) {
      throw new ServerProblem(
        `towpath:vault.address: expected a server that is unsealed, got ${got(answer)} from ${this.base}; unseal it and try again`,
      );
    }
    if (status !== 429 && status < 500) return answer;
    await followRetryAfter(headers);
    throw new ServerProblem(
      `towpath:vault.address: ${this.base} does not work, got ${got(answer)} in ${triesInWords(this.patience)}; try again when the server is well`,
      true,
    );
  }

  private async fetched(url: string, init: RequestInit): Promise<Answer> {
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(this.patience.answer) });
      const { status, headers } = response;
      return { status, headers, json: jsonOf(await response.text()) };
    } catch (error) {
      const reason = noAnswerReason(error, this.patience);
      const fix = /CERT|SIGNATURE/.test(reason)
        ? "name its authority's file in NODE_EXTRA_CA_CERTS"
        : "check the address and this machine's network";
      throw new ServerProblem(
        `towpath:vault.address: ${this.base} cannot be reached, got ${reason} in ${triesInWords(this.patience)}; ${fix}`,
        true,
      );
    }
  }

  private unexpected(answer: Answer, what: string): ServerProblem {
    return new ServerProblem(
      `towpath:vault.address: expected ${what} from ${this.base}, got ${got(answer)}; check that Vault or OpenBao answers there, with a key-value store of version 2`,
    );
  }
}

function isGood({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** The status and what the server says of it, in one line: of errors only, because other answers hold secrets. */
function got({ status, json }: Answer): string {
  const { errors } = mapOf(json);
  const words = (Array.isArray(errors) ? errors : [])
    .filter((error) => typeof error === "string")
    .join(", ")
    .replace(/^\d+ errors? occurred:\s*\* /, "")
    .replaceAll(/\s+\* /g, ", ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return `${status} "${(words === "" ? (http.STATUS_CODES[status] ?? "nothing") : words).slice(0, 120)}"`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The value as a map; an empty one where it is none. */
function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
