import assert from "node:assert/strict";
import { dependenciesOf, type Imports } from "../../run/dependencies.ts";

/** Modules with what they import and say, and all other files. */
const texts: Record<string, string> = {
  "test/unit/naming/names.test.ts": "",
  "test/unit/steps/smoke.test.ts": "",
  "test/unit/steps/play.ts": '"fake-docker.sh"',
  "test/e2e/local/docs.test.ts":
    'commandsOf("local.md"); fileURLToPath(new URL("host-api.mjs", import.meta.url))',
  "test/e2e/plugins/docker.long.test.ts": "",
  "test/support/source-tree.ts": "",
};
const importing: Record<string, string[]> = {
  "test/unit/naming/names.test.ts": ["components/naming/names.ts"],
  "components/naming/names.ts": ["components/naming/words.ts", "zod"],
  "components/naming/words.ts": [],
  "test/unit/steps/smoke.test.ts": ["test/unit/steps/play.ts"],
  "test/unit/steps/play.ts": [],
  "steps/programs/smoke.ts": ["steps/http.ts", "components/naming/words.ts"],
  "steps/http.ts": [],
  "test/e2e/local/docs.test.ts": ["test/support/source-tree.ts"],
  "test/e2e/plugins/docker.long.test.ts": [],
  "test/support/source-tree.ts": [],
};
const files = [
  ...Object.keys(importing),
  ...["cli/main.ts", "app/api/notes/api.py", "docs/local.md", "docs/reload.md", "package.json"],
  ...[
    "test/unit/steps/fake-docker.sh",
    "toolchain/docker/plugin.go",
    "test/unit/host/host-api.mjs",
    "test/e2e/local/host-api.mjs",
  ],
];
const imports: Imports = Object.fromEntries(
  Object.entries(importing).map(([file, paths]) => [file, { imports: paths.map((path) => ({ path })) }]),
);

describe("the dependencies of a test suite", () => {
  const of = (suite: string): string[] =>
    [...dependenciesOf(suite, imports, files, (path) => texts[path] ?? "")]
      .filter((file) => file !== suite)
      .sort();

  it("are its imports, and what all suites depend on", () => {
    assert.deepEqual(of("test/unit/naming/names.test.ts"), [
      "components/naming/names.ts",
      "components/naming/words.ts",
      "package.json",
    ]);
  });

  it("include every step with its imports when steps are played, and the files that its modules name", () => {
    assert.deepEqual(of("test/unit/steps/smoke.test.ts"), [
      "components/naming/words.ts",
      "package.json",
      "steps/http.ts",
      "steps/programs/smoke.ts",
      "test/unit/steps/fake-docker.sh",
      "test/unit/steps/play.ts",
    ]);
  });

  it("include the whole program when it makes a copy of the project, with the page that it follows", () => {
    assert.deepEqual(of("test/e2e/local/docs.test.ts"), [
      "app/api/notes/api.py",
      "cli/main.ts",
      "components/naming/names.ts",
      "components/naming/words.ts",
      "docs/local.md",
      "package.json",
      "steps/http.ts",
      "steps/programs/smoke.ts",
      "test/e2e/local/host-api.mjs",
      "test/support/source-tree.ts",
      "toolchain/docker/plugin.go",
    ]);
  });

  it("include the toolchain when it runs on what that builds", () => {
    assert.deepEqual(of("test/e2e/plugins/docker.long.test.ts"), [
      "package.json",
      "toolchain/docker/plugin.go",
    ]);
  });
});
