import { z } from "zod";

/** A schema as JSON Schema, as far as the reference pages read it. */
export interface Schema {
  $ref?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  description?: string;
  $defs?: Record<string, Schema>;
  id?: string;
}

/** The JSON Schema of what people write; the types that have a name stand in `$defs`. */
export function jsonSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, {
    io: "input",
    // Zod leaves out a field's description that is its type's own, too.
    override: ({ zodSchema, jsonSchema: written }) => {
      const description = z.globalRegistry.get(zodSchema)?.description;
      if (description !== undefined) written.description = description;
    },
  }) as Schema;
}

/** A type in words, with links to those that have a section of their own. */
export function typeText(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return name.startsWith("__") ? "any JSON value" : `[${name}](#${name.toLowerCase()})`;
  }
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return [...new Set(variants.map(typeText))].join(" or ");
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(" or ");
  if (schema.items !== undefined) return `list of ${typeText(schema.items)}`;
  if (typeof schema.additionalProperties === "object")
    return `map of ${typeText(schema.additionalProperties)}`;
  const words: Record<string, string> = { string: "text", boolean: "`true` or `false`", object: "map" };
  const range =
    schema.minimum !== undefined && schema.maximum !== undefined
      ? ` ${schema.minimum} to ${schema.maximum}`
      : "";
  if (schema.type === "integer") return `whole number${range}`;
  if (schema.type === "number") return `number${range}`;
  return words[schema.type ?? ""] ?? "any JSON value";
}

/** The value of a field when it is left out, in words. */
export function defaultText(schema: Schema, field: string): string {
  const value = schema.properties?.[field]?.default;
  if (value !== undefined) return code(value);
  return (schema.required ?? []).includes(field) ? "required" : "none";
}

/** The names of the types that the schema mentions directly, in order. */
export function mentioned(schema: Schema): string[] {
  if (schema.$ref !== undefined)
    return [schema.$ref.split("/").at(-1) ?? ""].filter((name) => !name.startsWith("__"));
  const inner = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : []),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
  ];
  return inner.flatMap(mentioned);
}

/** A value as code in Markdown. */
export function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}
