import assert from "node:assert/strict";
import {
  leftReleases,
  mostRecords,
  settingsHash,
  summaryOf,
  withRecord,
  type MadeRelease,
} from "../../../components/plan/release-record.ts";
import { hashedSettings } from "../../../components/settings/hashed.ts";
import { parseSettings, settingsSchemas } from "../../../components/settings/settings.ts";
import { merged } from "../assert-refused.ts";
import { production, staging } from "../settings/good.ts";
import { idOf, record } from "./records.ts";

/** Returns what a run has made, without the release that its receipts are for. */
function made(letter: string, more: Partial<MadeRelease> = {}): MadeRelease {
  return { ...record(letter), receipts: { gates: { api: 1 }, smoke: {}, route: {} }, ...more };
}

describe("the summary of a record", () => {
  it("has what people look for at the end of a run", () => {
    const tagged = record("a", { tag: "v1.0" });
    const { id, images, by, endedAt, commit, branch, tag, version } = tagged;
    assert.deepEqual(summaryOf(tagged), { id, images, by, endedAt, commit, branch, tag, version });
  });
});

describe("the records of a stack", () => {
  it("begin with the newest, whose receipts refer to it", () => {
    const [newest, ...older] = withRecord([record("a")], made("b"));
    assert.ok(newest !== undefined);
    assert.equal(newest.id, idOf("b"));
    assert.deepEqual(newest.receipts, {
      gates: { api: 1, release: idOf("b") },
      smoke: { release: idOf("b") },
      route: { release: idOf("b") },
    });
    assert.deepEqual(older, [record("a")]);
  });

  it("are unchanged when nothing changed", () => {
    const records = [record("b"), record("a")];
    const later = made("b", {
      startedAt: "2027-01-01T00:00:00.000Z",
      by: "somebody",
      secretVersions: { JWT_SECRET: "01234567" },
    });
    assert.equal(withRecord(records, later), records);
  });

  it("get another one when settings, a secret, the schema or the known branch changed", () => {
    for (const change of [
      { branch: "trunk" },
      { settingsHash: "ba9876543210" },
      { secretVersions: { JWT_SECRET: "76543210" } },
      { schema: { before: "1", after: "2", applied: ["2"] } },
    ]) {
      assert.equal(withRecord([record("a")], made("a", change)).length, 2, JSON.stringify(change));
    }
  });

  it("show that the schema stayed when the migration did not run again", () => {
    const schema = { before: "1", after: "2", applied: ["2"] };
    const [newest] = withRecord([record("a", { schema })], made("a", { schema, settingsHash: "x" }));
    assert.deepEqual(newest?.schema, { before: "2", after: "2", applied: [] });
    const [other] = withRecord([record("a", { schema: { after: "1", applied: [] } })], made("b", { schema }));
    assert.deepEqual(other?.schema, schema);
    const [empty] = withRecord([], made("a", { schema: { applied: [] } }));
    assert.deepEqual(empty?.schema, { applied: [] });
  });

  it("include the receipt of end-to-end tests, and keep it for the same images only", () => {
    const endToEnd = { release: idOf("a"), by: "octocat" };
    const tested = withRecord(
      [record("a")],
      made("a", { receipts: { gates: {}, smoke: {}, route: {}, endToEnd } }),
    );
    assert.equal(tested.length, 1);
    assert.deepEqual(tested[0]?.receipts.endToEnd, endToEnd);
    assert.deepEqual(withRecord(tested, made("a", { settingsHash: "x" }))[0]?.receipts.endToEnd, endToEnd);
    assert.equal(withRecord(tested, made("b"))[0]?.receipts.endToEnd, undefined);
  });

  it("are 50 at most", () => {
    const many = Array.from({ length: mostRecords }, () => record("a"));
    const records = withRecord(many, made("b"));
    assert.equal(records.length, mostRecords);
    assert.equal(records[0]?.id, idOf("b"));
  });
});

describe("the releases that were rolled back", () => {
  it("are all of an unbroken row of rollbacks, except the current one", () => {
    const back = (letter: string, from: string) => record(letter, { rollbackOf: idOf(from) });
    const [a, b, c] = [record("a"), record("b"), record("c")];
    assert.deepEqual([...leftReleases([c, b, a])], []);
    assert.deepEqual([...leftReleases([back("b", "c"), c, b, a])], [idOf("c")]);
    assert.deepEqual([...leftReleases([back("a", "b"), back("b", "c"), c, b, a])], [idOf("b"), idOf("c")]);
    assert.deepEqual([...leftReleases([back("c", "b"), back("b", "c"), c, b])], [idOf("b")]);
    assert.deepEqual([...leftReleases([record("d"), back("b", "c"), c])], []);
    assert.deepEqual([...leftReleases([])], []);
  });
});

describe("the hash of settings", () => {
  const hash = (change: object): string => settingsHash(parseSettings(merged(staging, change)));

  it("changes only with what runs", () => {
    assert.match(hash({}), /^[0-9a-f]{12}$/);
    assert.equal(hash({ freeze: { until: "2027-01-02" } }), hash({}));
    assert.equal(hash({ commit: "0".repeat(40) }), hash({}));
    assert.notEqual(hash({ drainSeconds: 11 }), hash({}));
    assert.notEqual(hash({ limits: { cpus: 2 } }), hash({}));
  });

  it("is the one that records of earlier versions hold", () => {
    assert.equal(settingsHash(parseSettings(staging)), "81ed30a64f7c");
    assert.equal(settingsHash(parseSettings(production)), "adb69be9a31d");
  });

  it("leaves out what only decides whether a release may run", () => {
    const left = (environment: "staging" | "production"): string[] => {
      const { shape } = settingsSchemas[environment];
      const all = Object.fromEntries(Object.keys(shape).map((key) => [key, true]));
      const hashed = Object.keys(hashedSettings(all, settingsSchemas[environment]));
      return Object.keys(all).filter((key) => !hashed.includes(key));
    };
    assert.deepEqual(left("staging").sort(), ["canary", "commit", "freeze", "github"]);
    assert.deepEqual(left("production").sort(), [
      "allowUnproven",
      "approval",
      "approvals",
      "canary",
      "freeze",
      "github",
      "promoteBranches",
      "requireEndToEnd",
    ]);
  });

  it("does not depend on the order of the settings", () => {
    const settings = parseSettings(staging);
    const reversed = Object.fromEntries(Object.entries(settings).reverse()) as typeof settings;
    assert.equal(settingsHash(reversed), settingsHash(settings));
  });
});
