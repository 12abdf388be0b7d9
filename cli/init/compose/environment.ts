import { secretFile } from "../../../components/application/connections.ts";
import { longestName, readableOf } from "../../../components/naming/namespace.ts";
import { givenFor, isSecret, secretName } from "../variables.ts";
import {
  asText,
  connectionIn,
  literally,
  partNamed,
  storagePartNamed,
  type Connection,
  type ServerHosts,
} from "./connection-texts.ts";
import { named, taken, type Row } from "./report.ts";
import type { GivenVariable } from "./variables-given.ts";

/** What is known of the application when the variables of a service are decided. */
export interface EnvironmentFacts {
  readonly hosts: ServerHosts;
  /** The buckets of the application. */
  readonly buckets: readonly string[];
  /** The servers and buckets that the service waits for, whatever its variables say. */
  readonly needs: readonly string[];
  /** The other services by the names that reach them in Compose, and whether they are taken over. */
  readonly others: ReadonlyMap<string, boolean>;
  /** The paths of the files of Compose's secrets, and the secret that each is here. */
  readonly secretPaths: ReadonlyMap<string, string>;
  /** The name of a secret for a service's variable and its value. */
  readonly secretFor: (variable: string, value: string | undefined) => string;
}

/** A service's variables as a description has them. */
export interface MappedEnvironment {
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly needs: readonly string[];
  /** The needs and secrets whose own variables the program reads, such as DATABASE_URL. */
  readonly reads: readonly string[];
  /** Secrets that Compose does without. */
  readonly optional: readonly string[];
  /** One person's values of secrets and variables, for `.env`. */
  readonly own: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

/** What becomes of one variable. */
interface Decision {
  readonly row: Row;
  /** Its value in the description; undefined where something else brings it. */
  readonly text?: string;
  readonly secret?: string;
  readonly isOptional?: boolean;
  readonly need?: string;
  /** The need or secret whose own variable the program reads. */
  readonly reads?: string;
  /** One person's value, by the name in `.env`. */
  readonly own?: readonly [string, string];
}

/** What the variables of a service show together. */
interface Together {
  readonly needs: ReadonlySet<string>;
  /** The need that the host of a connection is, by what the names of its parts begin with; undefined for another server. */
  readonly hosts: ReadonlyMap<string, string | undefined>;
}

/** Decides what becomes of each variable of a service. */
export function mapEnvironment(
  variables: readonly GivenVariable[],
  facts: EnvironmentFacts,
): MappedEnvironment {
  const together = togetherOf(variables, facts);
  const first = variables.map((variable) => ({ variable, ...decisionOn(variable, together, facts) }));
  const files = first.flatMap(({ secret }) => (secret === undefined ? [] : [secretFile(secret).variable]));
  const decided = first.map(({ variable, ...decision }) => ({
    name: variable.name,
    ...(files.includes(variable.name) ? { row: named(variable, setBySecret, otherName) } : decision),
  }));
  const environment = Object.fromEntries(
    decided.flatMap(({ name, text }) => (text === undefined ? [] : [[name, text]])),
  );
  const passwords = redisPasswords(variables, environment);
  const secrets = decided.flatMap(({ secret }) => secret ?? []);
  return {
    environment: {
      ...environment,
      ...Object.fromEntries(passwords.map(({ name }) => [name, "${redis.password}"])),
    },
    secrets: [...new Set(secrets)],
    needs: [...new Set([...together.needs, ...decided.flatMap(({ need }) => need ?? [])])],
    reads: decided.flatMap((one) => one.reads ?? []),
    optional: decided.flatMap(({ secret, isOptional }) => (isOptional === true ? (secret ?? []) : [])),
    own: Object.fromEntries(decided.flatMap(({ own }) => (own === undefined ? [] : [own]))),
    rows: [...decided, ...passwords].map(({ row }) => row),
  };
}

function togetherOf(variables: readonly GivenVariable[], { hosts, needs }: EnvironmentFacts): Together {
  const all = variables.map(({ name, value }) => ({
    part: partNamed(name),
    found: connectionIn(name, String(value.value ?? ""), hosts),
  }));
  return {
    needs: new Set([...needs, ...all.flatMap(({ found }) => found?.need ?? [])]),
    hosts: new Map(
      all.flatMap(({ part, found }) => (part?.part === "host" ? [[part.prefix, found?.need]] : [])),
    ),
  };
}

/** Tells whether a need brings a variable, which only a reference to that need may stand in for; nothing may for a file's path. */
function isAnothers(
  name: string,
  found: Connection | undefined,
  { needs }: Together,
  { buckets }: EnvironmentFacts,
): boolean {
  const all = [...needs, ...(found === undefined ? [] : [found.need])];
  const others = all.filter((need) => need !== found?.need);
  const files = givenFor(all, buckets).map((one) => secretFile(one).variable);
  return givenFor(others, buckets).includes(name) || files.includes(name);
}

/** The variables that needs bring by themselves, and the reference that each is. */
const brought: Readonly<Record<string, RegExp>> = {
  DATABASE_URL: /^\$\{postgres\.url\}$/,
  REDIS_URL: /^\$\{redis\.url\}$/,
  S3_ENDPOINT: /^\$\{bucket\.[^.]+\.endpoint\}$/,
  S3_REGION: /^\$\{bucket\.[^.]+\.region\}$/,
  S3_ACCESS_KEY_ID: /^\$\{bucket\.[^.]+\.accessKey\}$/,
  S3_SECRET_ACCESS_KEY: /^\$\{bucket\.[^.]+\.secretKey\}$/,
};

function decisionOn(variable: GivenVariable, together: Together, facts: EnvironmentFacts): Decision {
  const { name, value } = variable;
  const text = String(value.value ?? "");
  if (!variableForm.test(name))
    return { row: named(variable, "it is no variable's name here", "let the program read another one") };
  if (name.startsWith("TOWPATH_"))
    return {
      row: named(variable, "names from TOWPATH_ on are Towpath's own", "let the program read another one"),
    };
  const found = connectionIn(name, text, facts.hosts) ?? partIn(name, text, together, facts);
  if (found !== undefined && Object.hasOwn(brought, name) && brought[name]?.test(found.text) === true)
    return { need: found.need, reads: name, row: taken(variable, `what the need "${found.need}" brings`) };
  if (isAnothers(name, found, together, facts))
    return { row: named(variable, "a need of the service sets it", otherName) };
  if (found !== undefined) return { need: found.need, text: found.text, row: taken(variable, found.text) };
  const file = facts.secretPaths.get(text);
  if (file !== undefined && name === `${file}_FILE`)
    return { reads: file, row: taken(variable, `what the secret ${file} brings`) };
  if (file !== undefined)
    return { text: `/run/secrets/${file}`, row: taken(variable, `the file of the secret ${file}`) };
  return isSecretValue(variable) ? secretOf(variable, facts) : plainOf(variable, facts);
}

const setBySecret = "a secret of the service sets it";
const otherName = "let the program read another name where it means something else";

const variableForm = /^[A-Za-z_]\w*$/;

function isSecretValue({ name, value }: GivenVariable): boolean {
  return secretName.test(name.toUpperCase()) && isSecret(name.toUpperCase(), String(value.value ?? ""));
}

function secretOf(variable: GivenVariable, facts: EnvironmentFacts): Decision {
  const { name, value } = variable;
  const elsewhere = elsewhereRow(variable, facts);
  const given = value.value === null || value.value === "" ? undefined : String(value.value);
  const secret = facts.secretFor(name, given);
  const isOptional = given === undefined && value.uses.some(({ from }) => from === "empty default");
  const locally = isOptional ? "which may have no value" : "whose value locally is made";
  return {
    secret,
    isOptional,
    ...(secret !== name && { text: `\${secret.${secret}}` }),
    ...(given !== undefined && { own: [secret, given] as const }),
    row:
      elsewhere ??
      taken(
        variable,
        `the secret ${secret}, ${given === undefined ? locally : "whose value for local is in .env"}`,
      ),
  };
}

function plainOf(variable: GivenVariable, facts: EnvironmentFacts): Decision {
  const { name, value } = variable;
  const text = String(value.value ?? "");
  const isOwn = value.uses.some(({ from }) => from === "given") && text !== value.plain;
  return {
    text: asText(isOwn ? value.plain : text),
    ...(isOwn && { own: [name, text] as const }),
    row: plainRow(variable, isOwn, facts),
  };
}

/** A part of a connection that its name shows: of the server that its host is, or of the usual one where no host is given. */
function partIn(
  name: string,
  text: string,
  { needs, hosts: ours }: Together,
  { hosts, buckets }: EnvironmentFacts,
): Connection | undefined {
  const part = partNamed(name);
  if (part !== undefined && part.part !== "host") {
    const need = ours.has(part.prefix) ? ours.get(part.prefix) : part.need;
    const isThere = need === part.need || (need === "redis" && ["port", "password"].includes(part.part));
    if (need !== undefined && needs.has(need) && isThere) return { text: `\${${need}.${part.part}}`, need };
  }
  const storage = storagePartNamed(name);
  const used = buckets.filter((bucket) => needs.has(bucket));
  const bucket =
    storage === "name"
      ? buckets.find((one) => one === readableOf(text, longestName))
      : (used[0] ?? hosts.bucket);
  if (storage === undefined || bucket === undefined || used.length === 0) return undefined;
  return { text: `\${bucket.${bucket}.${storage}}`, need: bucket };
}

function plainRow(variable: GivenVariable, isOwn: boolean, facts: EnvironmentFacts): Row {
  const { name, value } = variable;
  const elsewhere = elsewhereRow(variable, facts);
  const nothing = value.uses.find(({ from }) => from === "nothing");
  if (elsewhere !== undefined) return elsewhere;
  if (isOwn)
    return named(
      variable,
      "its value is in .env, for local alone",
      `add ${name} to towpath:variables of staging and production`,
    );
  if (nothing !== undefined)
    return named(
      variable,
      `${nothing.name} has no value, so it is empty`,
      `add ${name} to towpath:variables, and to .env for local`,
    );
  return taken(variable, "the same everywhere");
}

/** Says of a variable that leads to another service that it does not do so here. */
function elsewhereRow(variable: GivenVariable, { others }: EnvironmentFacts): Row | undefined {
  const text = String(variable.value.value ?? "");
  const isHost = /(?:HOST|HOSTNAME|SERVER|ADDR|ADDRESS)$/i.test(variable.name);
  const other = [...others.keys()].find((one) => mentions(text, one) || (isHost && text === one));
  if (other === undefined) return undefined;
  return others.get(other) === true
    ? named(
        variable,
        `the copies of ${other} have changing names, so it leads nowhere`,
        "reach the service through the gateway, by a route",
      )
    : named(
        variable,
        `${other} is not taken over, so it leads nowhere`,
        `say where it is, in towpath:variables or as a secret`,
      );
}

/** Tells whether a text leads to a host: `http://api:8000`, `rabbitmq:5672`. */
export function mentions(text: string, host: string): boolean {
  const name = literally(host);
  return new RegExp(`(?:^|[/@,=\\s])${name}:\\d+|(?:://|@)${name}(?:[/?]|$)`).test(text);
}

/** Towpath's Redis asks for a password, which Compose's seldom has. */
function redisPasswords(
  variables: readonly GivenVariable[],
  environment: Readonly<Record<string, string>>,
): { name: string; row: Row }[] {
  return variables.flatMap((variable) => {
    const part = partNamed(variable.name);
    const isHost = environment[variable.name]?.startsWith("${redis.host}") === true;
    if (!isHost) return [];
    const name = `${part?.prefix ?? "REDIS_"}PASSWORD`;
    if (variables.some((given) => given.name === name)) return [];
    const place = { ...variable, path: `${variable.path.slice(0, variable.path.lastIndexOf("."))}.${name}` };
    const row = named(
      place,
      `Redis asks for a password here, which is in ${name}`,
      `let the program use it, or read REDIS_URL`,
    );
    return [{ name, row }];
  });
}
