import assert from "node:assert/strict";
import fc from "fast-check";
import { parseApplication } from "../../../components/application/parse.ts";
import { InputError } from "../../../components/input/input-error.ts";
import { refusalOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const refused = refusalOf(parseApplication, notes);

describe("any input", () => {
  const text = fc.string({ unit: "binary", maxLength: 40 });
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withNullPrototype: true,
  });

  /** Whatever comes is taken, or refused with lines of `path: problem` and no stack. */
  function answered(input: unknown): boolean {
    try {
      parseApplication(input);
    } catch (error) {
      assert.ok(error instanceof InputError, String(error));
      assert.ok(error.problems.length > 0);
      assert.doesNotMatch(error.message, /\n\s+at |node_modules|\[object/);
    }
    return true;
  }

  it("is accepted or refused with a plain message, as a whole and in every place", () => {
    fc.assert(fc.property(anything, answered));
    const places = [
      "name",
      "images",
      "services",
      "postgres",
      "redis",
      "buckets",
      "secrets",
      "migrations",
      "smoke",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places), anything, (key, value) => answered({ ...notes, [key]: value })),
    );
  });

  it("is accepted or refused with a plain message in free text", () => {
    fc.assert(
      fc.property(
        text,
        fc.array(text),
        fc.array(text),
        fc.dictionary(text, text),
        (name, needs, routes, environment) =>
          answered({
            ...notes,
            services: {
              ...notes.services,
              api: { image: "api", port: 1, needs, routes, environment },
              [name]: { image: name },
            },
          }),
      ),
    );
  });

  it("is refused when it refers to itself", () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    refused(
      'smoke[0].json: expected what JSON can carry, by its fields, got a map; for example { status: "healthy" }; write texts, numbers, true, false, null, lists and maps',
      { smoke: [{ path: "/", json: circle }] },
    );
  });
});
