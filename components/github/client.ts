import Bottleneck from "bottleneck";
import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import type { Endpoints, RequestError } from "@octokit/types";
import { UserError } from "../input/user-error.ts";

/** GitHub does not answer, or refuses: `place: problem, got X; fix`. */
export class GithubError extends UserError {
  /** The status of its answer; undefined when none came. */
  readonly status: number | undefined;
  /** The answer that came instead, as the message has it. */
  readonly got: string;

  constructor(message: string, { status, got }: { readonly status?: number; readonly got: string }) {
    super(message);
    this.status = status;
    this.got = got;
  }
}

/** Access to GitHub. */
export interface GithubAccess {
  /** A token that may do what is asked. */
  readonly token: string;
  /** The setting that the token comes from, as messages name it: `towpath:github.token`. */
  readonly place: string;
  /** The environment's variables, of which `GITHUB_BASE_URL` is read. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Hears how long a run waits for GitHub's rate limit. */
  readonly say: (message: string) => void;
  /** The time that one answer may take, in milliseconds. Default: half a minute. */
  readonly answerMilliseconds?: number;
  /**
   * The length of a second of waiting, in milliseconds: 1, 4 and 9 of them after no answer or one of 5xx, and as many
   * as a rate limit asks for.
   */
  readonly secondMilliseconds?: number;
}

/** GitHub's answer. */
export interface GithubAnswer<Data> {
  readonly data: Data;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

type Route = keyof Endpoints;
type Parameters<R extends Route> = Endpoints[R]["parameters"];
type DataOf<R extends Route> = Endpoints[R]["response"]["data"];

const PatientOctokit = Octokit.plugin(paginateRest, retry, throttling);

/** The number of times that a rate-limited request is sent again: one limit is over after GitHub's own wait. */
const mostWaits = 5;

/** The pace of writes: a run's few at once, then one a second, as GitHub asks of those who write a lot. */
const writing = {
  maxConcurrent: 1,
  ...{
    reservoir: 20,
    reservoirIncreaseMaximum: 20,
    reservoirIncreaseAmount: 1,
    reservoirIncreaseInterval: 1_000,
  },
};

/** Asks GitHub's API: within a time limit, again when that may help, and after the wait that a rate limit asks for. */
export class GithubClient {
  readonly place: string;
  /** The possible causes when no answer comes. */
  private readonly suspects: string;
  private readonly octokit: InstanceType<typeof PatientOctokit>;

  constructor(access: GithubAccess) {
    const { token, place, variables, say, answerMilliseconds = 30_000, secondMilliseconds = 1_000 } = access;
    this.place = place;
    this.suspects = `${variables.GITHUB_BASE_URL === undefined ? "" : "GITHUB_BASE_URL and "}this machine's network`;
    const wait = (seconds: number, _: object, __: object, waits: number): boolean => {
      if (waits >= mostWaits) return false;
      say(`GitHub's rate limit is reached; the run goes on in ${durationText(seconds)}`);
      return true;
    };
    const silent = (): void => undefined;
    this.octokit = new PatientOctokit({
      auth: token,
      baseUrl: apiAddress(variables),
      userAgent: "towpath",
      // Its own words go to the console; ours say the same once.
      log: { debug: silent, info: silent, warn: silent, error: silent },
      request: {
        fetch: (url: string, init: RequestInit) =>
          fetch(url, { ...init, signal: AbortSignal.timeout(answerMilliseconds) }),
      },
      retry: {
        retryAfterBaseValue: secondMilliseconds,
        doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451],
      },
      throttle: {
        ...{ onRateLimit: wait, onSecondaryRateLimit: wait, retryAfterBaseValue: secondMilliseconds },
        write: new Bottleneck.Group(writing),
      },
    });
  }

  /** GitHub's answer; undefined when there is no such thing. Throws a GithubError that says what to do. */
  async ask<R extends Route>(
    route: R,
    parameters: Parameters<R>,
  ): Promise<GithubAnswer<DataOf<R>> | undefined> {
    try {
      const answer = await this.octokit.request(route as string, parameters as Record<string, unknown>);
      return { data: answer.data as DataOf<R>, headers: answer.headers };
    } catch (error) {
      if ((error as RequestError).status === 404) return undefined;
      throw this.failure(route, error);
    }
  }

  /**
   * The address of a file that GitHub keeps elsewhere, where its token has no business; undefined when there is none.
   *
   * Throws a GithubError that says what to do.
   */
  async addressOf<R extends Route>(route: R, parameters: Parameters<R>): Promise<string | undefined> {
    const asked = { ...parameters, request: { redirect: "manual" } } as unknown as Parameters<R>;
    const { location } = (await this.ask(route, asked))?.headers ?? {};
    return location === undefined ? undefined : String(location);
  }

  /**
   * Returns a list's items on all its pages; undefined when there is no such list.
   *
   * Throws a GithubError that says what to do.
   */
  async list<Item>(route: Route, parameters: object): Promise<Item[] | undefined> {
    try {
      const all = { per_page: 100, ...parameters } as Record<string, unknown>;
      return await this.octokit.paginate<Item>(route as string, all);
    } catch (error) {
      if ((error as RequestError).status === 404) return undefined;
      throw this.failure(route, error);
    }
  }

  private failure(route: string, error: unknown): GithubError {
    const { status, message, response, cause } = error as Error & {
      status?: number;
      response?: { data?: { message?: string } };
      cause?: { code?: string; name?: string; cause?: { code?: string } };
    };
    if (response === undefined) {
      const reason = cause?.cause?.code ?? cause?.code ?? message;
      return new GithubError(
        `${this.place}: GitHub cannot be reached, got ${reason} in 4 tries; check ${this.suspects}`,
        { got: reason },
      );
    }
    const said = response.data?.message ?? message;
    const got = `${status ?? 0} "${said.slice(0, 120)}"`;
    const answered = { status: status ?? 0, got };
    if (status === 401) {
      return new GithubError(
        `${this.place}: GitHub does not know this token or it has expired, got ${got}; make a new one at https://github.com/settings/personal-access-tokens`,
        answered,
      );
    }
    return new GithubError(
      `${this.place}: expected GitHub to answer ${route}, got ${got}; ${fixOf(status ?? 0)}`,
      answered,
    );
  }
}

function fixOf(status: number): string {
  if (status === 403) return "give the token the permissions that docs/github.md lists";
  if (status === 429) return "run it again later";
  return "run it again when GitHub is well, see https://www.githubstatus.com";
}

/**
 * Returns the address of GitHub's API: `GITHUB_BASE_URL`, read as the plugin reads it, or `https://api.github.com`.
 *
 * On a server of one's own it is below `/api/v3`, whether the variable says so or not.
 */
export function apiAddress({ GITHUB_BASE_URL: given = "" }: GithubAccess["variables"]): string {
  if (given === "") return "https://api.github.com";
  const { protocol, host, pathname } = new URL(given);
  if (host === "api.github.com" || host === "github.com") return "https://api.github.com";
  if (host.endsWith(".ghe.com")) return `https://${host.startsWith("api.") ? host : `api.${host}`}`;
  return `${protocol}//${host}${pathname.replace(/\/+$/, "").replace(/\/api\/v3$/, "")}/api/v3`;
}

/** A time in words: `45 s`, `12 min`. */
function durationText(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
