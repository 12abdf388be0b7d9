import assert from "node:assert/strict";
import { decideRelease, plannedInWords, type ReleaseFacts } from "../../../components/plan/decide.ts";
import { recordOf } from "../../../components/plan/release-record.ts";
import { messageOf } from "../assert-refused.ts";
import { description, idOf, imagesOf, oldRecord, record } from "./records.ts";

const commit = (letter: string) => ({
  ...{ images: imagesOf(letter), description, commit: letter.repeat(40), version: "1.0" },
});

const staging: ReleaseFacts = {
  environment: "staging",
  description,
  records: [],
  source: commit("a"),
  now: new Date("2026-01-01T12:00:00Z"),
};

const production: ReleaseFacts = {
  ...staging,
  environment: "production",
  source: [record("b"), record("a")],
  branches: ["main"],
};

function refused(facts: ReleaseFacts, message: string): void {
  assert.equal(
    messageOf(() => decideRelease(facts)),
    message,
  );
}

describe("the release of a run", () => {
  it("has the commit's images on staging", () => {
    const identity = { id: idOf("a"), ...commit("a") };
    assert.deepEqual(decideRelease(staging), { ...identity, changes: true, warnings: [] });
    const again = decideRelease({ ...staging, records: [record("a")] });
    assert.deepEqual(again, { ...identity, current: record("a"), changes: false, warnings: [] });
  });

  it("is the last one that staging proved, in production", () => {
    const planned = decideRelease({ ...production, records: [record("a")] });
    assert.deepEqual([planned.id, planned.commit, planned.changes], [idOf("b"), "b".repeat(40), true]);
    assert.equal(planned.unproven, undefined);
  });

  it("is refused in production before staging has released anything", () => {
    refused(
      { ...production, source: [] },
      "towpath:promoteFrom: expected a release of staging to promote, got none; run npm run pulumi -- up --stack staging first",
    );
  });

  it("requires staging's receipts for exactly these images in production, or a written reason", () => {
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

  it("requires no reason for what is proven, although one is set", () => {
    const planned = decideRelease({ ...production, allowUnproven: { reason: "in a hurry" } });
    assert.deepEqual([planned.unproven, planned.warnings], [undefined, []]);
  });

  it("requires the end-to-end tests when they are set to be required", () => {
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
    const more = { ...description, services: { ...description.services, admin: { image: "admin" } } };
    const source = { ...commit("a"), description: more };
    refused(
      { ...staging, source },
      `images.admin: release ${recordOf(imagesOf("a"), more).id} has no such image, got api, web; check out the commit that it was made from`,
    );
  });
});

describe("001-14, 001-107: the branches that production takes", () => {
  const feature = record("b", { branch: "feature/login" });
  const facts = { ...production, source: [feature, record("a", { branch: "fix" })] };
  const promote = (branch: string, pattern: string) =>
    decideRelease({ ...production, source: [record("b", { branch })], branches: ["main", pattern] });

  it("decide which of staging's releases is taken, and the plan names the one that stays there", () => {
    const taken = decideRelease({ ...facts, source: [feature, record("a")] });
    assert.equal(taken.id, idOf("a"));
    assert.deepEqual(taken.warnings, [
      `towpath:promoteBranches: release ${idOf("b")} of feature/login stays on staging, for production takes main; this run is of ${idOf("a")}`,
    ]);
  });

  it("never lead back to a release that is older than the current one", () => {
    const running = record("c", { branch: "hotfix" });
    const source = [feature, running, record("a")];
    const stays = decideRelease({ ...facts, source, records: [running] });
    assert.deepEqual([stays.id, stays.changes], [idOf("c"), false]);
  });

  it("are named when staging has no release of any of them", () => {
    refused(
      facts,
      `towpath:promoteBranches: expected a release of main, got ${idOf("b")} of feature/login; publish a commit of main and release it to staging, or add "feature/login" to it`,
    );
    refused(
      { ...facts, branches: ["main", "release/*"], allowUnproven: { reason: "in a hurry" } },
      `towpath:promoteBranches: expected a release of main or release/*, got ${idOf("b")} of feature/login; publish a commit of main or release/* and release it to staging, or add "feature/login" to it`,
    );
  });

  it("are names, or patterns whose * stands for anything except /", () => {
    for (const [branch, pattern] of [
      ["main", "release/*"],
      ["release/1.2", "release/*"],
      ["release/1.2/fix", "release/**"],
      ["release/1.2/fix", "**"],
      ["v1.2+3", "v1.2+*"],
    ] as const) {
      assert.equal(promote(branch, pattern).branch, branch);
    }
    for (const [branch, pattern] of [
      ["main2", "m"],
      ["my/main", "main"],
      ["release/1.2/fix", "release/*"],
      ["feature/release/1", "release/*"],
      ["v102", "v1.2"],
      ["a/b", "*"],
    ] as const) {
      assert.match(
        messageOf(() => promote(branch, pattern)),
        /^towpath:promoteBranches: /,
        branch,
      );
    }
  });

  it("exclude a release whose record is from before branches were kept, unless any is taken", () => {
    const { branch: _, ...silent } = record("b");
    const source = [silent];
    refused(
      { ...production, source, branches: ["main", "*"] },
      `towpath:promoteBranches: expected a release of main or *, got ${idOf("b")}, of which no branch is known; publish a commit of main or * and release it to staging, or set it to ["**"], which takes any`,
    );
    assert.equal(decideRelease({ ...production, source, branches: ["**"] }).id, idOf("b"));
  });

  it("are not required of the current release, nor of one that is rolled back to", () => {
    assert.equal(decideRelease({ ...facts, records: [feature] }).changes, false);
    const records = [record("a"), feature];
    const back = decideRelease({ ...production, records, rollback: idOf("b") });
    assert.deepEqual([back.id, back.branch], [idOf("b"), "feature/login"]);
  });

  it("are shown in the plan", () => {
    const source = [record("b", { tag: "v1.0" })];
    assert.equal(
      plannedInWords(decideRelease({ ...production, source })),
      `release ${idOf("b")}, branch main, tag v1.0, commit ${"b".repeat(40)}, version 1.0; it is the first`,
    );
    const { commit: _, branch: __, version: ___, ...bare } = record("b");
    const again = { ...production, source: [bare], branches: ["**"], records: [record("a")] };
    assert.equal(plannedInWords(decideRelease(again)), `release ${idOf("b")}; ${idOf("a")} runs until then`);
  });
});

describe("receipts that prove nothing", () => {
  const { health: _, ...web } = { image: "web", ...description.services.web };
  const { smoke: __, ...rest } = description;
  const bare = { ...rest, services: { ...description.services, web } };
  const unproven = { ...record("b"), ...recordOf(imagesOf("b"), bare) };
  const { id } = unproven;
  const receipts = { gates: { release: id }, smoke: { release: id }, route: { release: id } };

  it("are reported in staging", () => {
    assert.deepEqual(decideRelease({ ...staging, source: { ...commit("a"), description: bare } }).warnings, [
      "application.ts: services.web has routes and no health, so a release that does not work may pass; describe it: production takes what was asked",
      "application.ts: there are routes and no smoke checks, so a release that does not work may pass; describe it: production takes what was asked",
    ]);
  });

  it("are refused in production without a written reason", () => {
    const facts = { ...production, description: bare, source: [{ ...unproven, receipts }] };
    refused(
      facts,
      `towpath:promoteFrom: expected staging's receipts for release ${id}, got some that prove nothing (services.web has routes and no health, there are routes and no smoke checks); describe what is asked in application.ts, and bring staging to an end with npm run pulumi -- up --stack staging, or set towpath:allowUnproven to { "reason": "…" }`,
    );
    const reason = "nobody uses it yet";
    assert.deepEqual(decideRelease({ ...facts, allowUnproven: { reason } }).unproven, { reason });
  });

  it("are not reported for services that no user reaches", () => {
    const worker = { ...rest, services: { worker: { image: "api" } } };
    assert.deepEqual(
      decideRelease({ ...staging, source: { ...commit("a"), description: worker } }).warnings,
      [],
    );
  });
});

describe("a freeze", () => {
  const freeze = { until: "2026-01-02", reason: "holidays" };
  const frozen = { ...staging, freeze, records: [record("b")] };

  it("refuses every change of the release until then, even a rollback", () => {
    refused(
      frozen,
      `towpath:freeze: no release until 2026-01-02 (holidays), got release ${idOf("a")} of commit ${"a".repeat(40)}; ${idOf("b")} goes on running, wait until then or remove towpath:freeze`,
    );
    refused(
      { ...frozen, records: [], source: { images: imagesOf("a"), description } },
      `towpath:freeze: no release until 2026-01-02 (holidays), got release ${idOf("a")}; nothing runs yet, wait until then or remove towpath:freeze`,
    );
    assert.match(
      messageOf(() => decideRelease({ ...frozen, records: [record("b"), record("c")], rollback: idOf("c") })),
      /^towpath:freeze: no release until 2026-01-02/,
    );
  });

  it("allows other settings, and everything when it is over", () => {
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

  it("is refused to an unknown release, and to the current one", () => {
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

  it("lasts until there is something newer, or somebody rolls back to a named release", () => {
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

describe("the description of a release", () => {
  const worker = { image: "api", command: ["python", "-m", "notes.other"] };
  const other = { ...description, services: { ...description.services, worker } };
  const otherRecord = { ...record("a"), ...recordOf(imagesOf("a"), other) };

  it("is part of the release: the same images with another one are another release", () => {
    const source = { ...commit("a"), description: other };
    const planned = decideRelease({ ...staging, source, records: [record("a")] });
    assert.deepEqual(
      [planned.id, planned.changes, planned.description],
      [recordOf(imagesOf("a"), other).id, true, other],
    );
    assert.notEqual(planned.id, idOf("a"));
  });

  it("is the one that staging proved, although production's checkout has another", () => {
    const planned = decideRelease({ ...production, source: [record("b")], description: other });
    assert.deepEqual([planned.id, planned.description], [idOf("b"), description]);
    assert.deepEqual(planned.warnings, [
      `application.ts: release ${idOf("b")} runs as staging proved it, and this checkout describes it otherwise, in services.worker; release that to staging first if it is meant for production`,
    ]);
    refused(
      { ...production, source: [oldRecord("b")] },
      `towpath:promoteFrom: expected staging's receipts for release ${oldRecord("b").id}, got none for description; bring staging to an end with npm run pulumi -- up --stack staging, or set towpath:allowUnproven to { "reason": "…" }`,
    );
  });

  it("is restored by a rollback, on the current data", () => {
    const newer = { ...record("b"), description: { ...description, redis: { version: 8 as const } } };
    const planned = decideRelease({ ...staging, records: [newer, otherRecord], rollback: otherRecord.id });
    assert.deepEqual(planned.description, { ...other, redis: { version: 8 } });
    assert.equal(planned.id, otherRecord.id);
    const back = { ...otherRecord, description: planned.description, rollbackOf: newer.id };
    const stays = decideRelease({ ...staging, records: [back, newer], source: commit("b") });
    assert.deepEqual([stays.id, stays.description], [otherRecord.id, planned.description]);
  });

  it("is unknown when the record is from before descriptions were kept", () => {
    const records = [record("b"), oldRecord("a")];
    const planned = decideRelease({ ...staging, records, rollback: oldRecord("a").id });
    assert.deepEqual([planned.id, planned.description], [oldRecord("a").id, undefined]);
  });

  it("does not restore a release that was rolled back before descriptions were kept", () => {
    const records = [oldRecord("a", { rollbackOf: oldRecord("b").id }), oldRecord("b"), oldRecord("a")];
    const stays = decideRelease({ ...staging, records, source: commit("b") });
    assert.deepEqual([stays.id, stays.changes], [oldRecord("a").id, false]);
  });

  it("does not end a rollback when it alone changes", () => {
    const back = record("a", { rollbackOf: idOf("b") });
    const source = { ...commit("a"), description: other };
    const planned = decideRelease({ ...staging, records: [back, record("b")], source });
    assert.deepEqual([planned.changes, planned.rollbackOf], [true, idOf("b")]);
  });
});
