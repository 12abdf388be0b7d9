/**
 * The smoke checks, with a fake `docker` through which copies answer.
 *
 * It cannot prove that a gateway's container has `nc` and reaches the copies: test/e2e does.
 */
import assert from "node:assert/strict";
import { dockerMachine } from "../../../steps/machine/docker-machine.ts";
import { smokeCheck } from "../../../steps/route/smoke-check.ts";
import { playing, typed } from "./play.ts";
import type { SmokeCheck } from "../../../components/contract/smoke-check.ts";

const target = { gateway: "gateway", host: "api-1a2b3c4", port: 8000 };
const api: SmokeCheck = { path: "/api/health", status: 200, json: { status: "healthy" }, target };
const web: SmokeCheck = { path: "/", status: 200, target: { ...target, host: "web-1a2b3c4", port: 8080 } };

describe("the smoke checks", function () {
  this.timeout(60_000);

  it("ask each new copy directly", async () => {
    const { result, calls } = await playing(
      `case "$*" in *" nc api-1a2b3c4 8000") answer 200 '{"status":"healthy","more":1}' ;; *) answer 200 hello ;; esac`,
      () => smokeCheck(dockerMachine, [api, web]),
    );
    assert.deepEqual(result, { passed: ["/api/health", "/"] });
    assert.deepEqual(typed(calls), [
      "exec -i gateway timeout 6 nc api-1a2b3c4 8000",
      "exec -i gateway timeout 6 nc web-1a2b3c4 8080",
    ]);
  });

  it("ask again when an answer is wrong or missing", async () => {
    const { calls } = await playing(
      `case $times in 1) refuse "nc: timed out" ;; 2) answer 503 "" ;; *) answer 200 '{"status":"healthy"}' ;; esac`,
      () => smokeCheck(dockerMachine, [api]),
    );
    assert.equal(calls.length, 3);
  });

  it("report what differs, and that the route stays", async () => {
    assert.equal(
      await problem(`answer 200 '{"status":"starting"}'`, [api, web]),
      'smoke: GET /api/health: expected JSON with {"status":"healthy"}, got {"status":"starting"}; the route was not switched',
    );
  });

  it("report why nothing answered", async () => {
    assert.equal(
      await problem(`refuse "nc: bad address 'web-1a2b3c4'"`, [web]),
      "smoke: GET /: nc: bad address 'web-1a2b3c4'; the route was not switched",
    );
  });

  it("pass when there are none", async () => {
    assert.deepEqual(await smokeCheck(dockerMachine, []), { passed: [] });
  });
});

/** Returns the message that the checks fail with. */
async function problem(script: string, checks: readonly SmokeCheck[]): Promise<string> {
  const { result } = await playing(script, () =>
    smokeCheck(dockerMachine, checks).then(
      () => "nothing",
      (error: unknown) => (error as Error).message,
    ),
  );
  return result;
}
