import assert from "node:assert/strict";
import { readEvent } from "../../../../cli/preview/event.ts";

const head = { sha: "a".repeat(40), ref: "feature" };

function read(name: string, payload: object): unknown {
  return readEvent(name, JSON.stringify(payload));
}

describe("a workflow's event", () => {
  it("is about a pull request", () => {
    const payload = {
      action: "labeled",
      number: 12,
      pull_request: { number: 12, head },
      label: { name: "preview" },
      sender: { login: "alice" },
    };
    for (const name of ["pull_request", "pull_request_target"])
      assert.deepEqual(read(name, payload), {
        ...{ kind: "pull request", number: 12, action: "labeled", commit: head.sha },
        ...{ by: "alice", label: "preview", changesBase: false },
      });
    const edited = {
      action: "edited",
      changes: { base: { ref: { from: "other" } } },
      pull_request: { number: 12, head },
    };
    assert.deepEqual(read("pull_request", edited), {
      ...{ kind: "pull request", number: 12, action: "edited", commit: head.sha, by: "", changesBase: true },
    });
  });

  it("is about a new comment on a pull request, and on no issue", () => {
    const comment = { body: "/preview abc", user: { login: "bob" } };
    const issue = { number: 12, pull_request: {} };
    assert.deepEqual(read("issue_comment", { action: "created", issue, comment }), {
      ...{ kind: "comment", number: 12, by: "bob", text: "/preview abc" },
    });
    const none = { kind: "none", name: "issue_comment" };
    assert.deepEqual(read("issue_comment", { action: "created", issue: { number: 12 }, comment }), none);
    assert.deepEqual(read("issue_comment", { action: "edited", issue, comment }), none);
  });

  it("is about a build that succeeded", () => {
    const of = {
      head_sha: head.sha,
      head_branch: "feature",
      head_repository: { owner: { login: "someone" } },
    };
    assert.deepEqual(read("workflow_run", { workflow_run: { ...of, conclusion: "success" } }), {
      ...{ kind: "build", commit: head.sha, owner: "someone", branch: "feature" },
    });
    assert.deepEqual(read("workflow_run", { workflow_run: { ...of, conclusion: "failure" } }), {
      ...{ kind: "none", name: "workflow_run" },
    });
  });

  it("is about a branch that was deleted, and no tag", () => {
    assert.deepEqual(read("delete", { ref_type: "branch", ref: "feature/x" }), {
      ...{ kind: "branch deleted", branch: "feature/x" },
    });
    assert.deepEqual(read("delete", { ref_type: "tag", ref: "v1" }), { kind: "none", name: "delete" });
  });

  it("is about nothing of previews, or no JSON", () => {
    assert.deepEqual(read("push", {}), { kind: "none", name: "push" });
    assert.deepEqual(read("pull_request", {}), { kind: "none", name: "pull_request" });
    assert.throws(() => readEvent("push", "["), {
      message:
        "GITHUB_EVENT_PATH: expected the JSON of a workflow's event, got \"Unexpected end of JSON input\"; give the file that GitHub's runner wrote",
    });
  });
});
