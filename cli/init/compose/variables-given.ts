import { posix } from "node:path";
import { parseEnv } from "node:util";
import { filledIn, type Variables } from "./interpolation.ts";
import { named, taken, unneeded, type Row } from "./report.ts";
import type { ComposeService } from "./roles.ts";
import {
  booleanOf,
  entriesOf,
  fieldOf,
  itemsOf,
  scalar,
  textOf,
  type Place,
  type Scalar,
  type Value,
} from "./value.ts";

/** A variable that a service is given, and where. */
export interface GivenVariable {
  readonly name: string;
  readonly place: Place;
  /** The key's path in the report. */
  readonly path: string;
  readonly value: Scalar;
}

/** What the variables of a service are read from. */
export interface VariableFacts {
  readonly read: (path: string) => string | undefined;
  /** The files that git has: others may hold what is nobody else's. */
  readonly isTracked: (path: string) => boolean;
  readonly variables: Variables;
}

/** The variables of a service, those of its files first, and what is to be said of the files. */
export function variablesGiven(
  { name, own }: Pick<ComposeService, "name" | "own">,
  facts: VariableFacts,
): { variables: GivenVariable[]; rows: Row[] } {
  const [variables, rows] = [new Map<string, GivenVariable>(), [] as Row[]];
  const files = own.entries.get("env_file");
  for (const [index, item] of (files === undefined ? [] : itemsOf(files.value)).entries()) {
    const path = `services.${name}.env_file[${index}]`;
    const key = { place: item.place, path };
    const file = fileOf(item);
    const text = file === undefined ? undefined : facts.read(file);
    if (file === undefined || text === undefined) {
      rows.push(missing(key, file ?? textOf(item) ?? "", item, facts));
      continue;
    }
    const found = variablesIn(text, file, path, facts);
    rows.push(taken(key, `its ${found.length} variables, line by line`));
    for (const variable of found) variables.set(variable.name, variable);
  }
  for (const [variable, entry] of entriesOf(fieldOf(own, "environment"))) {
    const path = `services.${name}.environment.${variable}`;
    const before = variables.get(variable);
    if (before !== undefined) rows.push(unneeded(before, "environment gives another value"));
    variables.set(variable, {
      name: variable,
      place: entry.place,
      path,
      value: valueOf(variable, entry.value, facts),
    });
  }
  return { variables: [...variables.values()], rows };
}

/** A variable without a value is taken from the shell. */
function valueOf(name: string, value: Value, { variables }: VariableFacts): Scalar {
  if (value.kind !== "scalar") return scalar(value.place, null);
  if (value.value !== null) return value;
  const given = variables[name];
  return {
    ...scalar(value.place, given ?? ""),
    uses: [{ name, from: given === undefined ? "nothing" : "given" }],
    plain: "",
  };
}

/** The path of a file with variables, from the repository's root. */
function fileOf(item: Value): string | undefined {
  const path = textOf(fieldOf(item, "path")) ?? textOf(item) ?? "";
  const whole = posix.normalize(posix.join(item.place.source.base, path));
  return path.startsWith("/") || whole.startsWith("..") ? undefined : whole;
}

function missing(
  key: { place: Place; path: string },
  file: string,
  item: Value,
  { read }: VariableFacts,
): Row {
  if (booleanOf(fieldOf(item, "required")) === false)
    return unneeded(key, `${file} is not there, and need not be`);
  const example = ["example", "sample", "template", "dist"]
    .map((end) => `${file}.${end}`)
    .find((one) => read(one) !== undefined);
  return named(
    key,
    `${file} is not there, so its variables are not known`,
    example === undefined ? "make it, and run init again" : `copy ${example} to ${file}, and run init again`,
  );
}

/** The variables of a file; values of one that git does not have are nobody else's. */
function variablesIn(text: string, file: string, path: string, facts: VariableFacts): GivenVariable[] {
  const lines = text.split("\n");
  return Object.entries(parseEnv(text)).map(([name, value = ""]) => {
    const line = lines.findIndex((one) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`).test(one)) + 1;
    const place: Place = { source: { file, base: posix.dirname(file) }, line: Math.max(line, 1) };
    const filled = filledIn(value, facts.variables);
    const own = facts.isTracked(file)
      ? { uses: filled.uses, plain: filled.plain }
      : { uses: [{ name, from: "given" as const }], plain: "" };
    return { name, place, path: `${path}.${name}`, value: scalar(place, filled.text, own) };
  });
}
