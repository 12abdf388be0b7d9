import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPackages } from "../../../setup/packages.mjs";

describe("the npm packages", () => {
  let root: string;
  let calls: (readonly string[])[];
  let said: string[];
  const lock = {
    packages: {
      "": {},
      "node_modules/a": { version: "1.0.0" },
      "node_modules/b": { version: "2.0.0", optional: true },
    },
  };
  const modules = (): string => join(root, "node_modules");

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "towpath-packages-"));
    calls = [];
    said = [];
    writeFileSync(join(root, "package-lock.json"), JSON.stringify(lock));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  /** Runs the installation with this npm, by default one that succeeds. */
  function install(npm: () => boolean = () => true): string | null {
    return installPackages(root, {
      run(folder, args) {
        calls.push(args);
        rmSync(modules(), { recursive: true, force: true });
        const succeeded = npm();
        if (succeeded) mkdirSync(join(folder, "node_modules"));
        return { succeeded, output: "npm error 404" };
      },
      say: (line) => said.push(line),
    });
  }

  it("are installed without their scripts, and only once", () => {
    assert.equal(install(), null);
    assert.equal(install(), null);
    assert.deepEqual(calls, [["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund"]]);
    assert.equal(said.length, 2);
    assert.equal(said[0], "installing npm packages …");
    assert.match(said[1] ?? "", /^installing npm packages … done in \d+ s$/);
  });

  it("are installed again when the lock file changes", () => {
    install();
    writeFileSync(join(root, "package-lock.json"), JSON.stringify({ ...lock, name: "other" }));
    install();
    assert.equal(calls.length, 2);
  });

  it("are installed again when a run was killed in the middle", () => {
    assert.throws(() =>
      install(() => {
        mkdirSync(modules());
        throw new Error("killed");
      }),
    );
    assert.equal(install(), null);
    assert.equal(calls.length, 2);
  });

  it("are reported with npm's own error when npm fails, and installed on the next try", () => {
    assert.equal(
      install(() => false),
      "npm error 404\n\nnpm: the packages could not be installed (npm's own words are above); repair that and run the command again",
    );
    assert.equal(install(), null);
  });

  it("are left alone when a person ran npm install", () => {
    mkdirSync(modules());
    const record = { packages: { "node_modules/a": { version: "1.0.0" } } };
    writeFileSync(join(modules(), ".package-lock.json"), JSON.stringify(record));
    assert.equal(install(), null);
    assert.deepEqual(calls, []);
    assert.ok(existsSync(join(modules(), ".towpath-stamp")));
  });

  it("are not used from another version", () => {
    mkdirSync(modules());
    const record = { packages: { "node_modules/a": { version: "0.9.0" } } };
    writeFileSync(join(modules(), ".package-lock.json"), JSON.stringify(record));
    install();
    assert.equal(calls.length, 1);
  });

  it("are never installed through a link", () => {
    const other = join(root, "other");
    mkdirSync(other);
    symlinkSync(other, modules());
    assert.equal(
      install(),
      `npm: node_modules must match package-lock.json, got a link to ${other}, which does not; remove the link, or run npm ci where it points`,
    );
    assert.deepEqual(calls, []);
  });
});
