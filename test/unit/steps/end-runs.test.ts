/** The end of scheduled jobs with what runs them, with a fake `docker` that plays what an engine would say. */
import assert from "node:assert/strict";
import type { EndRunsInput } from "../../../components/contract/end-runs.ts";
import { typed } from "./play.ts";
import { receiptOf, scene, type Scene } from "./scene.ts";

const input: EndRunsInput = {
  labels: { "towpath.namespace": "notes-staging", "towpath.asked-by": "schedule" },
  graceSeconds: 10,
};
const asked =
  "ps --all --quiet --filter label=towpath.namespace=notes-staging --filter label=towpath.asked-by=schedule";

/** The step while these containers are there. */
function ending(ids: string): Scene {
  return { program: "end-runs", input, script: `case "$*" in ps*) printf '${ids}' ;; esac` };
}

describe("the end of scheduled jobs", () => {
  scene("asks each that runs to end, and removes all of them", ending("one\\ntwo\\n"), (played) => {
    assert.deepEqual(receiptOf(played), { ended: 2 });
    assert.deepEqual(typed(played.calls), [asked, "stop --time 10 one two", "rm --force --volumes one two"]);
  });

  scene("has nothing to do where there are none", ending(""), (played) => {
    assert.deepEqual(receiptOf(played), { ended: 0 });
    assert.deepEqual(typed(played.calls), [asked]);
  });
});
