import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { homeWithoutLog } from "../../../../cli/pulumi/home.ts";
import { readInstallation, type Project } from "../../../../cli/project.ts";
import { application } from "../../../../application.ts";

describe("Pulumi's folder", () => {
  let root: string;
  let project: Project;
  const real = (...path: string[]): string => join(project.pulumiHome, ...path);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "towpath-home-"));
    project = {
      ...readInstallation(),
      root,
      privateFolder: join(root, ".towpath"),
      pulumiHome: join(root, "home"),
      name: "towpath",
      application,
    };
    for (const name of ["logs", "plugins", "versions"]) mkdirSync(real(name), { recursive: true });
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it("is the real one, except for a log that cannot be written to", () => {
    writeFileSync(real("credentials.json"), "{}");
    const folder = homeWithoutLog(project);
    assert.deepEqual(readdirSync(folder), ["credentials.json", "logs", "plugins", "versions", "workspaces"]);
    assert.equal(readFileSync(join(folder, "credentials.json"), "utf8"), "{}");
    assert.throws(() => mkdirSync(join(folder, "logs"), { recursive: true }), { code: "EEXIST" });
    assert.deepEqual(readdirSync(real("logs")), []);
  });

  it("is the real one when optimizations for speed are turned off", () => {
    process.env.TOWPATH_FAST = "false";
    try {
      assert.equal(homeWithoutLog(project), project.pulumiHome);
    } finally {
      delete process.env.TOWPATH_FAST;
    }
  });

  it("shares later additions on either side", () => {
    homeWithoutLog(project);
    mkdirSync(real("templates"));
    const folder = homeWithoutLog(project);
    mkdirSync(join(folder, "plugins", "resource-random-v4.0.0"));
    assert.deepEqual(readdirSync(real("plugins")), ["resource-random-v4.0.0"]);
    assert.ok(statSync(join(folder, "templates")).isDirectory());
  });

  it("is made when Pulumi has never run", () => {
    rmSync(project.pulumiHome, { recursive: true });
    assert.deepEqual(readdirSync(homeWithoutLog(project)), ["logs", "plugins", "workspaces"]);
  });
});
