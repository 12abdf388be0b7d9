import assert from "node:assert/strict";
import fc from "fast-check";
import { checkDatabase } from "../../../components/ci/plan.ts";
import { isLabel, longestName, longestNamespace } from "../../../components/naming/namespace.ts";
import { namesOf } from "../../../components/naming/names.ts";
import { workspaceNamespace, type Workspace } from "../../../components/naming/workspace.ts";

const branchName = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 250 }),
  fc.string({ minLength: 1, maxLength: 250 }),
  // Names that read the same: what a hash is for.
  fc.stringMatching(/^[Aa]uth[-/_. ]{0,3}[xX]?$/),
);
const application = fc
  .stringMatching(/^[a-z][a-z0-9-]*[a-z0-9]$/, { maxLength: longestName })
  .filter((text) => isLabel(text, longestName));
const stack = fc.constantFrom("local", "ci");
const path = fc.constantFrom("/srv/notes", "/srv/other", "/home/ann/notes");
const workspaceId = fc.option(branchName, { nil: undefined });
const workspace: fc.Arbitrary<Workspace> = fc.oneof(
  fc.record({ branch: branchName, path, source: fc.constant("git" as const) }),
  fc
    .tuple(branchName, workspaceId)
    .map(([branch, id]) => ({ ...named(branch), ...(id === undefined ? {} : { workspaceId: id }) })),
  fc.record({ path, source: fc.constant("path" as const) }),
);

/** The working copy of a branch that the variable names. */
function named(branch: string): Workspace {
  return { branch, path: "/srv/notes", source: "variables" };
}

/** The namespace of the sample application's local environment on a branch. */
function local(branch: string): string {
  return workspaceNamespace("notes", "local", named(branch));
}

describe("the namespace of a working copy", () => {
  it("is made of the readable part of the branch, and a hash", () => {
    assert.match(local("feature/auth-v2"), /^notes-local-feature-auth-v2-[0-9a-f]{8}$/);
    assert.match(
      workspaceNamespace("notes", "ci", named("feature/auth-v2")),
      /^notes-ci-feature-auth-v2-[0-9a-f]{8}$/,
    );
    assert.match(namesOf(local("feature/auth-v2")).database, /^notes_local_feature_auth_v2_[0-9a-f]{8}$/);
    assert.match(local("Ünïcode/..--$(rm)"), /^notes-local-unicode-rm-[0-9a-f]{8}$/);
    assert.match(local("漢字"), /^notes-local-[0-9a-f]{8}$/);
    assert.match(
      workspaceNamespace("notes", "local", { path: "/srv/notes", source: "path" }),
      /^notes-local-[0-9a-f]{8}$/,
    );
  });

  it("keeps the whole hash next to the longest names", () => {
    const [longest, other] = ["a", "b"].map((last) =>
      workspaceNamespace("a".repeat(20), "local", named(`${"x".repeat(199)}${last}`)),
    );
    assert.match(String(longest), /^a{20}-local-[0-9a-f]{8}$/);
    assert.notEqual(longest, other);
  });

  it("differs for branches with the same readable part, or that only differ after the cut", () => {
    const raw = ["feature/x", "feature-x", "Feature_X", "feature/x ", "Ünïcode/..--$(rm)", "unicode-rm"];
    const long = ["a", "b"].map((last) => `${"x".repeat(199)}${last}`);
    assert.equal(new Set([...raw, ...long].map(local)).size, raw.length + long.length);
  });

  it("is the same in every folder when a variable names the branch, but not when git does", () => {
    const at = (folder: string, source: "git" | "variables") =>
      workspaceNamespace("notes", "ci", { branch: "main", path: folder, source });
    assert.equal(at("/a", "variables"), at("/b", "variables"));
    assert.notEqual(at("/a", "git"), at("/b", "git"));
    assert.notEqual(at("/a", "git"), at("/a", "variables"));
  });

  it("differs by WORKSPACE_ID, even without a branch", () => {
    const of = (id: string | undefined, source: Workspace["source"]) =>
      workspaceNamespace("notes", "local", {
        path: "/srv/notes",
        source,
        ...(id === undefined ? {} : { workspaceId: id }),
      });
    for (const source of ["variables", "path"] as const) {
      assert.equal(new Set([of("1", source), of("2", source), of(undefined, source)]).size, 3);
    }
  });

  it("is a label of at most 36 characters, and names made of it stay within 63 bytes", () => {
    fc.assert(
      fc.property(application, stack, workspace, application, (name, kind, from, part) => {
        const namespace = workspaceNamespace(name, kind, from);
        assert.ok(isLabel(namespace, longestNamespace), namespace);
        const names = namesOf(namespace);
        const all = [names.network, names.postgres, names.redis, names.objectStorage, names.gateway];
        const made = [names.volume(part), names.bucket(part), names.image(part)];
        for (const label of [...all, ...made, `${names.workload(part)}-1a2b3c4`]) {
          assert.ok(isLabel(label, 63), label);
        }
        for (const database of [names.database, checkDatabase(names.database, part)])
          assert.match(`${database}_gw15`, /^[a-z][a-z0-9_]{0,62}$/);
      }),
    );
  });

  it("is never the same for two different working copies", () => {
    fc.assert(
      fc.property(application, stack, workspace, workspace, (name, kind, one, other) => {
        fc.pre(JSON.stringify(told(one)) !== JSON.stringify(told(other)));
        assert.notEqual(workspaceNamespace(name, kind, one), workspaceNamespace(name, kind, other));
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(application, workspace, (name, from) => {
        assert.notEqual(workspaceNamespace(name, "local", from), workspaceNamespace(name, "ci", from));
      }),
    );
  });
});

/** Returns what tells workspaces apart, without the folder once a variable names the branch. */
function told({ branch, workspaceId, path, source }: Workspace): unknown[] {
  return [branch, workspaceId, source === "variables" ? undefined : path];
}
