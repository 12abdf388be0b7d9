import { isValkey, postgresVersionOf, redisVersionOf, type Server } from "./image-reference.ts";
import {
  ruleOf,
  together,
  without,
  type GivenKey,
  type KeyRule,
  type KeyRules,
  type MappedKey,
} from "./keys.ts";
import { portOf } from "./listening.ts";
import { plainKeys, unknownKey } from "./plain-keys.ts";
import { named, taken, unneeded, type Key, type Row } from "./report.ts";
import type { ComposeService } from "./roles.ts";
import {
  commandWords,
  givenDatabase,
  ownPostgresImage,
  postgresSettings,
  redisOf,
  redisSettings,
} from "./server-settings.ts";
import { entriesOf, itemsOf, type Value } from "./value.ts";
import { mountOf } from "./volumes.ts";

/** A server that Towpath brings, in the words of a report. */
interface ServerWords {
  readonly title: string;
  /** The field of `application.ts` that declares it. */
  readonly field: string;
  readonly port: number;
  /** Folders whose volumes Towpath makes itself. */
  readonly data: RegExp;
  /** Variables whose values Towpath makes itself, or that mean nothing to its server. */
  readonly own: RegExp;
  /** Parts of its command that say what its server does anyway. */
  readonly usual: RegExp;
}

const servers: Readonly<Record<Server, ServerWords>> = {
  postgres: {
    title: "PostgreSQL",
    field: "postgres",
    port: 5432,
    data: /\/var\/lib\/postgresql|\/bitnami\/postgresql|\/home\/postgres\/pgdata|\/pgdata/,
    own: /^(?:POSTGRES(?:QL)?_(?:USER|USERNAME|PASSWORD|DB|DATABASE|HOST_AUTH_METHOD)(?:_FILE)?|PG(?:DATA|USER|PASSWORD|DATABASE)|ALLOW_EMPTY_PASSWORD)$/,
    usual: /^(?:postgres)$/,
  },
  redis: {
    title: "Redis",
    field: "redis",
    port: 6379,
    data: /\/data|\/bitnami\/redis|\/var\/lib\/(?:redis|valkey)/,
    own: /^(?:REDIS_PASSWORD(?:_FILE)?|VALKEY_PASSWORD|ALLOW_EMPTY_PASSWORD|REDIS_PORT|REDIS_HOST)$/,
    usual:
      /^(?:(?:redis|valkey)-server|--(?:appendonly|appendfsync|requirepass|save|loglevel|bind|port|protected-mode|dir)(?:\s.*)?)$/s,
  },
  "object-storage": {
    title: "the object storage",
    field: "buckets",
    port: 9000,
    data: /./,
    own: /^(?:MINIO_(?:ROOT_USER|ROOT_PASSWORD|ACCESS_KEY|SECRET_KEY|DEFAULT_BUCKETS|REGION|REGION_NAME|BROWSER.*|CONSOLE.*|SITE_.*)(?:_FILE)?|ROOT_(?:ACCESS|SECRET)_KEY)$/,
    usual: /./,
  },
};

/** What is published of a server: on which port, and the name that `towpath:ports` has for it. */
export function publishedServer(given: {
  role: Server;
  ports: readonly { target: number; published?: number }[];
}): [string, number] | undefined {
  const port = given.ports.find(({ target }) => target === servers[given.role].port)?.published;
  return port === undefined ? undefined : [given.role, port];
}

/** The rules of a server that Towpath brings. */
export function serverKeys(role: Server): KeyRules {
  const { title, field } = servers[role];
  const itself = without(`Towpath runs ${title} itself`);
  return {
    ...plainKeys,
    image: (given) => ({ rows: [versionRow(given, given.service.image, role)] }),
    build: (given) => ({
      rows: [
        named(
          given,
          `Towpath runs ${title} as ${field} declares it, without what is built into this`,
          "make what it adds, such as extensions, in a migration",
        ),
      ],
    }),
    environment: (given) => ({
      rows: entriesOf(given.value).map(([name, { place, value }]) =>
        variableRow({ place, path: `${given.path}.${name}` }, { name, value }, role),
      ),
    }),
    env_file: without(`Towpath makes the user, the password and the names of ${title}`),
    secrets: without(`Towpath makes the password of ${title}`),
    command: command(role),
    entrypoint: command(role),
    volumes: (given) => ({
      rows: itemsOf(given.value).map((item, index) =>
        isCache(given)
          ? unneeded({ place: item.place, path: `${given.path}[${index}]` }, unwritten)
          : volumeRow({ place: item.place, path: `${given.path}[${index}]` }, mountOf(item), role),
      ),
    }),
    ports: (given) => ({
      rows: itemsOf(given.value).map((item, index) =>
        portRow({ place: item.place, path: `${given.path}[${index}]` }, portOf(item), role),
      ),
    }),
    healthcheck: without(`Towpath waits until ${title} answers`),
    depends_on: itself,
    user: itself,
    working_dir: itself,
    init: itself,
    read_only: itself,
    cap_add: itself,
    cap_drop: itself,
    stop_signal: itself,
    profiles: without("it is there where a service needs it"),
    tmpfs: (given) =>
      isCache(given) ? { rows: [unneeded(given, unwritten)] } : without("its data is in a volume")(given),
    shm_size: (given) => ({
      rows: [named(given, `${title} has the engine's own 64 MiB`, "look whether its queries need more")],
    }),
    ulimits: itself,
    extra_hosts: itself,
    links: itself,
  };
}

function versionRow(key: Key, image: string, role: Server): Row {
  const title = isValkey(image) ? "Valkey" : servers[role].title;
  if (role === "object-storage") return taken(key, "buckets, in Towpath's own object storage");
  const found = role === "postgres" ? postgresVersionOf(image) : redisVersionOf(image);
  if (found === undefined) return named(key, `no version of ${title}`, "write one");
  const { version, instead } = found;
  if (instead === undefined && isPlain(image))
    return taken(key, `${role} ${version}${isValkey(image) ? ", of Valkey" : ""}`);
  if (role === "postgres" && ownPostgresImage(image) !== undefined)
    return taken(key, `postgres ${version}, of this image`);
  if (instead === undefined)
    return named(
      key,
      `${role} ${version}, as the plain image, without what ${image} adds`,
      "look which extensions the application uses",
    );
  return instead === "any"
    ? named(
        key,
        `${role} ${version}, for the image says no version of ${title}`,
        "write the version that your data was made with",
      )
    : named(
        key,
        `${role} ${version}, for Towpath has no ${title} ${instead}`,
        "see that the application runs with it; data moves by a dump",
      );
}

function isPlain(image: string): boolean {
  return /^(?:[\w.:-]+\/)*(?:postgres(?:ql)?|redis|valkey)(?::|@|$)/.test(image);
}

function variableRow(key: Key, { name, value }: { name: string; value: Value }, role: Server): Row {
  const { title, own } = servers[role];
  const database = role === "postgres" ? givenDatabase(name, value) : undefined;
  if (database !== undefined) return taken(key, `postgres.database: ${database}`);
  return own.test(name)
    ? unneeded(key, `Towpath makes it for ${title}`)
    : named(key, `${title} has no settings of its own here`, "look whether it matters");
}

function volumeRow(key: Key, { kind, target, source }: ReturnType<typeof mountOf>, role: Server): Row {
  const { title, data } = servers[role];
  if (target.includes("docker-entrypoint-initdb.d"))
    return named(key, "nothing runs when the server is made", "let a migration do it");
  if (data.test(target) && !/\.\w+$/.test(target))
    return kind === "volume" || kind === "nameless"
      ? taken(
          key,
          `a volume that Towpath makes, and keeps; what ${source || "the old one"} holds stays there`,
        )
      : taken(key, `a volume that Towpath makes, and keeps; what is in ${source} stays there`);
  return named(key, `${title} has no settings of its own here`, "look whether it matters");
}

function portRow(key: Key, port: ReturnType<typeof portOf>, role: Server): Row {
  const { port: own } = servers[role];
  if (port?.target !== own) return named(key, "only the server's own port can be published", "do without it");
  return port.published === undefined
    ? unneeded(key, "services reach it in their network")
    : taken(key, `towpath:ports of local: ${port.published} leads to ${role}`);
}

function command(role: Server): KeyRule {
  const { title, usual } = servers[role];
  return (given) => {
    const words = commandWords(given.value);
    if (given.path.endsWith(".command") && (role === "postgres" || role === "redis"))
      return { rows: settingRows(given, words, role) };
    // An option with its values.
    const options = words.join(" ").split(/\s+(?=--?[a-z])/);
    return options.every((option) => usual.test(option.trim()))
      ? { rows: [unneeded(given, `Towpath runs ${title} so, with a password`)] }
      : {
          rows: [
            named(
              given,
              `${title} has no settings of its own here`,
              "look whether the application needs them",
            ),
          ],
        };
  };
}

const unwritten = "Redis writes nothing down, and has no volume: redis.persistent: false";

/** True for a Redis whose command says that nothing is written down. */
function isCache({ service }: GivenKey): boolean {
  return service.role === "redis" && redisOf(service).persistent === false;
}

/** The settings of a server's command, and what is no setting. */
function settingRows(given: GivenKey, words: readonly string[], role: "postgres" | "redis"): Row[] {
  const { title } = servers[role];
  const { settings, others } = role === "postgres" ? postgresSettings(words) : redisSettings(words);
  const names = Object.keys(settings);
  const cache = role === "redis" && isCache(given);
  return [
    ...(cache ? [taken(given, "redis.persistent: false, for nothing is written down")] : []),
    ...(names.length === 0 ? [] : [taken(given, `${role}.settings: ${names.join(", ")}`)]),
    ...(others.length === 0
      ? []
      : [named(given, `${title} is not given ${others.join(" ")}`, "look whether the application needs it")]),
    ...(names.length + others.length === 0 && !cache
      ? [unneeded(given, `Towpath runs ${title} so, with a password`)]
      : []),
  ];
}

/** The rules of a service that is not taken over, where its image says why. */
export function leftOutKeys({ name, role, image, own }: ComposeService): KeyRules {
  if (role === "gateway")
    return {
      ...Object.fromEntries(
        [...own.entries.keys()].map((key) => [key, without("Towpath's gateway stands before the services")]),
      ),
      image: (key) => ({
        rows: [
          named(
            key,
            "Towpath's gateway stands before the services",
            "compare its configuration with the routes in application.ts",
          ),
        ],
      }),
    };
  if (role === "buckets")
    return Object.fromEntries(
      [...own.entries.keys()].map((key) => [key, without("Towpath makes the buckets before any copy")]),
    );
  const why = `goes with ${name}, which is not taken over`;
  return {
    ...Object.fromEntries(
      [...own.entries.keys()].map((key) => [
        key,
        (one: GivenKey) => ({ rows: [named(one, why, `see services.${name}.image`)] }),
      ]),
    ),
    image: (key) => ({
      rows: [
        named(
          key,
          `a release would start a second ${image} beside it, and only one may have its data open`,
          "run it beside Towpath, and say in a variable or a secret where it is",
        ),
      ],
    }),
  };
}

/** All keys of a service by the rules that its role has. */
export function withRules(given: Omit<GivenKey, "place" | "path" | "value">, rules: KeyRules): MappedKey {
  return together(
    [...given.service.own.entries].map(([key, { place, value }]) => {
      const one = { ...given, place, value, path: `services.${given.service.name}.${key}` };
      return itemsOf(value).length === 0 || (value.kind === "fields" && value.entries.size === 0)
        ? { rows: [unneeded(one, "it says nothing")] }
        : ruleOf(rules, key, unknownKey)(one);
    }),
  );
}
