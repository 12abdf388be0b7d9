/** The comment on a pull request, as a pure function of facts. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mostCharacters, renderComment } from "../../../../cli/comment/render.ts";
import type { StackPlan } from "../../../../cli/plan/stack-plan.ts";
import { exampleComments, quietPlan } from "../../../support/comment-facts.ts";

const golden = join(import.meta.dirname, "golden");

describe("the comment on a pull request", () => {
  for (const [name, facts] of Object.entries(exampleComments)) {
    it(`says what decides, as ${name}.md has it`, () => {
      const { text } = renderComment(facts);
      const file = join(golden, `${name}.md`);
      // Written anew with TOWPATH_WRITE_GOLDEN=1, and read by whoever reviews the change.
      if (process.env.TOWPATH_WRITE_GOLDEN === "1") writeFileSync(file, `${text}\n`);
      assert.equal(`${text}\n`, readFileSync(file, "utf8"));
    });
  }

  it("says in one line of an environment that nothing changes there", () => {
    const { text } = renderComment({
      project: "notes",
      pullRequest: 1,
      at: "",
      merging: [quietPlan("staging")],
    });
    const [, ...lines] = text.split("\n").filter((line) => line !== "");
    assert.deepEqual(lines, ["**Merging, `staging`**: nothing changes"]);
  });

  it("says of a fork's commit that it is released until it runs", () => {
    const { fork: facts } = exampleComments;
    assert.ok(facts?.fork && facts.preview);
    const fork = { ...facts.fork, isReleased: true };
    assert.match(
      renderComment({ ...facts, fork }).text,
      /⏳ \*\*Commit `c0ffee123456` is released, and comes up once its images are built\*\*\n/,
    );
    const preview = { ...facts.preview, commit: fork.commit };
    assert.doesNotMatch(renderComment({ ...facts, fork, preview }).text, /maintainer|is released/);
  });

  it("decides in ten lines on top, however much there is to know", () => {
    const { "data-lost": facts } = exampleComments;
    assert.ok(facts);
    const [top = ""] = renderComment(facts).text.split("<details>");
    const seen = top.split("\n").filter((line) => line !== "" && !line.startsWith("<!--"));
    assert.ok(seen.length <= 10, seen.join("\n"));
    assert.match(seen[2] ?? "", /data lost/);
  });

  it("names the checks that failed first, and tells how many it does not name", () => {
    const { checks: facts } = exampleComments;
    assert.ok(facts);
    const many = Array.from({ length: 20 }, (_, index) => ({ name: `c${index}`, passed: index !== 19 }));
    const [, line = ""] = /\*\*Checks\*\*: (.*)/.exec(renderComment({ ...facts, checks: many }).text) ?? [];
    assert.match(line, /^19 of 20 passed · ❌ `c19` · ✅ `c0` · .* · and 8 more$/);
  });

  it("shows no secret value, in whatever it stands", () => {
    const { failed } = exampleComments;
    assert.ok(failed);
    const { text } = renderComment(failed);
    assert.doesNotMatch(text, /hunter2/);
    assert.match(text, /with \*\*\*/);
  });

  it("is cut by importance and says where the whole text is", () => {
    const { "data-lost": facts } = exampleComments;
    assert.ok(facts);
    const { text, isCut } = renderComment({
      ...withResources(3_000),
      wholeText: "https://github.com/o/n/actions/runs/1",
    });
    assert.equal(isCut, true);
    assert.ok(text.length <= mostCharacters, String(text.length));
    assert.match(text, /… and more\.\n\n<\/details>/);
    assert.match(
      text,
      /✂️ This comment is cut; it is in \[the whole text\]\(<https:\/\/github.com\/o\/n\/actions\/runs\/1>\)\.$/,
    );
    assert.equal(text.match(/<details>/g)?.length, text.match(/<\/details>/g)?.length);
    assert.match(text, /data lost/);
    assert.equal(renderComment(withResources(3_000), Infinity).isCut, false);
  });

  it("says that a lock is brief, and never that there is none", () => {
    const [plan] = exampleComments.ordinary?.merging ?? [];
    assert.ok(plan?.facts);
    const facts = {
      ...plan.facts,
      migration: {
        revisions: ["0009"],
        facts: {
          statements: [
            {
              statement: "ALTER TABLE notes ADD COLUMN pinned boolean",
              locks: [{ relation: "public.notes", mode: "ACCESS EXCLUSIVE", work: "brief" }],
              findings: [],
            },
          ],
        },
      },
    } as const;
    const { text } = renderComment({
      ...{ project: "notes", pullRequest: 1, at: "" },
      merging: [{ ...plan, facts }],
    });
    assert.match(text, /\*\*locks\*\*: for a moment only: `public\.notes` ACCESS EXCLUSIVE/);
    assert.doesNotMatch(text, /no locks/i);
  });
});

function withResources(number: number) {
  const { "data-lost": facts } = exampleComments;
  assert.ok(facts);
  const [plan] = facts.merging;
  const resources: StackPlan["resources"] = Array.from({ length: number }, (_, index) => ({
    ...{ change: "update", type: "docker:index/container:Container", part: `service-${index}` },
    fields: ["image", "envs", "labels", "networksAdvanced"],
  }));
  assert.ok(plan);
  return { ...facts, merging: [{ ...plan, resources }] };
}
