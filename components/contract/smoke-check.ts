import type { Comparison, SmokeCommand } from "../application/application.ts";
import type { JsonValue } from "../application/smoke-description.ts";
import { timeoutOf } from "../application/smoke-here.ts";
import type { Target } from "./target.ts";

/** A request that only reads, and the expected answer. */
export interface Expectation {
  readonly path: string;
  /** `GET` where it is left out. */
  readonly method?: string;
  /** The headers of the request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** The part that the answer's JSON has to contain; it may hold more. */
  readonly json?: Readonly<Record<string, unknown>>;
  /** What fields of the answer's JSON have to be like, by their paths. */
  readonly compare?: Readonly<Record<string, Comparison>>;
}

/** How often a check is tried while it does not pass. */
export interface Tries {
  readonly retries?: number;
  readonly everySeconds?: number;
}

/**
 * A request out of a list that is asked in its order. Its texts may hold references to secrets, and to what earlier ones saved.
 */
export interface ListedRequest extends Omit<Expectation, "path">, Tries {
  /** The path of the application; left out where `url` is another address. */
  readonly path?: string;
  readonly url?: string;
  readonly body?: JsonValue;
  readonly form?: Readonly<Record<string, string>>;
  /** The fields of the answer that later ones use, by the names that they use. */
  readonly save?: Readonly<Record<string, string>>;
}

/** A command out of such a list, in a container like a copy. */
export interface ListedCommand extends Tries {
  readonly command: readonly string[];
  readonly like: string;
  /** The name of its container, which one has at a time. */
  readonly name: string;
  /** Those of nothing but runs under this name. */
  readonly labels: Readonly<Record<string, string>>;
  /** The copy's variables that hold no secret. */
  readonly plainVariables: readonly string[];
  readonly timeoutSeconds: number;
}

/** A command as it is run for somebody: like a copy of its service, under a name of its own. */
export function listedCommand<Like>(
  { service: _, ...check }: SmokeCommand,
  {
    labels,
    name,
    ...run
  }: Pick<ListedCommand, "name" | "labels" | "plainVariables"> & { readonly like: Like },
): Omit<ListedCommand, "like"> & { readonly like: Like } {
  return {
    ...check,
    timeoutSeconds: timeoutOf(check),
    ...run,
    name,
    labels: { ...labels, "towpath.one-off": name },
  };
}

/** A check out of a list that is asked in its order. */
export type ListedCheck = ListedRequest | ListedCommand;

/** A request that a new copy has to answer as expected. */
export interface CopyRequest extends ListedRequest {
  readonly path: string;
  readonly target: Target;
}

/** A check that a new copy has to pass before the route is switched to it. */
export type SmokeCheck = CopyRequest | ListedCommand;

/** What checks need that do more than read. */
export interface Listed {
  /** The time that all of them together may take, before the switch and after it, in seconds. */
  readonly limitSeconds: number;
  /** The copies that have the secrets they refer to, by the secrets' names. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** The name of a check in messages and receipts: nothing that it refers to is in it. */
export function nameOfCheck(check: ListedCheck): string {
  if ("command" in check) return `"${check.command.join(" ")}"`;
  return `${methodOf(check)} ${check.path ?? check.url ?? ""}`;
}

/** The method of a request. */
export function methodOf({ method, body, form }: ListedRequest): string {
  return method ?? (body === undefined && form === undefined ? "GET" : "POST");
}

/** Tells whether a request only reads, so that one more harms nobody. */
export function reads(check: ListedRequest): boolean {
  return ["GET", "HEAD"].includes(methodOf(check));
}
