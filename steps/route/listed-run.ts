import { setTimeout as pause } from "node:timers/promises";
import { triesOf } from "../../components/application/smoke-here.ts";
import { referencesOf, savedIn, secretIn } from "../../components/application/smoke-references.ts";
import { kindOf } from "../../components/input/input-checks.ts";
import { filled } from "../../components/application/smoke-texts.ts";
import {
  methodOf,
  nameOfCheck,
  reads,
  type Listed,
  type ListedCheck,
  type ListedCommand,
  type ListedRequest,
} from "../../components/contract/smoke-check.ts";
import { UserError } from "../../components/input/user-error.ts";
import { delivers } from "../delivered.ts";
import { failureOf } from "../machine/failed-run.ts";
import { NoAnswer, type Answer, type Request } from "../machine/http.ts";
import type { Machine } from "../machine/machine.ts";
import { StepFailure } from "../step-failure.ts";
import { askAddress } from "./ask-address.ts";
import { difference, fieldOf, jsonOf } from "./expectation.ts";

/** The waits before further tries where a check says nothing of them, in seconds: an answer may be wrong for a moment. */
const usualWaits = [0.5, 1];

/** Why a check is not passed. */
export interface Unmet {
  readonly words: string;
  /** The last lines that its command printed, from a line break on; else empty. */
  readonly log: string;
  /** True when nobody answered. */
  readonly unanswered?: boolean;
}

/** Asks the application itself. */
export type Ask = (request: Omit<Request, "timeoutSeconds">) => Promise<Answer>;

/**
 * One run through a list of checks, in its order: what one of them saves, later ones use, and the application's cookies are
 * kept as in a browser. Secrets are read from copies that have them. They, and what is saved, are in no message.
 */
export class ListedRun {
  private readonly machine: Machine;
  private readonly listed: Listed;
  private readonly signal: AbortSignal | undefined;
  private readonly deadline: number;
  private readonly values = new Map<string, string>();
  private readonly cookies = new Map<string, string>();

  /** @param signal ends the waits between tries */
  constructor(machine: Machine, listed: Listed, signal?: AbortSignal) {
    this.machine = machine;
    this.listed = listed;
    this.signal = signal;
    this.deadline = Date.now() + listed.limitSeconds * 1000;
  }

  /** Has the gateway let this run in, where it asks visitors for a password: with a cookie, so that checks can say who they are. */
  async admit(authorization: string, ask: Ask): Promise<void> {
    const answer = await ask({ path: "/", method: "HEAD", headers: { authorization } });
    this.keepCookies(answer);
  }

  /** Does a check until it passes, as often as it says. Returns why it does not; undefined when it does. */
  async unmet(check: ListedCheck, ask: Ask): Promise<Unmet | undefined> {
    const { retries, everySeconds } = triesOf(check);
    const waits = retries > 0 ? Array<number>(retries).fill(everySeconds) : usualWaits;
    for (let tries = 1; ; tries++) {
      const unmet = "command" in check ? await this.run(check) : await this.asked(check, ask);
      const again = retries > 0 || (!("command" in check) && (reads(check) || unmet?.unanswered === true));
      const wait = again ? waits[tries - 1] : undefined;
      if (unmet === undefined) return undefined;
      if (wait === undefined) return retries > 0 ? after(unmet, inWords(tries)) : unmet;
      if (Date.now() + wait * 1000 > this.deadline)
        return after(unmet, `${inWords(tries)}, for all checks have ${this.listed.limitSeconds} s together`);
      await pause(wait * 1000, undefined, { ...(this.signal && { signal: this.signal }) });
    }
  }

  private async asked(check: ListedRequest, ask: Ask): Promise<Unmet | undefined> {
    const name = nameOfCheck(check);
    try {
      const missing = await this.missing(check);
      if (missing !== undefined) return said(`${name}: not asked, \${${missing}} was not saved before`);
      const answer = await this.send(check, ask);
      if (check.url === undefined) this.keepCookies(answer);
      const unsaved = this.keep(check, answer);
      const wrong = difference(check, answer, name) ?? unsaved;
      return wrong === undefined ? undefined : said(wrong);
    } catch (error) {
      return { ...said(`${name}: ${(error as Error).message}`), unanswered: error instanceof NoAnswer };
    }
  }

  private send(check: ListedRequest, ask: Ask): Promise<Answer> {
    const { path, url, headers = {}, ...request } = filled(check, (reference) => this.values.get(reference));
    const { type, body } = contentOf(request);
    const method = methodOf(check);
    const sent = { method, headers: { ...type, ...headers }, ...(body !== undefined && { body }) };
    if (url !== undefined) return askAddress({ url, ...sent });
    const cookie = [...ownCookie(headers), ...[...this.cookies].map(([name, value]) => `${name}=${value}`)];
    return ask({
      ...{ path: path ?? "/", ...sent },
      headers: { ...sent.headers, ...(cookie.length > 0 && { cookie: cookie.join("; ") }) },
    });
  }

  /** Reads the secrets that a check refers to. Returns what it refers to that no earlier check saved. */
  private async missing(check: ListedRequest): Promise<string | undefined> {
    for (const reference of referencesOf(check)) {
      if (this.values.has(reference)) continue;
      if (savedIn(reference) !== undefined) return reference;
      const secret = secretIn(reference);
      const copy = this.listed.secrets[secret ?? ""];
      const value = copy === undefined ? undefined : await this.machine.secret(copy, secret ?? "");
      if (value === undefined)
        throw new StepFailure(`there is no value for \${${reference}} in ${copy ?? "any copy"}`);
      delivers([value]);
      this.values.set(reference, value);
    }
    return undefined;
  }

  /** Keeps what a check saves, before anything is said of the answer. Returns what it lacks. */
  private keep(check: ListedRequest, { body }: Answer): string | undefined {
    const fields = Object.entries(check.save ?? {});
    if (fields.length === 0) return undefined;
    const found = jsonOf(body);
    const values = fields.map(([name, field]) => ({ name, field, value: fieldOf(found?.value, field) }));
    const lacking = values.find(({ value }) => !isPlain(value));
    for (const { name, value } of values) {
      if (!isPlain(value)) continue;
      delivers([String(value)]);
      this.values.set(`smoke.${name}`, String(value));
    }
    if (lacking === undefined) return undefined;
    return `${nameOfCheck(check)}: expected a text or number at ${lacking.field} to save as ${lacking.name}, got ${kindOf(lacking.value)}`;
  }

  private keepCookies({ cookies = [] }: Answer): void {
    for (const text of cookies) {
      const [, name = "", value = ""] = /^\s*([^=;]+)=([^;]*)/.exec(text) ?? [];
      if (value === "" || /;\s*max-age=(0|-\d+)\s*(;|$)/i.test(text)) this.cookies.delete(name);
      else this.cookies.set(name, value);
      delivers([value]);
    }
  }

  private async run(check: ListedCommand): Promise<Unmet | undefined> {
    const name = nameOfCheck(check);
    return this.once(check, name).catch((error: unknown) => {
      if (error instanceof UserError) return said(`${name}: ${error.message}`);
      throw error;
    });
  }

  private async once(check: ListedCommand, name: string): Promise<Unmet | undefined> {
    const left = Math.ceil((this.deadline - Date.now()) / 1000);
    const timeoutSeconds = Math.max(1, Math.min(check.timeoutSeconds, left));
    const [running] = await this.machine.awaitRuns(check.labels, timeoutSeconds);
    if (running !== undefined) return said(`${name}: a run before it still goes on; wait until it is done`);
    return this.machine.onceLike(check, timeoutSeconds, async (ended) => {
      if (ended.exitCode === 0) return undefined;
      const { problem, remedy, log } = await failureOf(ended, timeoutSeconds);
      return {
        words: `${name} ${problem}${remedy === "" ? "" : `; ${remedy.slice(0, -2)}`}`,
        log: `; its last log lines:\n${log}`,
      };
    });
  }
}

function said(words: string): Unmet {
  return { words, log: "" };
}

function after(unmet: Unmet, tries: string): Unmet {
  return { ...unmet, words: `${unmet.words}, after ${tries}` };
}

function inWords(tries: number): string {
  return tries === 1 ? "1 try" : `${tries} tries`;
}

/** A request's headers with those of its visitor, whose cookie says which of two releases answers. */
export function asVisitor(
  own: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>>,
  cookie: string | undefined,
): Readonly<Record<string, string>> {
  const cookies = [cookie, own.cookie].filter((one) => one !== undefined);
  return { ...own, ...headers, ...(cookies.length > 0 && { cookie: cookies.join("; ") }) };
}

/** What is sent, and the header that says what it is. */
function contentOf({ body, form }: Pick<ListedRequest, "body" | "form">): {
  readonly type?: Readonly<Record<string, string>>;
  readonly body?: string;
} {
  if (form !== undefined)
    return {
      type: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(form).toString(),
    };
  if (body === undefined || typeof body === "string") return body === undefined ? {} : { body };
  return { type: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** The cookie that a check says itself. */
function ownCookie(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => (name.toLowerCase() === "cookie" ? [value] : []));
}

function isPlain(value: unknown): value is string | number | boolean {
  return (
    (typeof value === "string" && value !== "") || typeof value === "number" || typeof value === "boolean"
  );
}
