import { namesVersion } from "../../../components/application/images.ts";
import { processShape } from "../../../components/application/process.ts";
import { capabilities, profile } from "../../../components/application/schema.ts";
import type { ServiceDescription } from "../../../components/application/description.ts";
import { build } from "./build-keys.ts";
import { mentions } from "./environment.ts";
import type { GivenKey, KeyRule, KeyRules } from "./keys.ts";
import { healthcheck, ports } from "./listening.ts";
import { plainKeys } from "./plain-keys.ts";
import { named, taken, unneeded, type Row } from "./report.ts";
import { isReadyMade, isServer } from "./roles.ts";
import { booleanOf, entriesOf, fieldOf, itemsOf, textOf, textsOf } from "./value.ts";
import { volumes } from "./volumes.ts";
import { wordsOf } from "./words.ts";

/** The fields of a service that Compose has under another name, and that are read as one text. */
function field<Name extends keyof ServiceDescription & keyof typeof processShape>(
  name: Name,
  read: (given: GivenKey) => ServiceDescription[Name] | undefined,
  todo: string,
): KeyRule {
  return (given) => {
    const value = read(given);
    const checked = value === undefined ? undefined : processShape[name].safeParse(value);
    return checked?.success === true
      ? { rows: [taken(given, name)], fields: { [name]: value } }
      : { rows: [named(given, "a description cannot say it so", todo)] };
  };
}

/** The words of `command` and `entrypoint`; undefined where the image's own is meant. */
export function commandOf(given: Pick<GivenKey, "value">): string[] | undefined {
  const text = textOf(given.value);
  const words = given.value.kind === "list" ? textsOf(given.value) : text === undefined ? [] : wordsOf(text);
  return words.length === 0 ? undefined : words;
}

function commandLine(name: "command" | "entrypoint"): KeyRule {
  return (given) => {
    const words = commandOf(given);
    if (words === undefined) return { rows: [unneeded(given, "the image's own runs")] };
    const text = words.join(" ");
    const host = [...given.facts.hosts].find((one) => mentions(text, one) || words.includes(one));
    const row =
      host === undefined
        ? taken(given, name)
        : named(
            given,
            `${host} is no name here`,
            "let it read the address from a variable, such as DATABASE_URL",
          );
    return { rows: [row], fields: { [name]: words } };
  };
}

function sizeOf(text: string | undefined): string | undefined {
  const [, number = "", unit = ""] = /^(\d+)\s*([kmg]?)(?:i?b)?$/i.exec(text ?? "") ?? [];
  if (number === "") return undefined;
  const bytes = Number(number) * 1024 ** ["", "k", "m", "g"].indexOf(unit.toLowerCase());
  const size = bytes / 1024 ** 2;
  return Number.isInteger(size) ? `${size}MiB` : `${Math.ceil(size)}MiB`;
}

const tmpfs: KeyRule = (given) => {
  const folders = textsOf(given.value).map((text) => text.split(":")[0] ?? "");
  const options = textsOf(given.value).some((text) => text.includes(":"));
  if (!processShape.tmpfs.safeParse(folders).success)
    return { rows: [named(given, "it is no folder", "write an absolute path")] };
  const row = options
    ? named(given, "the folders are in memory, without the options", "look whether they matter")
    : taken(given, "tmpfs");
  return { rows: [row], fields: { tmpfs: folders } };
};

const ulimits: KeyRule = (given) => {
  const all = entriesOf(given.value).map(([name, { place, value }]) => {
    const key = { place, path: `${given.path}.${name}` };
    const [soft, hard] = ["soft", "hard"].map((one) => Number(textOf(fieldOf(value, one)) ?? textOf(value)));
    const isKnown = soft !== undefined && processShape.ulimits.safeParse({ [name]: soft }).success;
    if (!isKnown) return { row: named(key, "a description cannot say it", "do without it") };
    const row =
      soft === hard
        ? taken(key, "ulimits")
        : named(key, `both limits are ${soft}`, "look whether the hard one matters");
    return { row, limit: [name, soft] as const };
  });
  const limits = Object.fromEntries(all.flatMap(({ limit }) => (limit === undefined ? [] : [limit])));
  return {
    rows: all.map(({ row }) => row),
    fields: Object.keys(limits).length > 0 ? { ulimits: limits } : {},
  };
};

const extraHosts: KeyRule = (given) => {
  const all = entriesOf(given.value).map(([name, { place, value }]) => {
    const key = { place, path: `${given.path}.${name}` };
    const [address = ""] = textsOf(value);
    if (processShape.extraHosts.safeParse({ [name]: address }).success)
      return { row: taken(key, "extraHosts"), host: [name, address] as const };
    return {
      row: named(key, "an address is a number here", "say in a variable where it is, or give its number"),
    };
  });
  const hosts = Object.fromEntries(all.flatMap(({ host }) => (host === undefined ? [] : [host])));
  return {
    rows: all.map(({ row }) => row),
    fields: Object.keys(hosts).length > 0 ? { extraHosts: hosts } : {},
  };
};

const capAdd: KeyRule = (given) => {
  const known: readonly string[] = capabilities;
  const all = itemsOf(given.value).map((item, index) => {
    const name = (textOf(item) ?? "").toUpperCase().replace(/^CAP_/, "");
    const key = { place: item.place, path: `${given.path}[${index}]` };
    return known.includes(name)
      ? { row: taken(key, "capabilities"), name }
      : {
          row: named(
            key,
            "a service is given no more than Docker gives by default",
            "do without it, or run it beside Towpath",
          ),
        };
  });
  const capabilitiesTaken = all.flatMap(({ name }) => name ?? []);
  return {
    rows: all.map(({ row }) => row),
    fields: capabilitiesTaken.length > 0 ? { capabilities: capabilitiesTaken } : {},
  };
};

const profiles: KeyRule = (given) => {
  const names = textsOf(given.value).filter((name) => profile.safeParse(name).success);
  if (names.length === 0) return { rows: [unneeded(given, "it has none")] };
  return {
    rows: [taken(given, "profiles, which towpath:profiles switches on")],
    fields: { profiles: names },
  };
};

const secrets: KeyRule = (given) => {
  const all = itemsOf(given.value).map((item, index) => {
    const source = textOf(fieldOf(item, "source")) ?? textOf(item) ?? "";
    const key = { place: item.place, path: `${given.path}[${index}]` };
    const name = given.facts.secrets.get(source);
    if (name === undefined)
      return { row: named(key, "the file has no such secret", "look whether it is misspelled") };
    const target = textOf(fieldOf(item, "target")) ?? source;
    const path = target.startsWith("/") ? target : `/run/secrets/${target}`;
    const isSame = path === `/run/secrets/${name}` || given.facts.knownPaths.has(path);
    const row = isSame
      ? taken(key, `the secret ${name}, a file at /run/secrets/${name}`)
      : named(
          key,
          `it is the file /run/secrets/${name} here, not ${path}`,
          `let the program read the file that ${name}_FILE names`,
        );
    return { row, name };
  });
  return { rows: all.map(({ row }) => row), fields: { secrets: all.flatMap(({ name }) => name ?? []) } };
};

const dependsOn: KeyRule = (given) => {
  const own = textsOf(fieldOf(given.service.own, "profiles"));
  const all = entriesOf(given.value).map(([name, { place }]): { row: Row; need?: string } => {
    const key = { place, path: `${given.path}.${name}` };
    const other = given.facts.services.find((one) => one.name === name);
    if (other === undefined) return { row: unneeded(key, "it is not there, and need not be") };
    if (isServer(other.role))
      return {
        row: taken(key, `the need ${other.role === "object-storage" ? "of a bucket" : `"${other.role}"`}`),
      };
    if (other.role === "buckets") return { row: unneeded(key, "buckets are there before any copy") };
    if (other.role === "once") return { row: onceRow(key, name, given) };
    const need = given.facts.names.get(name);
    if (need === undefined)
      return { row: named(key, `${name} is not taken over`, `look at services.${name}`) };
    const others = textsOf(fieldOf(other.own, "profiles"));
    if (others.length > 0 && own.join() !== others.join())
      return {
        row: named(
          key,
          `${name} may be off where this runs`,
          "give both the same profiles, and add the need",
        ),
      };
    return { row: taken(key, `the need "${need}"`), need };
  });
  const needs = all.flatMap(({ need }) => need ?? []);
  return { rows: all.map(({ row }) => row), fields: { needs } };
};

function onceRow(key: { place: GivenKey["place"]; path: string }, name: string, { facts }: GivenKey): Row {
  const kind = facts.once.get(name);
  if (kind === "migrations") return taken(key, "migrations, which come before any copy");
  if (kind === "release job")
    return taken(key, `the job ${facts.names.get(name) ?? name}, before each release`);
  return kind === "job"
    ? named(
        key,
        `${name} is a job, which runs when somebody asks`,
        `npx towpath job run ${facts.names.get(name) ?? name}`,
      )
    : named(key, `${name} is not taken over`, `look at services.${name}`);
}

const image: KeyRule = (given) => {
  const { service } = given;
  if (!isReadyMade(service)) return { rows: [unneeded(given, "Towpath names what it builds")] };
  return {
    rows: [
      namesVersion(service.image)
        ? taken(given, "an image that is pulled as it is")
        : named(given, "the newest version is pulled, whichever that is", "write the version that runs"),
    ],
  };
};

/** Their rows are those of the variables. */
const variables: KeyRule = () => ({ rows: [] });

/** The keys of a service that is taken over. */
export const serviceKeys: KeyRules = {
  ...plainKeys,
  image,
  build,
  command: commandLine("command"),
  entrypoint: commandLine("entrypoint"),
  environment: variables,
  env_file: variables,
  user: field("user", ({ value }) => textOf(value), "let the image's Dockerfile say the user"),
  working_dir: field(
    "workingDir",
    ({ value }) => textOf(value)?.replace(/(.)\/$/, "$1"),
    "let the image's Dockerfile say the folder",
  ),
  init: field("init", ({ value }) => booleanOf(value), "write true or false"),
  stop_signal: field(
    "stopSignal",
    ({ value }) => `SIG${(textOf(value) ?? "").toUpperCase().replace(/^SIG/, "")}`,
    "write the signal's name",
  ),
  shm_size: field("shmSize", ({ value }) => sizeOf(textOf(value)), "write the size in MiB"),
  read_only: (given) => ({
    rows: [taken(given, "readOnly, in staging and production")],
    fields: booleanOf(given.value) === true ? { readOnly: true } : {},
  }),
  tmpfs,
  ulimits,
  extra_hosts: extraHosts,
  cap_add: capAdd,
  cap_drop: (given) => ({ rows: [unneeded(given, "on hosts a service keeps only what capabilities says")] }),
  profiles,
  secrets,
  depends_on: dependsOn,
  ports,
  healthcheck,
  volumes,
  labels: (given) => ({
    rows: entriesOf(given.value).map(([name, { place }]) => {
      const key = { place, path: `${given.path}.${name}` };
      return /\.(?:rule|loadbalancer\.server\.port)$/.test(name)
        ? taken(key, "its port and routes, as far as they name paths")
        : unneeded(key, "Towpath labels what it makes, and its gateway reads none");
    }),
  }),
  links: (given) => ({
    rows: itemsOf(given.value).map((item, index) =>
      named(
        { place: item.place, path: `${given.path}[${index}]` },
        "no copy has that name here",
        "say in a variable where it is",
      ),
    ),
  }),
};
