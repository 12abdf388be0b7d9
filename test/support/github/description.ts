import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import { execa } from "execa";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** GitHub's own description of its API, as its makers publish it. The package is 400 MB, so that one file of it is kept. */
const version = "23.0.2";
const file = "api.github.com.json";

type Json = Record<string, unknown>;
type Schema = Json & { $ref?: string };

/** One kind of request: what may come in and what may go out. */
export interface Operation {
  /** `/repos/{owner}/{repo}` */
  readonly template: string;
  readonly method: string;
}

/** GitHub's OpenAPI description: finds operations, checks requests and answers, and makes up what nobody asks for. */
export class Description {
  private readonly document: { paths: Record<string, Record<string, Json>>; components: Json };
  private readonly ajv = formats.default(
    new Ajv({ strict: false, allErrors: true, validateFormats: true, logger: false }),
  );
  private readonly templates: readonly { readonly template: string; readonly pattern: RegExp }[];
  private readonly checks = new Map<string, ValidateFunction>();

  private constructor(text: string) {
    this.document = JSON.parse(text, typedNull) as Description["document"];
    this.ajv.addSchema(this.document, "github");
    // A fixed word is more exact than a parameter, so templates with fewer parameters come first.
    this.templates = Object.keys(this.document.paths)
      .sort((a, b) => a.split("{").length - b.split("{").length)
      .map((template) => ({
        template,
        pattern: new RegExp(`^${template.replace(/[.]/g, "\\.").replace(/\{[^}]+\}/g, "([^/]+)")}$`),
      }));
  }

  static async load(): Promise<Description> {
    return new Description(readFileSync(await descriptionFile(), "utf8"));
  }

  /** The operation that answers this request, and the values of its path's parameters in their order. */
  find(method: string, path: string): (Operation & { values: readonly string[] }) | undefined {
    for (const { template, pattern } of this.templates) {
      const values = pattern.exec(path)?.slice(1);
      if (values === undefined || this.document.paths[template]?.[method.toLowerCase()] === undefined)
        continue;
      return { template, method: method.toLowerCase(), values: values.map(decodeURIComponent) };
    }
    return undefined;
  }

  /** Returns the problem with a request's body; undefined when there is none. */
  wrongRequest(operation: Operation, body: unknown): string | undefined {
    const at = [...pointerOf(operation), "requestBody"];
    const content = this.lookUp(at) as { content?: Json } | undefined;
    if (content?.content?.["application/json"] === undefined) return undefined;
    return this.check([...at, "content", "application/json", "schema"], body);
  }

  /** Returns the problem with an answer; undefined when GitHub could have given it. */
  wrongAnswer(operation: Operation, status: number, body: unknown): string | undefined {
    const at = this.answerAt(operation, status);
    if (at === undefined) return `${operation.method} ${operation.template} never answers ${status}`;
    if (at.schema === undefined) return body === undefined ? undefined : "the answer has no content";
    return this.check(at.schema, body);
  }

  /** The least that GitHub would answer: everything required, with values of the right kind; a list has one item. */
  example(operation: Operation, status: number): unknown {
    const at = this.answerAt(operation, status)?.schema;
    if (at === undefined) return undefined;
    const schema = this.lookUp(at) as Schema;
    return schema.type === "array" ? [this.exampleOf(schema.items as Schema)] : this.exampleOf(schema);
  }

  private answerAt(operation: Operation, status: number): { schema: string[] | undefined } | undefined {
    let at = [...pointerOf(operation), "responses", String(status)];
    let found = this.lookUp(at) as Schema | undefined;
    if (found?.$ref !== undefined) {
      at = pathOf(found.$ref);
      found = this.lookUp(at) as Schema | undefined;
    }
    if (found === undefined) return undefined;
    const json = (found.content as Json | undefined)?.["application/json"];
    return { schema: json === undefined ? undefined : [...at, "content", "application/json", "schema"] };
  }

  private check(at: readonly string[], body: unknown): string | undefined {
    const pointer = at.map(escaped).join("/");
    const check = this.checks.get(pointer) ?? this.ajv.compile({ $ref: `github#/${encodeURI(pointer)}` });
    this.checks.set(pointer, check);
    if (check(body)) return undefined;
    return (check.errors ?? [])
      .map((error) => `${error.instancePath} ${error.message ?? ""}`.trim())
      .join("; ");
  }

  private lookUp(at: readonly string[]): unknown {
    return at.reduce<unknown>((value, key) => (value as Json | undefined)?.[key], this.document);
  }

  private exampleOf(schema: Schema): unknown {
    if (schema.$ref !== undefined) return this.exampleOf(this.lookUp(pathOf(schema.$ref)) as Schema);
    if (schema.nullable === true || schema.type === "null") return null;
    const [first] = (schema.enum ?? []) as unknown[];
    if (first !== undefined) return first;
    const all = schema.allOf as Schema[] | undefined;
    if (all !== undefined) return Object.assign({}, ...all.map((one) => this.exampleOf(one))) as unknown;
    const [choice] = (schema.anyOf ?? schema.oneOf ?? []) as Schema[];
    if (choice !== undefined && schema.properties === undefined) return this.exampleOf(choice);
    if (schema.type === "array") return [];
    if (schema.type === "integer" || schema.type === "number") return Number(schema.minimum ?? 1);
    if (schema.type === "boolean") return false;
    if (schema.type === "string") return text(schema.format as string | undefined);
    const properties = (schema.properties ?? {}) as Record<string, Schema>;
    const required = (schema.required ?? []) as string[];
    return Object.fromEntries(required.map((name) => [name, this.exampleOf(properties[name] ?? {})]));
  }
}

/** OpenAPI allows `nullable` without a type, JSON Schema's validator does not. */
function typedNull(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const { nullable, ...schema } = value as Schema;
  return nullable === true && !("type" in schema) ? { anyOf: [{ type: "null" }, schema] } : value;
}

function text(format: string | undefined): string {
  if (format === "date-time") return "2026-01-01T00:00:00Z";
  if (format === "uri") return "https://github.example/";
  if (format === "email") return "someone@example.com";
  return "text";
}

function pointerOf({ template, method }: Operation): string[] {
  return ["paths", template, method];
}

function pathOf(reference: string): string[] {
  return reference
    .replace(/^#\//, "")
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function escaped(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The description's file, taken out of its package where it is not there yet. */
async function descriptionFile(): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "towpath", `github-${version}`);
  const kept = join(cache, file);
  if (existsSync(kept)) return kept;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "unpack-"));
  try {
    const { stdout } = await execa("npm", ["pack", "--silent", `@octokit/openapi@${version}`], {
      cwd: folder,
    });
    await execa("tar", ["xzf", stdout.trim(), `package/generated/${file}`], { cwd: folder });
    renameSync(join(folder, "package", "generated", file), kept);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return kept;
}
