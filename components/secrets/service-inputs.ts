import * as pulumi from "@pulumi/pulumi";
import type { Application, Service } from "../application/application.ts";
import { connections, secretFile, type ConnectionNames } from "../application/connections.ts";
import { found } from "../application/names.ts";
import {
  factOf,
  isConnected,
  piecesOf,
  targetOf,
  type ReferenceFacts,
  type Target,
} from "../application/references.ts";
import { connectedTo } from "../application/variables.ts";

/** The sources of the variables and secrets of all containers of an environment. */
export interface InputsOfAll<Value = pulumi.Output<string>> {
  application: Application;
  /** What references in variables stand for. */
  facts: ReferenceFacts;
  names: ConnectionNames;
  /** Every secret that a container may be given, by name. */
  secretValues: Readonly<Record<string, Value>>;
}

/** The inputs of one container. */
export interface ContainerInputs<Value = pulumi.Output<string>> {
  /** Plain variables; those among them that tell where its files are, too: `<NAME>_FILE`. */
  environment: Readonly<Record<string, string>>;
  /** Secrets that are delivered as variables. */
  variables: Readonly<Record<string, Value>>;
  /** Secrets that are delivered as files. */
  files: Readonly<Record<string, Value>>;
}

/** Makes a text of values that may be known later. */
type Derive<Value> = (values: Value[], text: (known: readonly string[]) => string) => Value;

/** A service's own variables and secrets, and those of what is needed: by itself, or by what runs with its image. */
export function serviceInputs(
  all: InputsOfAll,
  service: Service,
  needs: readonly string[] = service.needs,
): ContainerInputs {
  const later: Derive<pulumi.Output<string>> = (values, text) => pulumi.all(values).apply(text);
  return inputsBy(later, all, service, needs);
}

/** The same where all values are known. */
export function knownInputs(all: InputsOfAll<string>, service: Service): ContainerInputs<string> {
  return inputsBy((values, text) => text(values), all, service, service.needs);
}

function inputsBy<Value>(
  derive: Derive<Value>,
  { application, facts, names, secretValues }: InputsOfAll<Value>,
  service: Service,
  needs: readonly string[],
): ContainerInputs<Value> {
  const connected = connections(application, needs, names);
  const deliveries = { ...application.connectionSecrets, ...application.secrets };
  const own = Object.entries(service.environment).filter(([, value]) =>
    isConnected(value, connectedTo(application, { ...service, needs })),
  );
  const delivered = (delivery: "file" | "variable"): Readonly<Record<string, Value>> =>
    Object.fromEntries(
      [...connected.secretNames, ...service.secrets]
        // In the application's own form instead.
        .filter((name) => !own.some(([variable]) => variable === name))
        .filter((name) => found(deliveries, name).delivery === delivery)
        .map((name) => [name, found(secretValues, name)]),
    );
  const plain: Record<string, string> = {};
  const secret: Record<string, Value> = {};
  for (const [name, value] of own) {
    const targets = targetsIn(value);
    const values = targets.flatMap((target) =>
      "secret" in target ? [found(secretValues, target.secret)] : [],
    );
    const text = (known: readonly string[]): string => textOf(value, known, { facts, names });
    if (values.length === 0) plain[name] = text([]);
    else secret[name] = derive(values, text);
  }
  const files = delivered("file");
  const paths = Object.keys(files).map((name) => {
    const { path, variable } = secretFile(name);
    return [variable, found(deliveries, name).path ?? path] as const;
  });
  return {
    environment: {
      TOWPATH_ENVIRONMENT: facts.environment,
      ...connected.environment,
      ...plain,
      ...Object.fromEntries(paths),
    },
    variables: { ...delivered("variable"), ...secret },
    files,
  };
}

function targetsIn(value: string): Target[] {
  return piecesOf(value).flatMap((piece) => {
    const target = typeof piece === "string" ? undefined : targetOf(piece.reference);
    return target === undefined ? [] : [target];
  });
}

/** A value with all references in it replaced; `known` are the values of the secret ones, in their order. */
function textOf(
  value: string,
  known: readonly string[],
  { facts, names }: Pick<InputsOfAll, "facts" | "names">,
): string {
  const secrets = [...known];
  return piecesOf(value)
    .map((piece) => {
      if (typeof piece === "string") return piece;
      const target = targetOf(piece.reference);
      if (target === undefined) return "";
      if ("fact" in target) return factOf(facts, target);
      return "plain" in target ? target.plain(names) : target.part(secrets.shift() ?? "");
    })
    .join("");
}
