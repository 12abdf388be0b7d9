import assert from "node:assert/strict";
import { isOffered, offers, planNames, planOf, planProblems } from "../../../components/github/plans.ts";

describe("GitHub's plans", () => {
  it("have the names that GitHub gives them", () => {
    assert.equal(planOf("Team"), "team");
    assert.equal(planOf("business"), "enterprise");
    assert.equal(planOf("bronze"), undefined);
    assert.equal(planOf(undefined), undefined);
  });

  it("offer everything in public repositories", () => {
    for (const { feature } of offers) {
      for (const plan of planNames) assert.ok(isOffered(feature, { plan, isPrivate: false }));
    }
  });

  it("differ in private repositories", () => {
    const table = offers.map(({ feature }) => [
      feature,
      ...planNames.filter((plan) => isOffered(feature, { plan, isPrivate: true })),
    ]);
    assert.deepEqual(table, [
      ["environments", "pro", "team", "enterprise"],
      ["reviewers", "enterprise"],
      ["waitTimer", "enterprise"],
      ["rulesets", "pro", "team", "enterprise"],
      ["dependabotAlerts", "free", "pro", "team", "enterprise"],
      ["secretScanning", "team", "enterprise"],
    ]);
  });

  it("are named, with a remedy, when they do not offer what is asked for", () => {
    const wanted = [
      { feature: "environments", place: "towpath:github" },
      { feature: "reviewers", place: "towpath:github.reviewers" },
    ] as const;
    assert.deepEqual(planProblems(wanted, { plan: "team", isPrivate: true }), [
      "towpath:github.reviewers: GitHub has required reviewers in private repositories on enterprise only, got a private one on team; upgrade or make it public, or leave reviewers out, and set towpath:approval in production",
    ]);
    assert.equal(planProblems(wanted, { plan: "free", isPrivate: true }).length, 2);
    assert.deepEqual(planProblems(wanted, { plan: "free", isPrivate: false }), []);
  });

  it("refuse nothing when the token may not see the plan", () => {
    assert.deepEqual(
      planProblems([{ feature: "rulesets", place: "x" }], { plan: undefined, isPrivate: true }),
      [],
    );
  });
});
