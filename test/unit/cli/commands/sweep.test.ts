import assert from "node:assert/strict";
import { sweptInWords } from "../../../../cli/commands/sweep.ts";
import type { SweptThing } from "../../../../cli/sweep/sweep.ts";

function thing(number: number, more: Partial<SweptThing>): SweptThing {
  const preview = `notes-pr-${number}`;
  const usual = { kind: "container", name: `${preview}-redis`, place: "host-previews", preview } as const;
  return { ...usual, action: "remove", reason: "closed", ...more };
}

describe("the words of a sweep", () => {
  it("tell what goes, whose it was, why, and what became of it; what is wanted is only counted", () => {
    const things = [
      thing(11, { action: "keep", reason: "open", result: "kept" }),
      thing(12, { result: "removed" }),
      thing(13, { reason: "merged", result: "failed", problem: "docker: busy" }),
      thing(14, { action: "keep", reason: "another's", result: "kept" }),
    ];
    const problems = ["towpath:host: cannot be reached"];
    assert.equal(
      sweptInWords({ dryRun: false, things, problems, ending: [] }),
      [
        "what                         where          whose        why                    result",
        "container notes-pr-12-redis  host-previews  notes-pr-12  closed                 removed",
        "container notes-pr-13-redis  host-previews  notes-pr-13  merged                 failed: docker: busy",
        "container notes-pr-14-redis  host-previews  notes-pr-14  another state made it  stays",
        "",
        "towpath:host: cannot be reached",
        "1 thing removed, 2 stay",
      ].join("\n"),
    );
  });

  it("tell of a dry run what would go", () => {
    assert.equal(
      sweptInWords({ dryRun: true, things: [thing(12, { reason: "too old" })], problems: [], ending: [] }),
      [
        "what                         where          whose        why                          result",
        "container notes-pr-12-redis  host-previews  notes-pr-12  nobody used it for too long  would be removed",
        "",
        "1 thing would be removed, 0 stay",
      ].join("\n"),
    );
  });

  it("tell whose time is about to end", () => {
    const ending = [{ pullRequest: 12, end: new Date("2026-03-11T12:00:00Z") }];
    assert.equal(
      sweptInWords({ dryRun: true, things: [], problems: [], ending }),
      "the preview of pull request 12 ends at 2026-03-11 12:00 UTC unless somebody uses it\n0 things would be removed, 0 stay",
    );
  });

  it("are one line where there is nothing", () => {
    assert.equal(
      sweptInWords({ dryRun: false, things: [], problems: [], ending: [] }),
      "0 things removed, 0 stay",
    );
  });
});
