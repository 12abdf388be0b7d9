/** The answers of the real git about a clone. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkedOutCommit, remoteHead, tagsOf } from "../../../components/plan/git-facts.ts";

describe("git's facts about a release", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-git-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function git(where: string, args: readonly string[], day = 1): string {
    const date = `2026-01-0${day}T00:00:00Z`;
    const author = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@example.com" };
    const committer = { GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@example.com" };
    const env = {
      ...{ PATH: process.env.PATH, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
      ...{ ...author, ...committer, GIT_COMMITTER_DATE: date },
    };
    return execFileSync("git", ["-C", where, ...args], { env, encoding: "utf8", stdio: "pipe" }).trim();
  }

  it("are the commit, its tags with the newest first, and the remote's default branch (001-14)", async () => {
    const [origin, clone] = [join(folder, "origin"), join(folder, "clone")];
    mkdirSync(origin);
    git(origin, ["init", "--quiet", "--initial-branch", "trunk"]);
    git(origin, ["commit", "--quiet", "--allow-empty", "--message", "First"]);
    git(origin, ["tag", "--annotate", "--message", "Second", "v1.1"], 3);
    git(origin, ["tag", "--annotate", "--message", "First", "v1.2"], 2);
    git(folder, ["clone", "--quiet", origin, clone]);
    const commit = git(clone, ["rev-parse", "HEAD"]);
    assert.deepEqual(await checkedOutCommit(clone), { commit });
    assert.deepEqual(await tagsOf(commit, clone), ["v1.1", "v1.2"]);
    assert.deepEqual(await tagsOf("0".repeat(40), clone), []);
    assert.equal(await remoteHead(clone), "origin/trunk");
    assert.equal(await remoteHead(origin), undefined);
  });

  it("are replaced by git's error when there is no repository", async () => {
    const nowhere = join(folder, "nowhere");
    mkdirSync(nowhere);
    const answer = await checkedOutCommit(nowhere);
    assert.ok("problem" in answer);
    assert.match(answer.problem, /^fatal: not a git repository/);
    assert.deepEqual([await tagsOf("0".repeat(40), nowhere), await remoteHead(nowhere)], [[], undefined]);
  });
});
