import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import {
  expected,
  expectedKind,
  kindOf,
  nearest,
  parseInput,
  show,
  suggestion,
} from "../../../components/input/input-checks.ts";
import { messageOf } from "../assert-refused.ts";

describe("a value in a message", () => {
  it("is shown as JSON, shortened when it is long", () => {
    assert.deepEqual([undefined, null, "a", 3, NaN, 3n, true, [1], { a: 1 }, Symbol("s")].map(show), [
      "nothing",
      "null",
      '"a"',
      "3",
      "NaN",
      "3",
      "true",
      "[1]",
      '{"a":1}',
      "a symbol",
    ]);
    assert.equal(show("x".repeat(100)), `"${"x".repeat(59)}…`);
  });

  it("is described only by its kind when it may be a secret", () => {
    assert.deepEqual([undefined, null, "", "hunter2", 3, true, [1], { a: 1 }].map(kindOf), [
      "nothing",
      "nothing",
      "an empty text",
      "a text",
      "a number",
      "a boolean",
      "a list",
      "a map",
    ]);
  });
});

describe("the nearest name", () => {
  it("is the one that was probably meant", () => {
    const known = ["postgres", "redis", "files", "web", "api"];
    const meant = {
      fiels: "files",
      Postgres: "postgres",
      posgres: "postgres",
      "redis ": "redis",
      wbe: "web",
      post: "postgres",
    };
    for (const [name, near] of Object.entries(meant)) assert.equal(nearest(name, known), near, name);
    for (const name of ["db", "", "queue", "x"]) assert.equal(nearest(name, known), undefined, name);
  });

  it("is one of the known names, or none", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (name, known) => {
        const near = nearest(name, known);
        return near === undefined || known.includes(near);
      }),
    );
  });

  it("is replaced by the list of all when there is none", () => {
    assert.equal(suggestion("fiels", ["web", "files"]), 'did you mean "files"');
    assert.equal(suggestion("queue", ["web", "files"]), "known are files, web");
  });
});

describe("the messages of a schema", () => {
  const page = "docs/reference/application.md";
  const words = { page, prefix: "p:", whole: "all", unknownKey: (key: string) => `unknown ${key}` };
  const messages = (schema: z.ZodType, input: unknown) => messageOf(() => parseInput(schema, input, words));

  it("take precedence over the generated ones", () => {
    assert.equal(
      messages(z.object({ a: z.string(expected("x", "do y")) }), { a: 1 }),
      "p:a: expected x, got 1; do y",
    );
    assert.equal(
      messages(z.object({ a: z.string() }), { a: 1 }),
      `p:a: expected a text, got a number; see ${page}`,
    );
    assert.equal(
      messages(z.object({ a: z.date() }), { a: 1 }),
      `p:a: expected another value, got a number; see ${page}`,
    );
    assert.equal(
      messages(z.object({ a: z.string().min(2) }), { a: "x" }),
      `p:a: expected another value, got a text; see ${page}`,
    );
  });

  it("are not used for an unknown key or an entry's name", () => {
    const own = expected("x", "do y");
    assert.equal(
      messages(z.strictObject({ a: z.string() }, own), { a: "", b: 1, c: 1 }),
      "p:b: unknown b\np:c: unknown c",
    );
    assert.equal(
      messages(z.record(z.string().max(1, own), z.string(), own), { ab: "" }),
      'p:ab: expected x, got "ab"; do y',
    );
  });

  it("name the expected kind without showing the input", () => {
    const kind = z.discriminatedUnion(
      "source",
      [
        z.strictObject({ source: z.literal("generated") }),
        z.strictObject({ source: z.literal("configuration") }),
      ],
      expectedKind("source", ["generated", "configuration"], "do y"),
    );
    const start = "expected the source generated or configuration, got";
    assert.equal(messages(kind, "hunter2"), `all: ${start} a text; do y`);
    assert.equal(messages(kind, { source: "hunter2" }), `p:source: ${start} a text; do y`);
    assert.equal(
      messages(kind, { source: "generatd" }),
      `p:source: ${start} a text; did you mean "generated"`,
    );
    assert.equal(messages(kind, {}), `p:source: ${start} nothing; do y`);
  });
});
