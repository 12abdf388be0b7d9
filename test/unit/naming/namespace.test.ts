import assert from "node:assert/strict";
import fc from "fast-check";
import {
  branchSlug,
  checkNamespace,
  environmentOf,
  isLabel,
  labelFor,
  longestNamespace,
  namespaceFor,
  branchPreviewStack,
  isVariant,
  previewStack,
  pullRequestOf,
} from "../../../components/naming/namespace.ts";
import { messageOf } from "../assert-refused.ts";

const branch = fc.oneof(fc.string({ unit: "grapheme", maxLength: 250 }), fc.string({ maxLength: 250 }));

describe("the namespace", () => {
  it("is made of the application and the stack", () => {
    assert.equal(namespaceFor("notes", "local"), "notes-local");
    assert.equal(namespaceFor("notes", "pr-12"), "notes-pr-12");
    assert.equal(namespaceFor("a".repeat(20), "production"), `${"a".repeat(20)}-production`);
  });

  it("is shortened with a hash when it is too long or no label", () => {
    assert.equal(
      namespaceFor("notes", "a-stack-with-quite-a-long-name-2"),
      "notes-a-stack-with-quite-a-0aadb0ef",
    );
    assert.match(namespaceFor("notes", "Ünïcode/..--$(rm)"), /^notes-unicode-rm-[0-9a-f]{8}$/);
  });

  it("is a label of at most 36 characters, whatever the stack is called", () => {
    fc.assert(fc.property(branch, (stack) => isLabel(namespaceFor("notes", stack), longestNamespace)));
    fc.assert(fc.property(branch, (raw) => isLabel(labelFor(raw, 63), 63)));
  });

  it("differs where the stacks differ", () => {
    fc.assert(
      fc.property(branch, branch, (one, other) => {
        fc.pre(one !== other);
        return namespaceFor("notes", one) !== namespaceFor("notes", other);
      }),
    );
  });

  it("is unchanged when it is made again", () => {
    fc.assert(fc.property(branch, (raw) => labelFor(labelFor(raw, 36), 36) === labelFor(raw, 36)));
    fc.assert(
      fc.property(branch, (stack) => {
        const namespace = namespaceFor("notes", stack);
        return checkNamespace(namespace) === namespace;
      }),
    );
  });

  it("is refused when it is invalid", () => {
    const message = (got: string) =>
      `namespace: expected a name of lower-case letters, digits and hyphens, from a letter on, at most 36 characters, got ${got}; for example "notes-local"`;
    assert.equal(
      messageOf(() => checkNamespace("Notes")),
      message('"Notes"'),
    );
    assert.equal(
      messageOf(() => checkNamespace("notes-")),
      message('"notes-"'),
    );
    assert.equal(
      messageOf(() => checkNamespace("")),
      message('""'),
    );
    assert.equal(
      messageOf(() => checkNamespace("n".repeat(37))),
      message(`"${"n".repeat(37)}"`),
    );
  });
});

describe("a branch's slug", () => {
  it("is its readable part and a hash", () => {
    assert.equal(branchSlug("feature/auth-v2"), "feature-auth-v2-374d1d7e");
    assert.match(branchSlug("Ünïcode/..--$(rm)"), /^unicode-rm-[0-9a-f]{8}$/);
    assert.match(branchSlug("漢字"), /^branch-[0-9a-f]{8}$/);
    assert.match(branchSlug("123"), /^branch-[0-9a-f]{8}$/);
  });

  it("keeps branches with the same readable part apart", () => {
    const raw = [
      "feature/x",
      "feature-x",
      "Feature_X",
      "feature/x ",
      `${"x".repeat(199)}a`,
      `${"x".repeat(199)}b`,
    ];
    assert.equal(new Set(raw.map(branchSlug)).size, raw.length);
  });

  it("is a label of at most 24 characters, and differs where the branches differ", () => {
    fc.assert(
      fc.property(branch, (raw) => isLabel(branchSlug(raw), 24) && branchSlug(raw) === branchSlug(raw)),
    );
    fc.assert(
      fc.property(branch, branch, (one, other) => {
        fc.pre(one !== other);
        return branchSlug(one) !== branchSlug(other);
      }),
    );
  });
});

describe("a stack's name", () => {
  it("determines the environment", () => {
    assert.equal(environmentOf("local"), "local");
    assert.equal(environmentOf("production"), "production");
    assert.equal(environmentOf("pr-7"), "preview");
    assert.equal(environmentOf("preview"), undefined);
    assert.equal(environmentOf("mine"), undefined);
  });

  it("determines the pull request", () => {
    assert.equal(previewStack(12), "pr-12");
    assert.equal(pullRequestOf("pr-12"), 12);
    assert.equal(previewStack(12, "admin"), "pr-12-admin");
    assert.equal(pullRequestOf("pr-12-admin"), 12);
    for (const stack of ["pr-0", "pr-012", "pr-", "pr-1x", "apr-1", "pr-1234567890", "pr-1-", "pr-1-2"]) {
      assert.equal(pullRequestOf(stack), undefined, stack);
      assert.equal(environmentOf(stack), undefined, stack);
    }
  });

  it("determines a branch's preview", () => {
    fc.assert(
      fc.property(fc.string(), (branch) => {
        const stack = branchPreviewStack(branch);
        assert.equal(environmentOf(stack), "preview");
        assert.equal(pullRequestOf(stack), undefined);
      }),
    );
    assert.match(branchPreviewStack("feature/auth-v2"), /^preview-feature-auth-v2-[0-9a-f]{8}$/);
  });

  it("is made of variants that are short labels", () => {
    assert.deepEqual(["admin", "a", "2", "a-", "", "a-name-of-15-ch", "a-name-of-16-cha"].map(isVariant), [
      true,
      true,
      false,
      false,
      false,
      true,
      false,
    ]);
  });
});
