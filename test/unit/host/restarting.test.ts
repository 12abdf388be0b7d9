/** The error of a container that ends again and again; that an engine reports it so is in test/e2e/local. */
import assert from "node:assert/strict";
import { restartingIn, restartingInWords, restartWarnings } from "../../../components/host/restarting.ts";

const now = Date.parse("2026-01-02T03:20:00Z");
const line = (name: string, status: string, restarts: number, startedAt: string): string =>
  `id-${name} /${name} ${status} ${restarts} 2026-01-02T${startedAt}.123456789Z`;

describe("a container that keeps restarting", () => {
  it("is one that waits for a restart, or had more than one within the last ten minutes", () => {
    const answer = [
      line("waits", "restarting", 1, "01:00:00"),
      line("again", "running", 2, "03:10:01"),
      line("once", "running", 1, "03:19:59"),
      line("long", "running", 40, "03:09:59"),
      line("never", "running", 0, "03:19:59"),
      line("ended", "exited", 5, "03:19:59"),
      "",
    ].join("\n");
    assert.deepEqual(Object.fromEntries(restartingIn(answer, now)), {
      "id-waits": 1,
      waits: 1,
      "id-again": 2,
      again: 2,
    });
    assert.deepEqual([1, 2].map(restartingInWords), ["restarting (1 time)", "restarting (2 times)"]);
  });

  const outputs = {
    services: { api: { containers: ["api-1", "api-2"] }, worker: { containers: ["worker-1"] } },
  };

  it("is reported with its service and its host before the next release", async () => {
    const asked: string[][] = [];
    const warnings = await restartWarnings(outputs, "app1", (copies) => {
      asked.push([...copies]);
      return Promise.resolve(new Map([["worker-1", 12]]));
    });
    assert.deepEqual(warnings, [
      "services.worker: worker-1 on app1 is restarting (12 times), because it ends again and again; see why there with docker logs worker-1",
    ]);
    assert.deepEqual(asked, [["api-1", "api-2", "worker-1"]]);
  });

  it("cannot exist before a first release, so that nothing is asked", async () => {
    for (const none of [undefined, {}, { services: {} }]) {
      assert.deepEqual(await restartWarnings(none, "app1", () => assert.fail("asked")), []);
    }
  });
});
