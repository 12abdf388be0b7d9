import { suggestion } from "../input/input-checks.ts";
import {
  postgresPort,
  redisPort,
  storageEndpoint,
  storageRegion,
  type ConnectionNames,
} from "./connections.ts";

/** A piece of a variable's value: text as it is, or what stands between `${` and `}`. */
export type Piece = string | { readonly reference: string };

/** What is known of an environment, by the references to it. */
export interface ReferenceFacts {
  /** The environment's own name: `staging`, `pr-12`. */
  readonly environment: string;
  readonly namespace: string;
  /** The host name that users reach it by. */
  readonly domain: string;
  /** The address that users reach it by. */
  readonly url: string;
  /** The version that runs: that of its tag, or else the first letters of its commit. */
  readonly version: string;
  /** Its further host names, by their labels. */
  readonly domains?: Readonly<Record<string, Pick<ReferenceFacts, "domain" | "url">>>;
}

/** The facts that a reference names by themselves. */
type FactName = Exclude<keyof ReferenceFacts, "domains">;

/** What a reference stands for. */
export type Target =
  | { readonly fact: FactName }
  /** The same of a further host name. */
  | { readonly label: string; readonly fact: "domain" | "url" }
  /** Something of a bucket that everybody may know. */
  | { readonly need: string; readonly plain: (names: ConnectionNames) => string }
  /** A secret's value, or a part of it; that of a need, or one of the service's own. */
  | { readonly need?: string; readonly secret: string; readonly part: (value: string) => string };

const facts: readonly FactName[] = ["environment", "namespace", "domain", "url", "version"];

/** The parts of a server's address, by their names in references. */
const addressParts: Readonly<Record<string, (url: string) => string>> = {
  url: (url) => url,
  host: (url) => new URL(url).hostname,
  port: (url) => new URL(url).port || defaultPort(url),
  user: (url) => decodeURIComponent(new URL(url).username),
  password: (url) => decodeURIComponent(new URL(url).password),
  database: (url) => decodeURIComponent(new URL(url).pathname.slice(1)),
};

/** The port of a server whose address names none. */
function defaultPort(url: string): string {
  return String(url.startsWith("redis") ? redisPort : postgresPort);
}

const servers = { postgres: "DATABASE_URL", redis: "REDIS_URL" } as const;

const whole = (value: string): string => value;

/** The pieces of a value: `$${` stands for the text `${`. */
export function piecesOf(value: string): Piece[] {
  return value
    .split(/(\$\$\{|\$\{[^{}]*\})/)
    .filter((piece) => piece !== "")
    .map((piece) => {
      if (piece === "$${") return "${";
      return piece.startsWith("${") ? { reference: piece.slice(2, -1) } : piece;
    });
}

/** The references in a value. */
export function referencesIn(value: string): string[] {
  return piecesOf(value).flatMap((piece) => (typeof piece === "string" ? [] : [piece.reference]));
}

/** What a reference stands for; undefined where there is nothing of that name. */
export function targetOf(reference: string): Target | undefined {
  const fact = facts.find((name) => name === reference);
  if (fact !== undefined) return { fact };
  const [kind = "", ...rest] = reference.split(".");
  if (kind === "secret") return rest.length === 1 ? { secret: rest[0] ?? "", part: whole } : undefined;
  if (kind === "bucket") return bucketTarget(rest);
  const [part = ""] = rest;
  if (kind === "domain" || kind === "url") return rest.length === 1 ? { fact: kind, label: part } : undefined;
  const secret = Object.hasOwn(servers, kind) ? servers[kind as keyof typeof servers] : undefined;
  const find = Object.hasOwn(addressParts, part) ? addressParts[part] : undefined;
  return secret === undefined || find === undefined || rest.length > 1
    ? undefined
    : { need: kind, secret, part: find };
}

function bucketTarget([need = "", field = "", ...more]: readonly string[]): Target | undefined {
  const targets: Readonly<Record<string, Target>> = {
    name: { need, plain: (names) => names.bucket(need) },
    endpoint: { need, plain: storageEndpoint },
    region: { need, plain: storageRegion },
    accessKey: { need, secret: "S3_ACCESS_KEY_ID", part: whole },
    secretKey: { need, secret: "S3_SECRET_ACCESS_KEY", part: whole },
  };
  return more.length === 0 && Object.hasOwn(targets, field) ? targets[field] : undefined;
}

/** The references that a service with these needs and secrets may use. */
function knownTo({ needs, secrets, domains }: Connected): string[] {
  return [
    ...facts,
    ...domainReferences(domains),
    ...needs.flatMap((need) => {
      if (Object.hasOwn(servers, need)) return Object.keys(addressParts).map((part) => `${need}.${part}`);
      return ["name", "endpoint", "region", "accessKey", "secretKey"].map((part) => `bucket.${need}.${part}`);
    }),
    ...secrets.map((secret) => `secret.${secret}`),
  ];
}

/** The part of a service that its variables can refer to. */
export interface Connected {
  /** Backing services and buckets. */
  readonly needs: readonly string[];
  readonly secrets: readonly string[];
  /** The labels of the application's further host names. */
  readonly domains: readonly string[];
}

/** The references to further host names, by their labels. */
export function domainReferences(domains: readonly string[]): string[] {
  return domains.flatMap((label) => [`domain.${label}`, `url.${label}`]);
}

/** What is known by a reference to a fact. */
export function factOf(known: ReferenceFacts, target: Extract<Target, { fact: FactName }>): string {
  if (!("label" in target)) return known[target.fact];
  const found = known.domains?.[target.label];
  if (found === undefined) throw new Error(`no domain ${target.label}`);
  return found[target.fact];
}

/** The problems of a value's references, where the service is connected so. */
export function referenceProblems(path: string, value: string, connected: Connected): string[] {
  return referencesIn(value).flatMap((reference) => {
    const target = targetOf(reference);
    const got = `got "\${${reference}}"`;
    if (target === undefined || isOfNoDomain(target, connected.domains)) {
      const fix = suggestion(reference, knownTo(connected));
      return [`${path}: no such reference, ${got}; ${fix}, and the text itself is $\${${reference}}`];
    }
    const lacking = lackingFor(target, connected);
    return lacking === undefined ? [] : [`${path}: the service is not connected so, ${got}; ${lacking}`];
  });
}

/** Tells whether a service is given all that a value refers to. */
export function isConnected(value: string, connected: Connected): boolean {
  return referencesIn(value).every((reference) => {
    const target = targetOf(reference);
    return target !== undefined && lackingFor(target, connected) === undefined;
  });
}

/** Tells whether a reference is to a host name that the application does not have. */
export function isOfNoDomain(target: Target, domains: readonly string[]): boolean {
  return "label" in target && !domains.includes(target.label);
}

/** Tells whether a value refers to something that a need brings. */
export function refersTo(value: string, need: string): boolean {
  return referencesIn(value).some((reference) => needOf(targetOf(reference)) === need);
}

/** What a service has to be given for a reference; undefined where it has it. */
function lackingFor(target: Target, { needs, secrets }: Connected): string | undefined {
  const need = needOf(target);
  if (need !== undefined) return needs.includes(need) ? undefined : `add "${need}" to its needs`;
  if (!("secret" in target) || secrets.includes(target.secret)) return undefined;
  return `add "${target.secret}" to its secrets`;
}

function needOf(target: Target | undefined): string | undefined {
  return target !== undefined && "need" in target ? target.need : undefined;
}
