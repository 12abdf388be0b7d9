import assert from "node:assert/strict";
import { decideRelease, type ReleaseFacts } from "../../../components/release/release-plan.ts";
import { messageOf } from "../assert-refused.ts";
import { idOf, imagesOf, record } from "./records.ts";

const commit = (letter: string) => ({ images: imagesOf(letter), commit: letter.repeat(40), version: "1.0" });

const staging: ReleaseFacts = {
  environment: "staging",
  imageNames: ["api", "web"],
  records: [],
  source: commit("a"),
  now: new Date("2026-01-01T12:00:00Z"),
};

const production: ReleaseFacts = {
  ...staging,
  environment: "production",
  source: [record("b"), record("a")],
};

function refused(facts: ReleaseFacts, message: string): void {
  assert.equal(
    messageOf(() => decideRelease(facts)),
    message,
  );
}

describe("what a run releases", () => {
  it("is the commit's images on staging", () => {
    const identity = { id: idOf("a"), ...commit("a") };
    assert.deepEqual(decideRelease(staging), { ...identity, changes: true, warnings: [] });
    const again = decideRelease({ ...staging, records: [record("a")] });
    assert.deepEqual(again, { ...identity, current: record("a"), changes: false, warnings: [] });
  });

  it("is what staging proved last in production", () => {
    const planned = decideRelease({ ...production, records: [record("a")] });
    assert.deepEqual([planned.id, planned.commit, planned.changes], [idOf("b"), "b".repeat(40), true]);
    assert.equal(planned.unproven, undefined);
  });

  it("is nothing in production before staging released something", () => {
    refused(
      { ...production, source: [] },
      "towpath:promoteFrom: expected a release of staging to promote, got none; run npm run pulumi -- up --stack staging first",
    );
  });

  it("needs staging's receipts for exactly these images in production, or a written reason", () => {
    const receipt = { release: idOf("b") };
    const unproven = record("b", {
      receipts: { gates: receipt, smoke: { release: idOf("a") }, route: receipt },
    });
    const facts = { ...production, source: [unproven] };
    refused(
      facts,
      `towpath:promoteFrom: expected staging's receipts for release ${idOf("b")}, got none for smoke; bring staging to an end with npm run pulumi -- up --stack staging, or set towpath:allowUnproven to { "reason": "…" }`,
    );
    const allowed = decideRelease({ ...facts, allowUnproven: { reason: "the staging host is gone" } });
    assert.deepEqual(allowed.unproven, { reason: "the staging host is gone" });
    assert.deepEqual(allowed.warnings, [
      `release ${idOf("b")} is let through without staging's receipts, none for smoke: the staging host is gone`,
    ]);
    assert.equal(decideRelease({ ...facts, records: [record("b")] }).changes, false);
  });

  it("needs no reason for what is proven, although one is set", () => {
    const planned = decideRelease({ ...production, allowUnproven: { reason: "in a hurry" } });
    assert.deepEqual([planned.unproven, planned.warnings], [undefined, []]);
  });

  it("needs the end-to-end tests where they are required", () => {
    const facts = { ...production, requireEndToEnd: true };
    refused(
      facts,
      `towpath:promoteFrom: expected staging's receipts for release ${idOf("b")}, got none for endToEnd; bring staging to an end with npm run pulumi -- up --stack staging and its end-to-end tests with npx towpath receipt end-to-end --stack staging, or set towpath:allowUnproven to { "reason": "…" }`,
    );
    const { receipts } = record("b");
    const tested = record("b", { receipts: { ...receipts, endToEnd: { release: idOf("b") } } });
    assert.equal(decideRelease({ ...facts, source: [tested] }).id, idOf("b"));
  });

  it("has all images of the application", () => {
    refused(
      { ...staging, imageNames: ["api", "web", "admin"] },
      `images.admin: release ${idOf("a")} has no such image, got api, web; check out the commit that it was made from`,
    );
  });
});

describe("a freeze", () => {
  const freeze = { until: "2026-01-02", reason: "holidays" };
  const frozen = { ...staging, freeze, records: [record("b")] };

  it("refuses every change of what runs until then, a rollback too", () => {
    refused(
      frozen,
      `towpath:freeze: no release until 2026-01-02 (holidays), got release ${idOf("a")} of commit ${"a".repeat(40)}; ${idOf("b")} goes on running, wait until then or remove towpath:freeze`,
    );
    refused(
      { ...frozen, records: [], source: { images: imagesOf("a") } },
      `towpath:freeze: no release until 2026-01-02 (holidays), got release ${idOf("a")}; nothing runs yet, wait until then or remove towpath:freeze`,
    );
    assert.match(
      messageOf(() => decideRelease({ ...frozen, records: [record("b"), record("c")], rollback: idOf("c") })),
      /^towpath:freeze: no release until 2026-01-02/,
    );
  });

  it("lets other settings through, and everything when it is over", () => {
    assert.equal(decideRelease({ ...frozen, records: [record("a")] }).changes, false);
    const before = new Date("2026-01-02T08:59:59+09:00");
    assert.throws(() => decideRelease({ ...frozen, now: before }));
    assert.equal(decideRelease({ ...frozen, now: new Date("2026-01-02T09:00:00+09:00") }).changes, true);
    const zoned = { ...freeze, until: "2026-01-02T09:00:00+09:00" };
    assert.throws(() => decideRelease({ ...frozen, freeze: zoned, now: before }));
    assert.equal(
      decideRelease({ ...frozen, freeze: zoned, now: new Date("2026-01-02T00:00:00Z") }).changes,
      true,
    );
  });
});

describe("a rollback", () => {
  const records = [record("c"), record("b"), record("a")];

  it("takes an earlier record's images", () => {
    const planned = decideRelease({ ...staging, records, rollback: idOf("a") });
    assert.deepEqual(
      [planned.id, planned.commit, planned.rollbackOf, planned.changes],
      [idOf("a"), "a".repeat(40), idOf("c"), true],
    );
  });

  it("is refused to what is not known, or runs already", () => {
    refused(
      { ...staging, records, rollback: "0123456789ab" },
      `TOWPATH_ROLLBACK: expected an earlier release of staging, got "0123456789ab"; known are ${idOf("b")}, ${idOf("a")}: npx towpath releases`,
    );
    refused(
      { ...production, records, rollback: idOf("c") },
      `TOWPATH_ROLLBACK: expected an earlier release of production, got "${idOf("c")}", which runs already; known are ${idOf("b")}, ${idOf("a")}: npx towpath releases`,
    );
    refused(
      { ...staging, rollback: idOf("c") },
      `TOWPATH_ROLLBACK: expected an earlier release of staging, got "${idOf("c")}"; there is none yet`,
    );
  });

  it("stays until there is something newer, or somebody goes back by name", () => {
    const back = record("a", { rollbackOf: idOf("c"), unproven: { reason: "in a hurry" } });
    const facts = { ...staging, records: [back, ...records], source: commit("c") };
    const stays = decideRelease(facts);
    assert.deepEqual(
      [stays.id, stays.changes, stays.rollbackOf, stays.unproven],
      [idOf("a"), false, idOf("c"), { reason: "in a hurry" }],
    );
    assert.deepEqual(stays.warnings, [
      `release ${idOf("c")} was gone back from, so ${idOf("a")} stays; release something newer, or return to it with npx towpath rollback ${idOf("c")} --stack staging`,
    ]);
    const newer = decideRelease({ ...facts, source: commit("d") });
    assert.deepEqual([newer.id, newer.rollbackOf], [idOf("d"), undefined]);
    const named = decideRelease({ ...facts, rollback: idOf("c") });
    assert.deepEqual([named.id, named.rollbackOf], [idOf("c"), idOf("a")]);
    const after = decideRelease({
      ...facts,
      records: [record("c", { rollbackOf: idOf("a") }), back, ...records],
    });
    assert.deepEqual(
      [after.id, after.changes, after.rollbackOf, after.warnings],
      [idOf("c"), false, idOf("a"), []],
    );
  });
});
