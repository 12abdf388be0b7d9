import type { Application, Service } from "../../components/application/application.ts";
import {
  connections,
  postgresPort,
  redisPort,
  secretFile,
  type ConnectionNames,
} from "../../components/application/connections.ts";
import { databaseNameOf } from "../../components/application/database-name.ts";
import { factOf, piecesOf, targetOf, type ReferenceFacts } from "../../components/application/references.ts";

/** The names that an exported application's servers have in Compose's network. */
export const serverNames = { postgres: "postgres", redis: "redis", objectStorage: "object-storage" } as const;

/** The variables that a person gives Compose, by what they are for. */
export const passwordVariables = {
  postgres: "POSTGRES_PASSWORD",
  redis: "REDIS_PASSWORD",
  accessKey: "S3_ACCESS_KEY_ID",
  secretKey: "S3_SECRET_ACCESS_KEY",
} as const;

/** The variable for the port of localhost that the gateway listens on, and its default. */
export const portVariable = { name: "PORT", value: 8080 } as const;

/** A value that Compose fills in when it starts, and asks for where it has none. */
export function asked(variable: string): string {
  return `\${${variable}:?give ${variable} a value in .env}`;
}

/** A text that Compose takes as it is. */
export function plain(text: string): string {
  return text.replaceAll("$", "$$$$");
}

/** What a service is given: variables, files of its own secrets, and files with connections. */
export interface Given {
  readonly environment: Readonly<Record<string, string>>;
  /** The paths of secrets by their names: Compose takes their values from variables of the same names. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The contents of connections' files, by their names. */
  readonly files: Readonly<Record<string, string>>;
}

/** Stands for a password while an address is taken apart: of letters, so that no part of an address is another one for it. */
const marks = Object.values(passwordVariables).map((variable) => ({
  variable,
  mark: `towpath-${variable.toLowerCase().replaceAll("_", "-")}-mark`,
}));

function markOf(variable: string): string {
  return marks.find((one) => one.variable === variable)?.mark ?? "";
}

/** A text with marks, as Compose fills it in. */
function filled(text: string): string {
  return marks.reduce((all, { mark, variable }) => all.replaceAll(mark, asked(variable)), plain(text));
}

/** The connections' values, with marks in the place of passwords. */
function connectionValues(name: string): Readonly<Record<string, string>> {
  const { postgres, redis, accessKey, secretKey } = passwordVariables;
  return {
    DATABASE_URL: `postgresql://${name}:${markOf(postgres)}@${serverNames.postgres}:${postgresPort}/${name}`,
    REDIS_URL: `redis://:${markOf(redis)}@${serverNames.redis}:${redisPort}/0`,
    S3_ACCESS_KEY_ID: markOf(accessKey),
    S3_SECRET_ACCESS_KEY: markOf(secretKey),
  };
}

const names: ConnectionNames = { objectStorage: serverNames.objectStorage, bucket: (bucket) => bucket };

/** What a service, or a command in its image, is given in Compose. */
export function givenTo(
  application: Application,
  service: Pick<Service, "needs" | "secrets" | "environment">,
): Given {
  const { environment, secretNames } = connections(application, service.needs, names);
  const values = connectionValues(databaseOf(application));
  const all: Record<string, string> = {
    TOWPATH_ENVIRONMENT: "compose",
    ...environment,
  };
  const files: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  for (const name of [...secretNames, ...service.secrets]) {
    const isConnection = secretNames.includes(name);
    const { delivery = "file", path = secretFile(name).path } =
      application.connectionSecrets[name] ?? application.secrets[name] ?? {};
    const value = isConnection ? filled(values[name] ?? "") : asked(name);
    if (delivery === "variable") all[name] = value;
    else {
      all[secretFile(name).variable] = path;
      if (isConnection) files[name] = value;
      else secrets[name] = path;
    }
  }
  const own = Object.entries(service.environment).map(
    ([name, text]) => [name, referring(application, text, values)] as const,
  );
  return { environment: { ...all, ...Object.fromEntries(own) }, secrets, files };
}

/** The name of the database, and of its owner. */
export function databaseOf({ name, postgres }: Pick<Application, "name" | "postgres">): string {
  const { database = name.replaceAll("-", "_") } = postgres ?? {};
  return databaseNameOf(database, { environment: "compose", namespace: name });
}

/** A variable's value with what its references stand for. */
function referring(application: Application, text: string, values: Readonly<Record<string, string>>): string {
  const { name: port, value: usual } = portVariable;
  const at = (domain: string): Pick<ReferenceFacts, "domain" | "url"> => ({
    domain,
    url: `http://${domain}:\${${port}:-${usual}}`,
  });
  const facts: ReferenceFacts = {
    environment: "compose",
    namespace: plain(application.name),
    ...at("localhost"),
    version: "compose",
    domains: Object.fromEntries(application.domains.map((label) => [label, at(`${label}.localhost`)])),
  };
  return piecesOf(text)
    .map((piece) => {
      if (typeof piece === "string") return plain(piece);
      const target = targetOf(piece.reference);
      if (target === undefined) return plain(`\${${piece.reference}}`);
      if ("fact" in target) return factOf(facts, target);
      if ("plain" in target) return plain(target.plain(names));
      const value = target.need === undefined ? undefined : values[target.secret];
      return value === undefined ? asked(target.secret) : filled(target.part(value));
    })
    .join("");
}
