import assert from "node:assert/strict";
import { isOfProgram, settingsChanges, stackOfFile } from "../../../../cli/fork/settings-changes.ts";

describe("the settings that a fork changes", () => {
  const before = "config:\n  towpath:copies: { web: 2 }\n  towpath:domain: a.example.com\n";

  it("are those that come, go or differ, by their names", () => {
    const after = "# other words\nconfig:\n  towpath:copies: { web: 12 }\n  other:word: 1\n";
    assert.deepEqual(settingsChanges({ stack: "staging", before, after }), {
      ...{ stack: "staging", names: ["copies", "domain", "other:word"] },
    });
    assert.deepEqual(settingsChanges({ stack: "staging", before, after: `${before}\n` }).names, []);
    assert.deepEqual(settingsChanges({ stack: "new", after: "config:" }).names, []);
    assert.deepEqual(settingsChanges({ stack: "staging", before }).names, ["copies", "domain"]);
  });

  it("are not known of a file that cannot be read", () => {
    for (const after of ["config: [", "&a [*a]: *b", "config: &a { b: *a", "- - : ["])
      assert.deepEqual(settingsChanges({ stack: "staging", before, after }), { stack: "staging" }, after);
  });

  it("stand in the stacks' own files", () => {
    assert.equal(stackOfFile("deploy/Pulumi.host-previews.yaml"), "host-previews");
    for (const other of ["Pulumi.yaml", "Pulumi.staging.yaml.md", "docs/MyPulumi.staging.yaml"])
      assert.equal(stackOfFile(other), undefined, other);
  });

  it("are not all that makes a release", () => {
    for (const file of ["application.ts", "deploy/index.ts", "package-lock.json", ".github/workflows/ci.yml"])
      assert.equal(isOfProgram(file), true, file);
    for (const file of ["app/application.py", "docs/.github/a.md", "src/package.ts"])
      assert.equal(isOfProgram(file), false, file);
  });
});
