import type { ApplicationDescription } from "../../../components/application/description.ts";
import { databaseNameProblems } from "../../../components/application/database-name.ts";
import { redis } from "../../../components/application/server-schema.ts";
import { serverProblems } from "../../../components/application/servers.ts";
import { isValkey, postgresVersionOf, readyReference, redisVersionOf } from "./image-reference.ts";
import type { ComposeService } from "./roles.ts";
import { entriesOf, fieldOf, textOf, textsOf, type Value } from "./value.ts";
import { wordsOf } from "./words.ts";

type Postgres = NonNullable<ApplicationDescription["postgres"]>;
type Redis = NonNullable<ApplicationDescription["redis"]>;

/** What a command says of a server: the settings that can be taken over, and the options that cannot. */
export interface CommandSettings {
  readonly settings: Readonly<Record<string, string>>;
  readonly others: readonly string[];
}

/** The words of a command, as a list or as a shell reads them. */
export function commandWords(value: Value): string[] {
  return value.kind === "list" ? textsOf(value) : wordsOf(textsOf(value)[0] ?? "");
}

/** The settings of `postgres -c name=value`, or `--name=value`. */
export function postgresSettings(words: readonly string[]): CommandSettings {
  const settings: Record<string, string> = {};
  const others: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (at === 0 && /^(?:docker-entrypoint\.sh|postgres)$/.test(word)) continue;
    if (word === "postgres") continue;
    const given =
      word === "-c" ? words[++at] : /^(?:-c|--)(?=[a-z])/.exec(word) && word.replace(/^(?:-c|--)/, "");
    const [, name = "", value = ""] = /^([a-zA-Z_][\w.-]*)=(.*)$/s.exec(given ?? "") ?? [];
    const setting = name.toLowerCase().replaceAll("-", "_");
    const fits = value !== "" && /^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?$/.test(setting);
    const problems = fits
      ? serverProblems({ postgres: { version: 17, settings: { [setting]: value } } })
      : [""];
    if (problems.length === 0) settings[setting] = value;
    else others.push(word === "-c" ? `-c ${given ?? ""}` : word);
  }
  return { settings, others };
}

/** Options of Redis whose place Towpath has itself; those that say what it keeps are read beside. */
const usualRedis = /^(?:appendonly|requirepass|save|bind|port|protected-mode|dir)$/;

/**
 * The settings of `redis-server --name value`; it is not persistent where it writes nothing down. Others are named without
 * their values, which can be passwords.
 */
export function redisSettings(words: readonly string[]): CommandSettings & { readonly persistent: boolean } {
  const settings: Record<string, string> = {};
  const others: string[] = [];
  const usual: Record<string, string> = {};
  for (const [name, ...values] of optionsOf(words)) {
    const setting = /^--(.*)/s.exec(name)?.[1] ?? "";
    const value = values.join(" ");
    if (usualRedis.test(setting)) usual[setting] = value;
    else if (isFree(setting, value)) settings[setting] = value;
    else others.push(name.split(/[\s=]/, 1).join(""));
  }
  const persistent = usual.save !== "" || (usual.appendonly ?? "no") !== "no";
  return { settings, others, persistent };
}

/** The options of a command with their values, and its other words; without the program. */
function optionsOf(words: readonly string[]): [string, ...string[]][] {
  const options: [string, ...string[]][] = [];
  for (const word of words) {
    const last = options.at(-1);
    // An item of a list may hold an option with its value.
    const [name = "", ...values] = word.startsWith("--") ? wordsOf(word) : [];
    if (name !== "") options.push([name, ...values]);
    else if (last?.[0].startsWith("--") === true) last.push(word);
    else if (!/^(?:docker-entrypoint\.sh|(?:redis|valkey)-server)$/.test(word)) options.push([word]);
  }
  return options;
}

function isFree(setting: string, value: string): boolean {
  const parsed = redis.safeParse({ version: 7, settings: { [setting]: value } });
  return parsed.success && serverProblems({ redis: parsed.data }).length === 0;
}

/** The description of the server that a service of a compose file is. */
export function redisOf({ image, own }: Pick<ComposeService, "image" | "own">): Redis {
  const command = fieldOf(own, "command");
  const { settings, persistent } = redisSettings(command === undefined ? [] : commandWords(command));
  return {
    version: redisVersionOf(image)?.version ?? 7,
    ...(isValkey(image) && { server: "valkey" as const }),
    ...(!persistent && { persistent }),
    ...(Object.keys(settings).length > 0 && { settings }),
  };
}

/** The image of another make that Towpath runs as it is: one that is made from the official one, of a version that it knows. */
export function ownPostgresImage(image: string): string | undefined {
  const [bare = ""] = image.split("@", 1);
  const found = postgresVersionOf(image);
  if (found === undefined || found.instead !== undefined) return undefined;
  return /(?:^|\/)(?:pgvector|postgis|timescaledb):[^/]+$/.test(bare) ? readyReference(image) : undefined;
}

/** The name of the database, where a variable of the server gives one that can be taken over. */
export function givenDatabase(variable: string, value: Value | undefined): string | undefined {
  const name = textOf(value) ?? "";
  if (!/^(?:POSTGRES_DB|POSTGRESQL_DATABASE)$/.test(variable) || !/^[a-z][a-z0-9_]{0,47}$/.test(name))
    return undefined;
  return databaseNameProblems(name).length === 0 ? name : undefined;
}

/** The description of the server that a service of a compose file is. */
export function postgresOf({ image, own }: Pick<ComposeService, "image" | "own">): Postgres {
  const command = fieldOf(own, "command");
  const { settings } = postgresSettings(command === undefined ? [] : commandWords(command));
  const ownImage = ownPostgresImage(image);
  const [database] = entriesOf(fieldOf(own, "environment")).flatMap(
    ([name, { value }]) => givenDatabase(name, value) ?? [],
  );
  return {
    version: postgresVersionOf(image)?.version ?? 17,
    ...(database !== undefined && { database }),
    ...(ownImage !== undefined && { image: ownImage }),
    ...(Object.keys(settings).length > 0 && { settings }),
  };
}
