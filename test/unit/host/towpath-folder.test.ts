import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { towpathFolder } from "../../../components/host/towpath-folder.ts";

describe("Towpath's own folder", () => {
  let repository: string;
  const project = (): string => join(repository, "infra");
  const write = (file: string): void => {
    mkdirSync(dirname(join(repository, file)), { recursive: true });
    writeFileSync(join(repository, file), "{}");
  };

  beforeEach(() => {
    repository = mkdtempSync(join(tmpdir(), "towpath-folder-"));
    mkdirSync(project());
  });
  afterEach(() => {
    rmSync(repository, { recursive: true, force: true });
  });

  it("is the project's in a clone", () => {
    write("infra/setup/bootstrap.mjs");
    assert.equal(towpathFolder(project()), ".");
  });

  it("is the package in the project's node_modules", () => {
    write("infra/node_modules/towpath/package.json");
    write("node_modules/towpath/package.json");
    assert.equal(towpathFolder(project()), "node_modules/towpath");
  });

  it("is the package of a folder above, as in workspaces", () => {
    write("node_modules/towpath/package.json");
    assert.equal(towpathFolder(project()), "../node_modules/towpath");
  });

  it("keeps its path in node_modules when that is a link to a version", () => {
    write("store/towpath@0.1.0/package.json");
    mkdirSync(join(project(), "node_modules"));
    symlinkSync(join(repository, "store/towpath@0.1.0"), join(project(), "node_modules/towpath"));
    assert.equal(towpathFolder(project()), "node_modules/towpath");
  });

  it("has to be installed", () => {
    assert.throws(() => towpathFolder(project()), {
      name: "InputError",
      message: `towpath: expected the package in node_modules of ${project()} or above, got none; npm install --save-exact towpath`,
    });
  });
});
