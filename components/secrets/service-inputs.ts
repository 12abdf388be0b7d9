import type { Application, Service } from "../application/application.ts";
import { connections, type ConnectionNames } from "../application/connections.ts";
import { found } from "../application/names.ts";
import type * as pulumi from "@pulumi/pulumi";

/** The sources of the variables and secrets of all containers of an environment. */
export interface InputsOfAll<Value = pulumi.Output<string>> {
  application: Application;
  /** The environment's own name: `staging`, `pr-12`. */
  environment: string;
  names: ConnectionNames;
  /** Every secret that a container may be given, by name. */
  secretValues: Readonly<Record<string, Value>>;
}

/** The inputs of one container. */
export interface ContainerInputs<Value = pulumi.Output<string>> {
  environment: Readonly<Record<string, string>>;
  /** Secrets that are delivered as variables. */
  variables: Readonly<Record<string, Value>>;
  /** Secrets that are delivered as files. */
  files: Readonly<Record<string, Value>>;
}

/** A service's own variables and secrets, and those of what is needed: by itself, or by what runs with its image. */
export function serviceInputs<Value = pulumi.Output<string>>(
  { application, environment, names, secretValues }: InputsOfAll<Value>,
  service: Service,
  needs: readonly string[] = service.needs,
): ContainerInputs<Value> {
  const connected = connections(application, needs, names);
  const deliveries = { ...application.connectionSecrets, ...application.secrets };
  const delivered = (delivery: "file" | "variable"): Readonly<Record<string, Value>> =>
    Object.fromEntries(
      [...connected.secretNames, ...service.secrets]
        .filter((name) => found(deliveries, name).delivery === delivery)
        .map((name) => [name, found(secretValues, name)]),
    );
  const own = Object.fromEntries(
    Object.entries(service.environment).map(([name, value]) => [
      name,
      value.replaceAll("${environment}", environment),
    ]),
  );
  return {
    environment: { TOWPATH_ENVIRONMENT: environment, ...connected.environment, ...own },
    variables: delivered("variable"),
    files: delivered("file"),
  };
}
