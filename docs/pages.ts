import { defaultText, mentioned, typeText, type Schema } from "./schemas.ts";

/** The first line of every generated page. */
const generated = "<!-- Written by `npm run docs` from the types in components/. Do not edit. -->";

/** The settings of one environment. */
export interface EnvironmentSchema {
  environment: string;
  /** The name of the settings' type. */
  type: string;
  schema: Schema;
}

/** A setting, as it is in one or more environments. */
export interface SettingRow {
  key: string;
  environments: string[];
  types: string[];
  meaning: string;
  /** Its value when it is left out, by environment. */
  defaults: Map<string, string>;
}

/** Settings that the stack's name stands in for. */
const fromStackName = ["environment", "namespace", "previewName"];

/** Every setting of every environment, one row each where type and meaning agree, in the order of the schemas. */
export function settingRows(environments: readonly EnvironmentSchema[]): SettingRow[] {
  const rows: SettingRow[] = [];
  for (const { environment, type, schema } of environments) {
    for (const [key, property] of Object.entries(named(schema, type).properties ?? {})) {
      const meaning = described(property, `${type}.${key}`);
      const text = typeText(property);
      // Each environment names itself in its own type.
      const which = key === "environment";
      let row = rows.find(
        (other) => other.key === key && other.meaning === meaning && (which || other.types[0] === text),
      );
      if (row === undefined) {
        row = { key, environments: [], types: [], meaning, defaults: new Map() };
        const last = rows.findLastIndex((other) => other.key === key);
        rows.splice(last < 0 ? rows.length : last + 1, 0, row);
      }
      row.environments.push(environment);
      if (!row.types.includes(text)) row.types.push(text);
      const standIn = fromStackName.includes(key)
        ? "from the stack's name"
        : defaultText(named(schema, type), key);
      row.defaults.set(environment, standIn);
    }
  }
  return rows;
}

/** The page of all settings. */
export function settingsPage(
  environments: readonly EnvironmentSchema[],
  encrypted: { type: string; schema: Schema },
): string {
  const rows = settingRows(environments).map((row) => [
    `\`towpath:${row.key}\``,
    row.environments.join(", "),
    row.types.join(" or "),
    defaultsText(row),
    row.meaning,
  ]);
  const encryptedType = named(encrypted.schema, encrypted.type);
  const encryptedRows = fieldRows(encrypted.type, encryptedType);
  const all: Schema = {
    $defs: Object.assign({}, ...environments.map(({ schema }) => schema.$defs)) as Record<string, Schema>,
  };
  return page(
    "Settings",
    [
      "What differs between environments: the keys of `Pulumi.<stack>.yaml`, below `config:`. A key that its environment does not have is refused.",
      ...environments.map(
        ({ environment, type, schema }) =>
          `- \`${environment}\`: ${described(named(schema, type), type).replace(/^The settings of [^:]*: /, "")}`,
      ),
    ].join("\n"),
    [
      table(["key", "environments", "type", "default", "meaning"], rows),
      `## Encrypted values\n\n${described(encryptedType, encrypted.type)}`,
      table(
        ["key", "type", "default", "meaning"],
        encryptedRows.map(([key = "", ...rest]) => [key.replace("`", "`towpath:"), ...rest]),
      ),
      ...sections(
        all,
        environments.flatMap(({ schema, type }) => mentioned(named(schema, type))),
      ),
    ],
  );
}

/** The page of the application's description. */
export function applicationPage(type: string, schema: Schema): string {
  return page("Application", "What `application.ts` says. A field that is not listed here is refused.", [
    ...sections(schema, [type]),
  ]);
}

/** Every setting as comment lines for Pulumi.yaml, each at most 110 characters long. */
export function settingsComment(
  environments: readonly EnvironmentSchema[],
  encrypted: { type: string; schema: Schema },
): string {
  const unlinked = (text: string): string => text.replace(/\[([^\]]+)\]\([^)]*\)/g, "$1").replaceAll("`", "");
  const entry = (key: string, where: string, type: string, meaning: string): string[] => [
    `#   towpath:${key} (${where}): ${unlinked(type)}`,
    ...wrapped(unlinked(meaning), 102).map((line) => `#       ${line}`),
  ];
  return [
    "# Every setting, by the environments that have it, with its type. They are described here and not declared below",
    "# `config:`, because Pulumi wants a value in every stack for each key that is declared there, and most belong to some",
    "# environments only. The program checks them before the first resource. Defaults: docs/reference/settings.md.",
    "#",
    ...settingRows(environments).flatMap((row) =>
      entry(row.key, row.environments.join(", "), row.types.join(" or "), row.meaning),
    ),
    ...Object.entries(named(encrypted.schema, encrypted.type).properties ?? {}).flatMap(([key, property]) =>
      entry(key, "all, encrypted", typeText(property), described(property, key)),
    ),
  ].join("\n");
}

function sections(schema: Schema, first: readonly string[]): string[] {
  const names: string[] = [];
  const visit = (name: string): void => {
    if (names.includes(name)) return;
    names.push(name);
    mentioned(named(schema, name)).forEach(visit);
  };
  first.forEach(visit);
  return names.flatMap((name) => [
    `## ${name}\n\n${described(named(schema, name), name)}`,
    table(["field", "type", "default", "meaning"], fieldRows(name, named(schema, name))),
  ]);
}

function fieldRows(type: string, schema: Schema): string[][] {
  return Object.entries(schema.properties ?? {}).map(([field, property]) => [
    `\`${field}\``,
    typeText(property),
    defaultText(schema, field),
    // The field that tells variants apart need not say more than its one value.
    property.const !== undefined && property.description === undefined
      ? "says which kind it is"
      : described(property, `${type}.${field}`),
  ]);
}

/** The description of a type or a field. Throws where there is none: everything that people write is described. */
function described({ description = "" }: Schema, what: string): string {
  if (description === "") throw new Error(`${what}: no description; say what it is, its unit and its form`);
  return description;
}

function named(schema: Schema, name: string): Schema {
  const found = schema.$defs?.[name];
  if (found === undefined) throw new Error(`${name}: no schema of this name`);
  return found;
}

function defaultsText({ defaults }: SettingRow): string {
  const texts = [...new Set(defaults.values())];
  if (texts.length === 1) return texts.join("");
  const having = (text: string): string[] =>
    [...defaults].filter(([, other]) => other === text).map(([name]) => name);
  return texts.map((text) => `${text} (${having(text).join(", ")})`).join(", ");
}

/** A generated page. */
export function page(title: string, introduction: string, parts: readonly string[]): string {
  return `${[`${generated}\n\n# ${title}`, introduction, ...parts].join("\n\n")}\n`;
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
