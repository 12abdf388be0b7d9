import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseApplication } from "../../../components/application/parse.ts";
import type { Application, ImageBuild } from "../../../components/application/application.ts";
import { builtImages } from "../../../components/application/images.ts";
import { buildInputs, contextPaths } from "../../../components/image/build-inputs.ts";
import { privateFileProblems } from "../../../components/image/private-files.ts";

describe("the input of a build", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "towpath-context-"));
    write("Dockerfile", "FROM scratch\n");
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const application = (context = "."): Application =>
    parseApplication({ name: "a", images: { api: { context } }, services: { a: { image: "api" } } });
  const image = (): ImageBuild => {
    const { api } = builtImages(application().images);
    assert.ok(api !== undefined);
    return api;
  };

  it("is what .dockerignore leaves, with what it includes again", () => {
    for (const path of ["src/app/main.py", "src/notes.txt", "other/x"]) write(path, "");
    write(".dockerignore", "*\n!src/app\n");
    assert.deepEqual(contextPaths(root, image()), ["src/app/main.py"]);
  });

  it("differs between two binary files that read the same as text", () => {
    write("logo.png", new Uint8Array([0xff, 0x00]));
    const before = buildInputs(root, image());
    write("logo.png", new Uint8Array([0xfe, 0x00]));
    assert.notEqual(buildInputs(root, image())["logo.png"], before["logo.png"]);
  });

  const advice = (got: string, lines: string, file = ".dockerignore"): string =>
    `images.api.context: a build must not see what is private to this machine, got ${got}; add ${lines} to ${file}, a line each`;

  it("never contains passphrases, state, keys, passwords or the repository: the build is refused", () => {
    for (const path of [".towpath/passphrase", ".git/HEAD", "app/.env", ".env.example", ".environment"])
      write(path, "x");
    symlinkSync("elsewhere", join(root, ".env.production"));
    assert.deepEqual(privateFileProblems(root, application()), [
      advice(".env.production, .git, .towpath, 1 more", "**/.env, **/.env.production, **/.git, **/.towpath"),
    ]);
    write(".dockerignore", "**/.env\n**/.env.production\n**/.git\n**/.towpath\n");
    assert.deepEqual(privateFileProblems(root, application()), []);
  });

  it("does not contain private files even when a later line includes them again", () => {
    write(".env", "PASSWORD=x");
    write(".dockerignore", "*\n!.env\n");
    assert.deepEqual(privateFileProblems(root, application()), [advice(".env", "**/.env")]);
  });

  it("is checked with the Dockerfile's own ignore file before the context's", () => {
    write(".env", "PASSWORD=x");
    write(".dockerignore", "");
    write("Dockerfile.dockerignore", ".env");
    assert.deepEqual(privateFileProblems(root, application()), []);
    write("Dockerfile.dockerignore", "");
    const named = advice(".env", "**/.env", "Dockerfile.dockerignore");
    assert.deepEqual(privateFileProblems(root, application()), [named]);
  });

  it("is the same for a project below the context or beside it", () => {
    for (const path of [".git/HEAD", "infra/.towpath/passphrase", "infra/application.ts", "api/main.py"])
      write(path, "");
    const { api } = builtImages(application("..").images);
    assert.ok(api !== undefined);
    write(".dockerignore", ".git\ninfra\n");
    assert.deepEqual(contextPaths(join(root, "infra"), api), [".dockerignore", "Dockerfile", "api/main.py"]);
    assert.deepEqual(Object.keys(buildInputs(join(root, "infra"), { ...api, context: "../api" })), [
      "../api/Dockerfile",
      "../api/main.py",
    ]);
    write(".dockerignore", ".git\n");
    assert.deepEqual(privateFileProblems(join(root, "infra"), application("..")), [
      advice("infra/.towpath", "**/.towpath", "../.dockerignore"),
    ]);
  });

  it("is empty when there is no such folder, which is left to the build to report", () => {
    assert.deepEqual(privateFileProblems(root, application("missing")), []);
  });
});
