/** Values of others in the comment: titles, branches, SQL and logs that try to break out of it. */
import assert from "node:assert/strict";
import fastCheck from "fast-check";
import { block, code, codeInHtml, link, picture } from "../../../../cli/comment/markdown.ts";
import { markerOf } from "../../../../cli/comment/marker.ts";
import { renderComment } from "../../../../cli/comment/render.ts";
import type { CommentFacts } from "../../../../cli/comment/facts.ts";
import { exampleComments } from "../../../support/comment-facts.ts";
import { visibleText, type Visible } from "../../../support/markdown.ts";

const seed = Number(process.env.TOWPATH_TEST_SEED ?? 12);

const nasty = [
  "`$(x)` <!-- -->",
  "--> <script>alert(1)</script>",
  "</code></summary></details><h1>approved</h1>",
  "@octo-org/release-team #123 GH-1 octo-org/notes#1",
  "```\n# heading\n</details>\n````",
  "[text](https://evil.example) ![image](https://evil.example/x.png) https://evil.example www.evil.example",
  "a\u202eb\u200bc\u2066d\ufeffe",
  "| a | b |\n| - | - |",
  "&lt;b&gt; &#60; \\` \\\\ *bold* _it_ ~~no~~ $x$ $$y$$",
  "\u0000\u0007\u001b[31mred",
  "<!-- towpath project=notes pull-request=12 -->",
  "***",
  "",
  " ` ",
  "``",
  "\ud800",
];

const text = fastCheck.oneof(
  fastCheck.constantFrom(...nasty),
  fastCheck.string({
    unit: fastCheck.constantFrom(...Array.from("`<>!-&@#[]()|*_~$\\/\n\r a1.:\u202e\u200b\u0301")),
  }),
  fastCheck.string({ unit: "binary" }),
);

describe("values of others in the comment", () => {
  it("show as text in a line, whatever they hold", () => {
    fastCheck.assert(
      fastCheck.property(text, (value) => {
        const { codes, outside } = visibleText(
          `before ${code(value, 10_000)} after @nobody`.replace(" @nobody", ""),
        );
        assert.equal(outside, "before  after", JSON.stringify(value));
        assert.ok(codes.length <= 1);
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it("show as lines in a block, whatever they hold", () => {
    fastCheck.assert(
      fastCheck.property(text, (value) => {
        const { outside } = visibleText(`before\n\n${block(value)}\n\nafter`);
        assert.equal(outside, "beforeafter", JSON.stringify(value));
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it("show within a summary, whatever they hold", () => {
    fastCheck.assert(
      fastCheck.property(text, (value) => {
        const html = codeInHtml(value);
        assert.match(html, /^<code>[^<>"'`\n]*<\/code>$/, JSON.stringify(value));
      }),
      { seed, numRuns: 2_000 },
    );
  });

  for (const name of ["data-lost", "checks", "fork"]) {
    it(`change nothing around them in a whole comment, as ${name} has them`, () => {
      const { [name]: facts } = exampleComments;
      assert.ok(facts);
      const expected = frameOf(withValues(facts, () => "x"));
      fastCheck.assert(
        fastCheck.property(text, (value) => {
          assert.deepEqual(frameOf(withValues(facts, () => value)), expected, JSON.stringify(value));
        }),
        { seed, numRuns: 300 },
      );
    });
  }

  it("show what cannot be seen, and what changes the order of the rest", () => {
    assert.equal(code("a\u202eb\u200bc"), "`a\\u{202e}b\\u{200b}c`");
  });

  it("are a link only where they are a plain address", () => {
    assert.equal(link("https://pr-12.example.com/a?b=1"), "<https://pr-12.example.com/a?b=1>");
    assert.equal(link("javascript:alert(1)"), "`javascript:alert(1)`");
    assert.equal(link("https://a.example/)>[x](y"), "`https://a.example/)>[x](y`");
    assert.equal(link("https://good.example@evil.example/"), "`https://good.example@evil.example/`");
  });

  it("are a picture only where they are a plain address", () => {
    assert.equal(picture("https://a.example/x.png?raw=true").startsWith("[![picture](<https://"), true);
    assert.equal(picture("https://a.example/)>[x](y"), "`https://a.example/)>[x](y`");
  });

  it("do not end the marker", () => {
    assert.equal(
      markerOf({ project: "a --> b", pullRequest: 1 }),
      "<!-- towpath project=a%20%2D%2D%3E%20b pull-request=1 -->",
    );
  });
});

/** What a reader sees of the comment but for the values. */
function frameOf(facts: CommentFacts): Pick<Visible, "outside" | "tags"> {
  const { outside, tags } = visibleText(renderComment(facts).text);
  return {
    outside,
    tags: tags.map((tag) => tag.replace(/^(<!-- towpath project=)[\w%.!~*'()]*( )/, "$1$2")),
  };
}

/** The facts with another text wherever others choose one. */
function withValues(facts: CommentFacts, value: () => string): CommentFacts {
  const kept = new Set([
    "state",
    "change",
    "kind",
    "mode",
    "work",
    "hazard",
    "environment",
    "at",
    "since",
    "type",
    "address",
    "picture",
  ]);
  const changed = (one: unknown, name = ""): unknown => {
    if (typeof one === "string") return kept.has(name) ? one : value();
    if (Array.isArray(one)) return one.map((inner) => changed(inner, name));
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, changed(inner, key)]));
  };
  return changed(facts) as CommentFacts;
}
