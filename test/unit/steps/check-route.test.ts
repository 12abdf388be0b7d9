/** Asking what users get, as a program that the command line runs. That it does so through a real gateway: test/e2e/previews. */
import assert from "node:assert/strict";
import type { CheckRouteInput } from "../../../components/contract/check-route.ts";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene } from "./scene.ts";

const input: CheckRouteInput = {
  site: { gateway: "gateway", name: "notes-pr-12" },
  port: 8080,
  checks: [
    { path: "/api/health", status: 200, json: { status: "healthy" }, headers: { host: "pr-12.example.com" } },
    { path: "/", status: 200 },
  ],
};

describe("a look at what users get", function () {
  this.timeout(60_000);
  const program = "check-route";

  scene(
    "asks the gateway for each path",
    { program, input, script: `answer 200 '{"status":"healthy"}'` },
    (played) => {
      assert.deepEqual(receiptOf(played), { passed: ["/api/health", "/"] });
      assert.deepEqual([...new Set(typed(played.calls))], ["exec -i gateway timeout 6 nc 127.0.0.1 8080"]);
      assert.match(
        String(played.calls[0]?.input),
        /^GET \/api\/health HTTP\/1\.1\r\nhost: pr-12\.example\.com/i,
      );
    },
  );

  scene(
    "asks again when an answer is wrong for a moment",
    {
      program,
      input,
      script: `case $times in 1) answer 502 "" ;; *) answer 200 '{"status":"healthy"}' ;; esac`,
    },
    (played) => {
      receiptOf(played);
      assert.equal(played.calls.length, 3);
    },
  );

  scene(
    "reports the first path whose answer stays wrong",
    { program, input, script: `answer 200 '{"status":"starting"}'` },
    (played) => {
      assert.deepEqual(failureOf(played), [
        'smoke: GET /api/health: expected JSON with {"status":"healthy"}, got {"status":"starting"}',
      ]);
    },
  );
});
