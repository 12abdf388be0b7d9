/** The databases of previews on the server of a template. That it says so, test/e2e/previews/data proves. */
import assert from "node:assert/strict";
import { databases } from "../../../../cli/sweep/databases.ts";
import type { Kind } from "../../../../cli/sweep/thing.ts";
import { markOf } from "../../../../components/naming/run-mark.ts";
import { fakeRun, type Answers } from "../fake-run.ts";

const mark = (state: string): string => markOf({ who: "ci@runner", when: "2026-01-02 03:04", state });
const labels = (namespace: string, run?: string): string =>
  JSON.stringify({
    "towpath.project": "notes",
    "towpath.namespace": namespace,
    ...(run !== undefined && { "towpath.run": run }),
  });

describe("the databases of previews", () => {
  function on(answers: Answers): { kind: Kind; dropped: unknown[] } {
    const dropped: unknown[] = [];
    const kind = databases({
      ...{ name: "host-previews", run: fakeRun(answers).run, application: "notes", state: "s3://notes" },
      server: { containerName: "templates", containerId: "0e5a", administrator: "admin", version: 15 },
      drop(input) {
        dropped.push(input);
        return Promise.resolve();
      },
    });
    return { kind, dropped };
  }

  it("are found by the labels in their roles' comments, and their owner by the mark of the run", async () => {
    const { kind } = on({
      "docker ps --quiet --filter name=^templates$": { stdout: "0e5a\n" },
      "docker exec templates psql": {
        stdout: [
          `7|notes_pr_12|${labels("notes-pr-12", mark("s3://notes"))}`,
          `8|notes_pr_13|${labels("notes-pr-13", mark("s3://others"))}`,
          `9|notes_preview_x|${labels("notes-preview-x-0a1b2c3d")}`,
          `10|other|{"towpath.project":"other","towpath.namespace":"notes-pr-1"}`,
          `11|staging|${labels("notes-staging")}`,
          "",
        ].join("\n"),
      },
    });
    assert.deepEqual(
      (await kind.list()).map(({ id, name, preview, owner }) => [id, name, preview, owner]),
      [
        ["7", "notes_pr_12", "notes-pr-12", "own"],
        ["8", "notes_pr_13", "notes-pr-13", "another"],
        ["9", "notes_preview_x", "notes-preview-x-0a1b2c3d", undefined],
      ],
    );
  });

  it("are gone with their server", async () => {
    assert.deepEqual(await on({ "docker ps": {} }).kind.list(), []);
  });

  it("are dropped with their roles, and the server leaves the preview's network", async () => {
    const { kind, dropped } = on({});
    const thing = { kind: "database", id: "7", place: "host-previews" } as const;
    assert.equal(await kind.remove({ ...thing, name: "notes_pr_12", preview: "notes-pr-12" }), true);
    const server = { container: "templates", administrator: "admin" };
    assert.deepEqual(dropped, [{ server, clone: "notes_pr_12", network: "notes-pr-12" }]);
  });
});
