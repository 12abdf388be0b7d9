import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { notOwn, ownTemporaryFolder, whyForeign } from "../../../../cli/process/temporary-folder.ts";

describe("this user's folder in the temporary folder", () => {
  let parent: string;
  let folder: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "towpath-own-"));
    folder = join(parent, `towpath-ports-${userInfo().username}`);
  });
  afterEach(() => {
    rmSync(parent, { recursive: true });
  });
  const mode = (): number => statSync(folder).mode & 0o777;

  it("is made for this user alone, and made private if others could read it", () => {
    assert.equal(ownTemporaryFolder("ports", parent), folder);
    assert.equal(mode(), 0o700);
    chmodSync(folder, 0o755);
    ownTemporaryFolder("ports", parent);
    assert.equal(mode(), 0o700);
  });

  it("is refused, and left unchanged, when somebody else can write to it", () => {
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    assert.throws(() => ownTemporaryFolder("ports", parent), {
      name: "Problem",
      message: `${folder}: expected a folder of yours that nobody else writes to, got the mode 777; remove it`,
    });
    assert.equal(mode(), 0o777);
  });

  it("is refused when it is a link", () => {
    symlinkSync(tmpdir(), folder);
    assert.throws(() => ownTemporaryFolder("ports", parent), { message: notOwn(folder, "a symbolic link") });
    rmSync(folder);
    writeFileSync(folder, "");
    assert.throws(() => ownTemporaryFolder("ports", parent), { message: notOwn(folder, "a file") });
  });

  it("is refused when it is another user's", () => {
    mkdirSync(folder);
    const found = statSync(folder);
    assert.equal(whyForeign(found, found.uid + 1), `one of the user ${found.uid}`);
    assert.equal(whyForeign(found, undefined), undefined);
  });
});
