import type { JsonValue } from "./smoke-description.ts";

/** The parts of a request that may hold references. */
export interface RequestTexts {
  readonly path?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonValue;
  readonly form?: Readonly<Record<string, string>>;
}

/** A place of a text in a request, such as `["headers", "Authorization"]`. */
export type TextPlace = readonly [keyof RequestTexts, ...(string | number)[]];

/** What a reference stands for; undefined where that is not known yet, and the reference stays. */
export type Lookup = (reference: string) => string | undefined;

/** A request with each of its texts changed. */
export function withTexts<Request extends RequestTexts>(
  request: Request,
  change: (text: string, place: TextPlace) => string,
): Request {
  const { path, url, headers, body, form } = request;
  return {
    ...request,
    ...(path !== undefined && { path: change(path, ["path"]) }),
    ...(url !== undefined && { url: change(url, ["url"]) }),
    ...(headers !== undefined && {
      headers: inMap(headers, (text, name) => change(text, ["headers", name])),
    }),
    ...(body !== undefined && { body: inBody(body, ["body"], change) }),
    ...(form !== undefined && { form: inMap(form, (text, name) => change(text, ["form", name])) }),
  };
}

function inMap(
  map: Readonly<Record<string, string>>,
  change: (text: string, name: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([name, text]) => [name, change(text, name)]));
}

function inBody(
  value: JsonValue,
  place: TextPlace,
  change: (text: string, place: TextPlace) => string,
): JsonValue {
  if (typeof value === "string") return change(value, place);
  if (Array.isArray(value)) return value.map((inner, index) => inBody(inner, [...place, index], change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, inBody(inner, [...place, name], change)]),
  );
}

/** The texts of a request, with their places. */
export function textsOf(request: RequestTexts): (readonly [string, TextPlace])[] {
  const found: (readonly [string, TextPlace])[] = [];
  withTexts(request, (text, place) => {
    found.push([text, place]);
    return text;
  });
  return found;
}

/** A request whose references to what is known of its environment are replaced; the others stay, and so does `$${`. */
export function withFacts<Request extends RequestTexts>(request: Request, lookup: Lookup): Request {
  return withTexts(request, (text) => replaced(text, (whole, reference) => lookup(reference ?? "") ?? whole));
}

/**
 * A request as it is sent: all references are replaced, and `$${` by `${`. In an address, values are encoded for it.
 *
 * @throws Error for one that stands for nothing
 */
export function filled<Request extends RequestTexts>(request: Request, lookup: Lookup): Request {
  return withTexts(request, (text, [part]) =>
    replaced(text, (_, reference) => {
      if (reference === undefined) return "${";
      const value = lookup(reference);
      if (value === undefined) throw new Error(`there is no value for \${${reference}}`);
      return part === "path" || part === "url" ? encodeURIComponent(value) : value;
    }),
  );
}

/** A text with each `$${`, which has no reference, and each reference replaced. */
function replaced(text: string, by: (whole: string, reference: string | undefined) => string): string {
  return text.replace(/\$\$\{|\$\{([^{}]*)\}/g, by);
}
