import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addSettings, writeSettings } from "../../../../cli/stack/settings-file.ts";

describe("a stack's settings file", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "towpath-settings-"));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });
  const file = (): string => join(root, "Pulumi.production.yaml");
  const write = (settings: object): void => {
    writeSettings({ root }, "production", settings as Record<string, unknown>);
  };

  it("keeps its other contents, even comments", () => {
    const before = `# Ours.
secretsprovider: passphrase
config:
  # Who deploys.
  towpath:environment: production # for ever

  towpath:hosts: { app1: { address: notes.example } }
  towpath:approvals: []
  other:key: value
`;
    writeFileSync(file(), before);
    write({ approvals: [{ by: "alice", signature: "one\ntwo\n" }] });
    const approvals = `  towpath:approvals:
    - by: alice
      signature: |
        one
        two
`;
    assert.equal(readFileSync(file(), "utf8"), before.replace("  towpath:approvals: []\n", approvals));
    assert.equal(existsSync(`${file()}.new`), false);
  });

  it("gets what it does not have yet, and nothing else", () => {
    const before = `config:
  towpath:github:
    repository: octo-org/notes
    branches: [main] # ours
  towpath:domain: notes.example
`;
    writeFileSync(file(), before);
    const add = (): string[] =>
      addSettings({ root }, "production", {
        github: { repository: "octo-org/other", branches: [], waitMinutes: 5 },
        domain: "other.example",
        labels: { bug: { color: "d73a4a" } },
      });
    assert.deepEqual(add(), ["github.waitMinutes", "labels"]);
    const after = `config:
  towpath:github:
    repository: octo-org/notes
    branches: [ main ] # ours
    waitMinutes: 5
  towpath:domain: notes.example
  towpath:labels:
    bug:
      color: d73a4a
`;
    assert.equal(readFileSync(file(), "utf8"), after);
    assert.deepEqual(add(), []);
    assert.equal(readFileSync(file(), "utf8"), after);
  });

  it("is created when there is none, or it is empty", () => {
    for (const text of [undefined, "", "# nothing yet\n", "config:\n"]) {
      if (text !== undefined) writeFileSync(file(), text);
      write({ approvals: [] });
      assert.match(readFileSync(file(), "utf8"), /^config:\n {2}towpath:approvals: \[\]\n$/m);
    }
  });

  it("is left alone when it is not valid YAML", () => {
    writeFileSync(file(), "config: [\n");
    assert.throws(() => {
      write({ approvals: [] });
    }, /^Problem: Pulumi\.production\.yaml: expected YAML, got ".*"; repair the file first$/);
    assert.equal(readFileSync(file(), "utf8"), "config: [\n");
  });
});
