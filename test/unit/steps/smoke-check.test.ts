/**
 * The smoke checks as the program that a release runs, with a fake `docker` through which copies answer.
 *
 * It cannot prove that a gateway's container has `nc` and reaches the copies: test/e2e does.
 */
import assert from "node:assert/strict";
import type { SmokeCheckInput } from "../../../steps/smoke-check.ts";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene } from "./scene.ts";

const target = { gateway: "gateway", host: "api-1a2b3c4", port: 8000 };
const input: SmokeCheckInput = {
  checks: [
    { path: "/api/health", status: 200, json: { status: "healthy" }, target },
    { path: "/", status: 200, target: { ...target, host: "web-1a2b3c4", port: 8080 } },
  ],
};

describe("the smoke checks", function () {
  this.timeout(60_000);

  scene(
    "ask each new copy itself",
    {
      program: "smoke-check",
      input,
      script: `case "$*" in *" nc api-1a2b3c4 8000") answer 200 '{"status":"healthy","more":1}' ;; *) answer 200 hello ;; esac`,
    },
    (played) => {
      assert.deepEqual(receiptOf(played), { passed: ["/api/health", "/"] });
      assert.deepEqual(typed(played.calls).sort(), [
        "exec -i gateway timeout 6 nc api-1a2b3c4 8000",
        "exec -i gateway timeout 6 nc web-1a2b3c4 8080",
      ]);
    },
  );

  scene(
    "ask again when an answer is not what it should be, or missing",
    {
      program: "smoke-check",
      input: { checks: input.checks.slice(0, 1) },
      script: `case $times in 1) refuse "nc: timed out" ;; 2) answer 503 "" ;; *) answer 200 '{"status":"healthy"}' ;; esac`,
    },
    (played) => {
      receiptOf(played);
      assert.equal(played.calls.length, 3);
    },
  );

  scene(
    "say what differs, and that the route stays",
    { program: "smoke-check", input, script: `answer 200 '{"status":"starting"}'` },
    (played) => {
      assert.deepEqual(failureOf(played), [
        'smoke: GET /api/health: expected JSON with {"status":"healthy"}, got {"status":"starting"}; the route was not switched',
      ]);
    },
  );

  scene(
    "say why nothing answered",
    {
      program: "smoke-check",
      input: { checks: input.checks.slice(1) },
      script: `refuse "nc: bad address 'web-1a2b3c4'"`,
    },
    (played) => {
      assert.deepEqual(failureOf(played), [
        "smoke: GET /: nc: bad address 'web-1a2b3c4'; the route was not switched",
      ]);
    },
  );

  scene(
    "pass when there are none",
    { program: "smoke-check", input: { checks: [] }, script: "" },
    (played) => {
      assert.deepEqual(receiptOf(played), { passed: [] });
    },
  );
});
