import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openProject } from "../../../cli/project.ts";

const application = `export const application = { name: "shop", images: {}, services: {} };\n`;

describe("the project", () => {
  const before = process.cwd();
  let root: string;
  const write = (file: string, text: string): void => {
    writeFileSync(join(root, file), text);
  };

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "towpath-project-")));
    write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
    write("package.json", '{"type":"module"}');
  });
  afterEach(() => {
    process.chdir(before);
    rmSync(root, { recursive: true, force: true });
  });

  it("is found from the working directory upward, and becomes the working directory", async () => {
    write("application.ts", application);
    mkdirSync(join(root, "src/deep"), { recursive: true });
    const project = await openProject(join(root, "src/deep"));
    assert.equal(project.root, root);
    assert.equal(project.name, "shop");
    assert.equal(project.application.name, "shop");
    assert.equal(project.privateFolder, join(root, ".towpath"));
    assert.equal(process.cwd(), root);
  });

  it("is the nearest of several", async () => {
    mkdirSync(join(root, "infra"));
    write("infra/Pulumi.yaml", "name: inner\nruntime: nodejs\n");
    write("infra/application.ts", application);
    assert.equal((await openProject(join(root, "infra"))).name, "inner");
  });

  it("has to exist", async () => {
    rmSync(join(root, "Pulumi.yaml"));
    await assert.rejects(openProject(root), {
      name: "Problem",
      message: `project: expected a Pulumi.yaml here or above, got none from ${root} upward; go to the project's folder, or make one with npx towpath init`,
    });
  });

  const files: Readonly<Record<string, [written: Record<string, string>, message: RegExp]>> = {
    "no name": [
      { "Pulumi.yaml": "runtime: nodejs\n", "application.ts": application },
      /^Pulumi\.yaml: expected the project's name, got none; add a line such as name: notes$/,
    ],
    "a Pulumi.yaml that is not valid YAML": [
      { "Pulumi.yaml": "name: [\n", "application.ts": application },
      /^Pulumi\.yaml: expected YAML, got Flow sequence .*; mend the file$/,
    ],
    "no application.ts": [
      {},
      /^application\.ts: expected a file that describes the application, got none in .*; npx towpath init writes one$/,
    ],
    "an application.ts that exports something else": [
      { "application.ts": "export const notes = {};\n" },
      /^application\.ts: expected an export named application, got none; write export const application = defineApplication\(\{ … \}\)$/,
    ],
    "an application that is no object": [
      { "application.ts": "export const application = 1;\n" },
      /^application\.ts: expected an export named application, got number; write export const /,
    ],
    "an application.ts that fails": [
      { "application.ts": 'export const application = {};\nthrow new Error("no such region");\n' },
      /^application\.ts:2: could not be loaded, got Error: no such region; mend the file$/,
    ],
    "an application.ts that cannot be read": [
      { "application.ts": "export const application = {\n" },
      /^application\.ts.*: could not be loaded, got .*; mend the file$/,
    ],
  };
  for (const [title, [written, message]] of Object.entries(files)) {
    it(`is refused with ${title}`, async () => {
      for (const [file, text] of Object.entries(written)) write(file, text);
      await assert.rejects(openProject(root), { name: "Problem", message });
    });
  }
});
