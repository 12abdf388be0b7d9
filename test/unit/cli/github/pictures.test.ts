/** Pictures of previews on GitHub. That GitHub shows them in a comment so, its own documentation says. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Repository } from "../../../../cli/github/deployments.ts";
import { branchesFrom, pictureBranch, putPictures, removePictures } from "../../../../cli/github/pictures.ts";
import { showPictures } from "../../../../cli/preview/show-pictures.ts";
import { GithubClient } from "../../../../components/github/client.ts";
import { fileOnBranch } from "../../../support/github/git-handlers.ts";
import { LocalGithub } from "../../../support/github/local-github.ts";
import { recordedProgress } from "../quiet.ts";

describe("pictures of a preview on GitHub", function () {
  // A write may follow another one after a second only.
  this.timeout(30_000);

  const branch = pictureBranch("notes", "pr-12");
  let github: LocalGithub;
  let repository: Repository;
  let folder: string;

  before(async () => {
    github = await LocalGithub.start();
  });
  beforeEach(() => {
    const access = { token: "t", place: "towpath:github.token", variables: { GITHUB_BASE_URL: github.url } };
    const client = new GithubClient({ ...access, say: () => undefined, secondMilliseconds: 1 });
    repository = { client, name: { owner: "octo-org", repo: "notes" } };
    github.store.refs.clear();
    folder = mkdtempSync(join(tmpdir(), "towpath-pictures-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  after(async () => {
    await github.stop();
    assert.deepEqual(github.wrong, []);
  });

  function put(pictures: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
    for (const [file, content] of Object.entries(pictures)) writeFileSync(join(folder, file), content);
    return putPictures(repository, branch, { folder, files: Object.keys(pictures) });
  }
  const on = (file: string): string | undefined => fileOnBranch(github.store, branch, file)?.toString();

  it("have an address each, and take the place of those before them", async () => {
    const first = await put({ "page-1.png": "one", "page-2.png": "two" });
    const [before] = github.store.refs.values();
    const page = "https://github.example/octo-org/notes/blob";
    assert.deepEqual(first, {
      "page-1.png": `${page}/${before}/page-1.png?raw=true`,
      "page-2.png": `${page}/${before}/page-2.png?raw=true`,
    });
    assert.deepEqual([on("page-1.png"), on("page-2.png")], ["one", "two"]);

    const second = await put({ "page-1.png": "another" });
    assert.notEqual(second["page-1.png"], first["page-1.png"]);
    assert.deepEqual([on("page-1.png"), on("page-2.png")], ["another", undefined]);
    assert.deepEqual([...github.store.refs.keys()], ["refs/heads/towpath-pictures/notes/pr-12"]);
  });

  it("are removed with their branch, and nothing else is", async () => {
    await put({ "page-1.png": "one" });
    const [commit = ""] = github.store.refs.values();
    for (const other of ["main", "towpath-pictures/notes/pr-120", "towpath-pictures/other/pr-12"])
      github.store.refs.set(`refs/heads/${other}`, commit);
    assert.deepEqual(await branchesFrom(repository, pictureBranch("notes")), [
      "towpath-pictures/notes/pr-12",
      "towpath-pictures/notes/pr-120",
    ]);
    assert.equal(await removePictures(repository, branch), true);
    assert.equal(await removePictures(repository, branch), false);
    assert.equal(github.store.refs.size, 3);
  });

  it("are gone where somebody else was faster", async () => {
    await put({ "page-1.png": "one" });
    github.failNext("DELETE", "/git/refs/", { status: 422, message: "Reference does not exist" });
    assert.equal(await removePictures(repository, branch), false);
  });

  it("are in the workflow's run where the token may not write", async () => {
    const run = { GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "o/n", GITHUB_RUN_ID: "7" };
    const progress = recordedProgress();
    const taken = [
      { name: "/", passed: true, file: "page-1.png" },
      { name: "/gone", passed: false, words: "expected a page, got none" },
    ];
    const showing = { repository, branch, folder, progress };
    writeFileSync(join(folder, "page-1.png"), "one");
    const before = { ...process.env };
    Object.assign(process.env, run);
    try {
      github.failNext("POST", "/git/blobs", { status: 403 });
      const [first, second] = await showPictures(taken, showing);
      assert.equal(first?.address, "https://github.com/o/n/actions/runs/7#artifacts");
      assert.deepEqual(second, taken[1]);
    } finally {
      for (const name of Object.keys(run)) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, before);
    }
    assert.match(
      progress.lines[0] ?? "",
      /^pictures: towpath:github\.token: expected GitHub to answer .* got 403/,
    );
    const [shown] = await showPictures(taken, showing);
    assert.match(shown?.picture ?? "", /\/page-1\.png\?raw=true$/);
    assert.deepEqual(await showPictures(taken.slice(0, 1), { ...showing, repository: undefined }), [
      { name: "/", passed: true },
    ]);
  });

  it("say what a token lacks that may not write them", async () => {
    github.failNext("POST", "/git/blobs", { status: 404 });
    await assert.rejects(put({ "page-1.png": "one" }), {
      name: "GithubError",
      message:
        "towpath:github.token: expected a token that may write the repository's contents, for pictures, got 404; give it that permission",
    });
    assert.equal(github.store.refs.size, 0);
  });
});
