import assert from "node:assert/strict";
import fc from "fast-check";
import { difference } from "../../../steps/route/expectation.ts";
import type { Expectation } from "../../../components/contract/smoke-check.ts";

const plain: Expectation = { path: "/", status: 200 };
const healthy: Expectation = { path: "/api/health", status: 200, json: { status: "healthy" } };

/** Returns the difference that is found in an answer. */
function found(expected: Expectation, body: string, status = 200): string | undefined {
  return difference(expected, { status, body });
}

describe("an expectation of an answer", () => {
  it("is met by the status alone when nothing else is expected", () => {
    assert.equal(found(plain, "anything"), undefined);
    assert.equal(found({ ...plain, status: 404 }, "", 404), undefined);
  });

  it("is not met by another status", () => {
    assert.equal(found(plain, "no route", 404), "GET /: expected status 200, got 404 no route");
    assert.equal(found(plain, "", 502), "GET /: expected status 200, got 502");
  });

  it("is met by JSON that contains more than is expected", () => {
    assert.equal(found(healthy, '{"status":"healthy","database":"ok"}'), undefined);
    const nested = { ...healthy, json: { checks: { cache: null }, list: [1, 2] } };
    assert.equal(found(nested, '{"checks":{"cache":null,"bucket":1},"list":[1,2]}'), undefined);
  });

  it("is not met by other JSON, and shows both", () => {
    const wanted = 'GET /api/health: expected JSON with {"status":"healthy"}, got';
    assert.equal(found(healthy, '{"status":"starting"}'), `${wanted} {"status":"starting"}`);
    assert.equal(found(healthy, "{}"), `${wanted} {}`);
    assert.equal(found(healthy, "null"), `${wanted} null`);
    assert.equal(found(healthy, '"healthy"'), `${wanted} "healthy"`);
    assert.equal(found(healthy, '[{"status":"healthy"}]'), `${wanted} [{"status":"healthy"}]`);
  });

  it("requires lists to be complete and in order", () => {
    const list = { ...healthy, json: { list: [1, 2] } };
    for (const body of ['{"list":[2,1]}', '{"list":[1,2,3]}', '{"list":{"0":1,"1":2}}']) {
      assert.equal(found(list, body), `GET /api/health: expected JSON with {"list":[1,2]}, got ${body}`);
    }
  });

  it("is not met by invalid JSON", () => {
    assert.equal(found(healthy, "<html>"), "GET /api/health: expected JSON, got <html>");
  });

  it("compares fields with numbers and regular expressions (000-88e)", () => {
    const queue = { ...plain, compare: { "queue.depth": { below: 10, above: -1 } } };
    assert.equal(found(queue, '{"queue":{"depth":9}}'), undefined);
    assert.equal(found(queue, '{"queue":{"depth":10}}'), "GET /: expected queue.depth below 10, got 10");
    assert.equal(found(queue, '{"queue":{"depth":-1}}'), "GET /: expected queue.depth above -1, got -1");
    assert.equal(found(queue, '{"queue":{"depth":"9"}}'), 'GET /: expected queue.depth below 10, got "9"');
    assert.equal(found(queue, '{"queue":null}'), "GET /: expected queue.depth below 10, got nothing");
    assert.equal(found(queue, "busy"), "GET /: expected JSON, got busy");
    const version = { ...plain, compare: { "list.0.version": { matches: "^1[.]" } } };
    assert.equal(found(version, '{"list":[{"version":"1.2"}]}'), undefined);
    const two = "GET /: expected list.0.version to match ^1[.], got";
    assert.equal(found(version, '{"list":[{"version":"2.1."}]}'), `${two} "2.1."`);
    assert.equal(found(version, '{"list":[]}'), `${two} nothing`);
  });

  it("knows how long a list is (000-88b)", () => {
    const none = { ...plain, compare: { length: { below: 1 } } };
    assert.equal(found(none, "[]"), undefined);
    assert.equal(found(none, "[1]"), "GET /: expected length below 1, got 1");
  });

  it("shortens long answers", () => {
    const long = "x".repeat(500);
    assert.equal(found(plain, long, 500), `GET /: expected status 200, got 500 ${"x".repeat(200)}`);
    assert.equal(found(healthy, long), `GET /api/health: expected JSON, got ${"x".repeat(200)}`);
  });

  it("is met by every map that contains it", () => {
    fc.assert(
      fc.property(maps, maps, (json, more) => {
        const body = JSON.stringify({ ...more, ...json });
        assert.equal(found({ ...plain, json }, body), undefined);
      }),
    );
  });

  it("is met by itself with maps added at any depth", () => {
    fc.assert(
      fc.property(maps, (json) => {
        assert.equal(found({ ...plain, json }, JSON.stringify(withMore(json))), undefined);
      }),
    );
  });

  it("is not met once one of its keys is gone", () => {
    fc.assert(
      fc.property(
        maps.filter((json) => Object.keys(json).length > 0),
        fc.nat(),
        (json, which) => {
          const keys = Object.keys(json);
          const gone = keys[which % keys.length] ?? "";
          const rest = Object.fromEntries(Object.entries(json).filter(([key]) => key !== gone));
          assert.notEqual(found({ ...plain, json }, JSON.stringify(rest)), undefined);
        },
      ),
    );
  });

  it("reports the same for the same answer, whatever it contains, on one line of limited length", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 100, max: 599 }), (body, status) => {
        const said = found(healthy, body, status);
        assert.equal(said, found(healthy, body, status));
        assert.ok((said ?? "").length < 300);
      }),
    );
  });
});

/** Maps as JSON has them; the prototype's own key cannot be written as one. */
const maps = fc
  .dictionary(
    fc.string().filter((key) => key !== "__proto__"),
    fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
  )
  .map((map) => ({ ...map }));

/** The same value with one more key in every map. */
function withMore(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, withMore(inner)] as const);
  return { ...Object.fromEntries(entries), "": "" in value ? withMore((value as { ""?: unknown })[""]) : 1 };
}
