import assert from "node:assert/strict";
import { parseSettings } from "../../../components/settings/settings.ts";
import { merged, refusalOf } from "../assert-refused.ts";
import * as good from "./good.ts";

/** The room as the settings of a host give it. */
function roomOf(given: unknown): unknown {
  const settings = parseSettings(merged(good.host, { room: given }));
  assert.ok(settings.environment === "host");
  return settings.room;
}

describe("the room for previews", () => {
  const host = refusalOf(parseSettings, good.host);

  it("is memory and a number; previews sleep after two hours, and give way when it is full", () => {
    const { whenFull, sleepAfter, ...least } = good.host.room;
    const { room, ...others } = good.host;
    assert.deepEqual(parseSettings({ ...others, room: least }), {
      ...parseSettings(others),
      room: { memory: 4 * 1024 ** 3, previews: 6, whenFull: "sleep", sleepAfter: 7200 },
    });
    assert.ok(whenFull !== "sleep" && sleepAfter !== "2h" && room.memory === least.memory);
  });

  it("is waited for as long as its settings say", () => {
    const all = { memory: 4 * 1024 ** 3, previews: 6, whenFull: "wait" };
    for (const [sleepAfter, seconds] of Object.entries({ "10s": 10, "30m": 1800, "1d": 86_400 }))
      assert.deepEqual(roomOf({ sleepAfter }), { ...all, sleepAfter: seconds });
  });

  it("is refused when a value is out of range", () => {
    host(
      'towpath:room: expected the room for previews, got "4GiB"; write { "memory": "4GiB", "previews": 6 }',
      { room: "4GiB" },
    );
    host('towpath:room.memory: expected memory in MiB or GiB, got "4 GB"; for example "4GiB"', {
      room: { memory: "4 GB" },
    });
    host("towpath:room.previews: expected a number of previews from 1 to 1000, got 0; take 6 if in doubt", {
      room: { previews: 0 },
    });
    host(
      'towpath:room.whenFull: expected "sleep" or "wait", got "queue"; take "sleep" to let the oldest idle preview make room, or "wait" to queue the new one',
      { room: { whenFull: "queue" } },
    );
    for (const sleepAfter of ["1s", "31d", "2 h"])
      host(
        `towpath:room.sleepAfter: expected a time from 10s to 30d, in s, m, h or d, got "${sleepAfter}"; for example "2h"`,
        { room: { sleepAfter } },
      );
  });
});
