import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import rules, { floors } from "../../../imports.config.js";

/** Returns the violations that the rules report in files, as `npm run imports` does. */
async function violations(folder: string, files: readonly string[]): Promise<string[]> {
  const { output } = await cruise([...files], {
    ...rules.options,
    ruleSet: rules,
    validate: true,
    baseDir: folder,
  });
  const { violations: found } = (output as ICruiseResult).summary;
  return found.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
}

describe("the rules of imports", function () {
  this.timeout(60_000);
  const project = process.cwd();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-imports-"));
    writeFileSync(join(folder, "tsconfig.json"), "{}");
  });
  afterEach(() => {
    // The tool works in the folder that it looks at.
    process.chdir(project);
    rmSync(folder, { recursive: true });
  });

  /** Makes a package of Pulumi's that the folder depends on. */
  function installed(name: string): void {
    const at = join(folder, "node_modules", name);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, "index.js"), "export const value = 1;\n");
    writeFileSync(join(at, "package.json"), JSON.stringify({ name }));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ dependencies: { [name]: "1" } }));
  }

  /** A module that imports another, by its type where it says so. */
  function planted(from: string, to: string, clause = "import"): Promise<string[]> {
    for (const [path, text] of [
      [to, "export const value = 1;\nexport type Value = typeof value;\n"],
      [from, `${clause} { ${clause === "import" ? "value" : "Value"} } from "/${to}";\n`],
    ] as const) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      const up = "../".repeat(path.split("/").length - 1) || "./";
      writeFileSync(join(folder, path), text.replace('"/', `"${up}`));
    }
    return violations(folder, [from]);
  }

  for (const [from, to, rule] of [
    ["components/host/a.ts", "components/release/b.ts", "components/host imports from below only"],
    ["components/data/a.ts", "components/image/b.ts", "components/data imports from below only"],
    ["cli/docker/a.ts", "cli/stack/b.ts", "cli/docker imports from below only"],
    [
      "components/release/a.ts",
      "components/host/docker-b.ts",
      "what is asked of a host does not depend on Docker",
    ],
    ["components/data/a.ts", "steps/route/b.ts", "components know no step, command line or application"],
    ["components/plan/a.ts", "application.ts", "components know no step, command line or application"],
    [
      "steps/route/a.ts",
      "components/plan/b.ts",
      "steps know no command line and no application, and of components what decides",
    ],
    [
      "steps/route/a.ts",
      "steps/machine/docker-b.ts",
      "steps know a machine by what they ask of it, not Docker",
    ],
    ["steps/route/a.ts", "steps/programs/b.ts", "a program of a step is started, not imported"],
    ["components/plan/a.ts", "components/common/b.ts", "folders of components are floors"],
  ] as const) {
    it(`refuse an import of ${to} in ${from}, even of a type alone`, async () => {
      assert.deepEqual(await planted(from, to), [`${rule}: ${from} -> ${to}`]);
      assert.deepEqual(await planted(from, to, "import type"), [`${rule}: ${from} -> ${to}`]);
    });
  }

  it("let a folder import from those below it", async () => {
    assert.deepEqual(await planted("components/release/a.ts", "components/host/b.ts"), []);
    assert.deepEqual(await planted("cli/stack/a.ts", "components/plan/b.ts"), []);
    assert.deepEqual(await planted("steps/route/a.ts", "components/contract/b.ts"), []);
  });

  it("refuse Pulumi's SDK where decisions are made, except for its types", async () => {
    installed("@pulumi/pulumi");
    mkdirSync(join(folder, "components/settings"), { recursive: true });
    const file = "components/settings/a.ts";
    writeFileSync(join(folder, file), 'import { value } from "@pulumi/pulumi";\nexport { value };\n');
    assert.deepEqual(await violations(folder, [file]), [
      `decisions do without Pulumi's SDK: ${file} -> node_modules/@pulumi/pulumi/index.js`,
    ]);
    writeFileSync(
      join(folder, file),
      'import type { Value } from "@pulumi/pulumi";\nexport type { Value };\n',
    );
    assert.deepEqual(await violations(folder, [file]), []);
  });

  it("refuse the docker package above the host, even for types", async () => {
    installed("@pulumi/docker");
    const found: string[] = [];
    for (const file of ["data/a.ts", "host/a.ts", "host/docker-a.ts", "image/built-image.ts"]) {
      mkdirSync(dirname(join(folder, "components", file)), { recursive: true });
      writeFileSync(
        join(folder, "components", file),
        'import type { Value } from "@pulumi/docker";\nexport type { Value };\n',
      );
      found.push(...(await violations(folder, [`components/${file}`])));
    }
    const rule = "a host makes what runs there, not the docker package";
    assert.deepEqual(
      found,
      ["data", "host"].map(
        (room) => `${rule}: components/${room}/a.ts -> node_modules/@pulumi/docker/index.js`,
      ),
    );
  });

  it("cover every folder of components and of the command line", () => {
    for (const [house, its] of Object.entries(floors)) {
      const folders = readdirSync(house, { withFileTypes: true }).filter((entry) => entry.isDirectory());
      assert.deepEqual(
        its
          .flat()
          .map((room) => room.folder)
          .sort(),
        folders.map(({ name }) => name).sort(),
      );
    }
  });
});
