import { z } from "zod";

import { expected, expectedUnshown, kindOf } from "../input/input-checks.ts";
import type { Smoke } from "./application.ts";
import type { JsonValue } from "./smoke-description.ts";
import { command, only, requestPath } from "./fields.ts";

const smokeWords = expected(
  "one of a path, a url and a command",
  'write { path: "/health" }, { url: "https://…" } or { service: "api", command: ["…"] }',
);
const urlWords = expected(
  "an address from http:// or https:// on",
  'for example "https://errors.example/api"',
);
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
const methodWords = expected(`a method out of ${methods.join(", ")}`, 'for example "POST"');

/** Those of the connection are not the check's to say, and the gateway chooses by the host. */
const headerWords = expected(
  "a header's name other than Host, Connection, Content-Length and Transfer-Encoding",
  'for example "Authorization"',
);
const headerName = z
  .string(headerWords)
  .regex(/^(?!(?:host|connection|content-length|transfer-encoding)$)[A-Za-z0-9-]+$/i, headerWords);
// Whatever is sent may hold what should have been a reference to a secret.
const headerValueWords = expectedUnshown(
  "a text on one line",
  'for example "Bearer ${smoke.token}", a secret as ${secret.NAME}',
);
const headerValue = z.string(headerValueWords).regex(/^[\x20-\x7e]*$/, headerValueWords);
const bodyWords = expectedUnshown(
  "a text, or a map or list that JSON can carry",
  'for example { user: "smoke" }',
);
const formWords = expectedUnshown("the form's fields as texts", 'for example { user: "smoke" }');

const statusWords = expected("a status from 100 to 599", "for example 200");
const jsonWords = expected(
  "what JSON can carry, by its fields",
  'for example { status: "healthy" }; write texts, numbers, true, false, null, lists and maps',
);

const fieldWords = expected("a field of the answer, with dots between levels", 'for example "queue.depth"');
const field = z.string(fieldWords).regex(/^[^\s.]+(?:\.[^\s.]+)*$/, fieldWords);
const compareWords = expected("below, above or matches", 'for example { "queue.depth": { below: 10 } }');
const numberWords = expected("a number", "write it without quotes");
const patternWords = expected("a regular expression", 'for example "^1[.]"');
const comparison = z
  .strictObject(
    {
      below: z.number(numberWords).exactOptional(),
      above: z.number(numberWords).exactOptional(),
      matches: z.string(patternWords).refine(isPattern, patternWords).exactOptional(),
    },
    compareWords,
  )
  .refine((given) => Object.keys(given).length > 0, compareWords)
  .meta({ id: "ComparisonDescription" });

const savedWords = expected(
  "a name of letters, digits and underscores, from a letter on",
  'for example "token"',
);
const savedName = z.string(savedWords).regex(/^[A-Za-z][A-Za-z0-9_]*$/, savedWords);

const retriesWords = expected("a number of further tries from 1 to 100", "for example 12");
const everyWords = expected("a number of seconds from 1 to 60", "for example 5");
const limitWords = expected("a number of seconds from 1 to 600", "take 60 if in doubt");
const serviceWords = expected("the name of a service", "name the one whose image holds the command");

/** The fields that a command may have, and those that say what a check is, which have a message of their own. */
const ofCommand = [
  ...["path", "url", "command", "service", "timeoutSeconds"],
  ...["only", "retries", "everySeconds"],
];

/** The schema of one smoke check. Whether its references stand for something is checked in smoke-problems.ts. */
export const smoke = z
  .strictObject(
    {
      path: requestPath.exactOptional(),
      url: z
        .string(urlWords)
        .regex(/^https?:\/\/[^\s#/]+(?:\/[^\s#]*)?$/, urlWords)
        .exactOptional(),
      service: z.string(serviceWords).exactOptional(),
      command: command.exactOptional(),
      timeoutSeconds: z.int(limitWords).min(1, limitWords).max(600, limitWords).exactOptional(),
      only: only.exactOptional(),
      method: z.enum(methods, methodWords).exactOptional(),
      headers: z.record(headerName, headerValue).exactOptional(),
      body: z
        .unknown()
        .refine((given) => isText(given) || (isStructure(given) && isJson(given)), bodyWords)
        .transform((given) => given as JsonValue)
        .exactOptional(),
      form: z.record(z.string(), z.string(formWords), formWords).exactOptional(),
      status: z.int(statusWords).min(100, statusWords).max(599, statusWords).exactOptional(),
      json: z
        .record(z.string(), z.unknown(), jsonWords)
        .refine((given) => isJson(given), jsonWords)
        .transform((given) => given as Record<string, JsonValue>)
        .exactOptional(),
      compare: z.record(field, comparison, compareWords).exactOptional(),
      save: z.record(savedName, field).exactOptional(),
      retries: z.int(retriesWords).min(1, retriesWords).max(100, retriesWords).exactOptional(),
      everySeconds: z.int(everyWords).min(1, everyWords).max(60, everyWords).exactOptional(),
    },
    smokeWords,
  )
  .refine(
    ({ path, url, command }) => [path, url, command].filter((one) => one !== undefined).length === 1,
    smokeWords,
  )
  .superRefine((given, context) => {
    for (const [name, value] of Object.entries(given)) {
      const fix = unfit(given, name);
      if (fix !== undefined)
        context.addIssue({
          code: "custom",
          path: [name],
          message: `${fix.why}, got ${kindOf(value)}; ${fix.what}`,
        });
    }
    if (given.command !== undefined && given.service === undefined)
      context.addIssue({ code: "custom", path: ["service"], message: serviceWords.error({}) ?? "" });
  })
  .transform(
    (given) => (given.command === undefined ? { ...given, status: given.status ?? 200 } : given) as Smoke,
  )
  .meta({ id: "SmokeDescription" });

/** Why a field does not fit the others; undefined when it does. */
function unfit(
  given: Readonly<Record<string, unknown>>,
  name: string,
): { readonly why: string; readonly what: string } | undefined {
  const { command, retries, method, body } = given;
  if (name === "everySeconds" && retries === undefined)
    return { why: "it is the time between tries, and there is one try", what: "add retries, for example 12" };
  if (command !== undefined && !ofCommand.includes(name))
    return { why: "it is of requests, and this is a command", what: "make it a check of its own" };
  if (command === undefined && (name === "service" || name === "timeoutSeconds"))
    return { why: "it is of commands, and this is a request", what: "remove it" };
  if (name === "form" && body !== undefined)
    return { why: "a request has one body", what: "keep one of body and form" };
  if ((name === "form" || name === "body") && (method === "GET" || method === "HEAD"))
    return { why: `a ${method} has no body`, what: 'take another method, for example "POST"' };
  return undefined;
}

/** Tells whether JSON can carry the value whole. It cannot carry one that contains itself. */
function isJson(value: unknown, around: readonly unknown[] = []): value is JsonValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || around.includes(value)) return false;
  return Object.values(value).every((inner) => isJson(inner, [...around, value]));
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isStructure(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
