/**
 * The health gate as the program that a release runs, with a fake `docker` that plays what an engine would say.
 *
 * It cannot prove that an engine reports these states: test/e2e breaks real containers.
 */
import assert from "node:assert/strict";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";
import type { HealthGateInput } from "../../../components/contract/health-gate.ts";

const input: HealthGateInput = {
  subject: "services.api",
  container: "api-1a2b3c4",
  timeoutSeconds: 20,
};
const overHttp = { probe: { gateway: "gateway", port: 8000, path: "/api/health" } };
const byCommand = { probe: { command: ["pg_isready", "--host", "127.0.0.1"] } };

/** A copy that is never healthy is given up soon. */
const impatient = { timeoutSeconds: 0.1 };

/** The gate, with what is different in `change`, while `docker` plays these answers. */
function gate(change: Partial<HealthGateInput>, answers: string): Scene {
  return {
    program: "health-gate",
    input: { ...input, ...change },
    script: `case "$*" in ${answers}
      "container inspect api-1a2b3c4") state running ;;
      "logs --tail 20 api-1a2b3c4") printf 'to standard output\\n'; printf 'and to error\\n' >&2 ;;
      *) refuse "not in the script: $*" ;;
    esac`,
  };
}

const shownLogs = ["  | to standard output", "  | and to error"];

describe("the health gate", function () {
  this.timeout(60_000);

  scene(
    "passes when the copy answers as expected through the gateway",
    gate(overHttp, `*" nc "*) answer 204 "" ;;`),
    (played) => {
      assert.deepEqual(receiptOf(played), {
        subject: "services.api",
        container: "api-1a2b3c4",
        healthy: true,
      });
      assert.deepEqual(typed(played.calls), [
        "container inspect api-1a2b3c4",
        "exec -i gateway timeout 7 sh -c " +
          'left=$2; until nc "$0" "$1"; do left=$((left - 1)); [ $left -gt 0 ] || exit 1; sleep 0.1; done ' +
          "api-1a2b3c4 8000 10",
      ]);
      assert.equal(
        played.calls[1]?.input.toString(),
        "GET /api/health HTTP/1.1\r\nhost: api-1a2b3c4\r\nconnection: close\r\n",
      );
    },
  );

  scene(
    "accepts a redirect as healthy, and waits through everything before it",
    gate(
      overHttp,
      `"container inspect"*) if [ $times = 1 ]; then state created; else state running; fi ;;
      *" nc "*)
        case $times in
          1) refuse "nc: bad address 'api-1a2b3c4'" ;;
          2) answer 503 "starting" ;;
          3) answer 400 "" ;;
          *) answer 302 "" ;;
        esac ;;`,
    ),
    (played) => {
      receiptOf(played);
      assert.equal(played.calls.filter(({ args }) => args.includes("sh")).length, 4);
    },
  );

  scene(
    "limits the number of processes before it asks",
    gate({ ...overHttp, pids: 64 }, `update*) echo api-1a2b3c4 ;; *" nc "*) answer 204 "" ;;`),
    (played) => {
      receiptOf(played);
      assert.deepEqual(typed(played.calls).slice(0, 2), [
        "container inspect api-1a2b3c4",
        "update --pids-limit 64 api-1a2b3c4",
      ]);
    },
  );

  for (const refusal of [
    "cannot update a stopped container",
    "cannot update a deleted process: unknown",
    "task 1a2b3c4 not found: not found",
  ]) {
    scene(
      `reports a copy that ended before its processes could be limited: ${refusal}`,
      gate(
        { pids: 64 },
        `"container inspect"*) if [ $times = 1 ]; then state running; else state exited 3; fi ;;
        update*) refuse "Error response from daemon: Cannot update container 1a2b3c4: ${refusal}" ;;`,
      ),
      (played) => {
        assert.match(
          failureOf(played)[0] ?? "",
          /^services\.api: the new copy ended before it was healthy \(exit code 3\)/,
        );
      },
    );
  }

  scene(
    "fails at once when the copy has ended, with its last log lines",
    gate(overHttp, `"container inspect"*) state exited 3 ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "services.api: the new copy ended before it was healthy (exit code 3); its last log lines (api-1a2b3c4):",
        ...shownLogs,
      ]);
      assert.equal(played.calls.length, 2);
    },
  );

  scene(
    "fails at once when the copy is being restarted, even if it runs at the moment",
    gate(
      overHttp,
      `"container inspect"*) state running 0 2 ;; info*) echo 2026-01-02T03:04:10Z ;; wait*) echo 137 ;; logs*) ;;`,
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "services.api: the new copy ended before it was healthy (exit code 137); its last log lines (api-1a2b3c4):",
        "  (it logged nothing)",
      ]);
    },
  );

  scene(
    "passes a copy that was restarted long ago, and is checked again because its limits changed",
    gate(
      { ...overHttp, pids: 128 },
      `"container inspect"*) state running 0 2 ;; info*) echo 2026-01-02T03:05:10Z ;; update*) ;;
      *" nc "*) answer 204 "" ;;`,
    ),
    (played) => {
      receiptOf(played);
    },
  );

  scene(
    "fails when a copy that was restarted long ago is restarted during the check",
    gate(
      overHttp,
      `"container inspect"*) if [ $times = 1 ]; then state running 0 2; else state running 0 3; fi ;;
      info*) echo 2026-01-02T03:05:10Z ;; wait*) echo 137 ;; logs*) ;; *" nc "*) answer 503 "" ;;`,
    ),
    (played) => {
      assert.match(failureOf(played)[0] ?? "", /^services\.api: the new copy ended before it was healthy/);
    },
  );

  scene(
    "says that a copy keeps ending when the time is up, also when it was restarted before the first look",
    gate(
      { ...overHttp, ...impatient },
      `"container inspect"*) state restarting 3 7 ;; info*) echo 2026-01-02T03:05:10Z ;;
      *" nc "*) refuse "no answer within 6 s" ;;`,
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "services.api: the new copy ended before it was healthy (exit code 3); its last log lines (api-1a2b3c4):",
        ...shownLogs,
      ]);
    },
  );

  scene(
    "fails when the time is up, with the last answer and the last log lines",
    gate({ ...overHttp, ...impatient }, `*" nc "*) answer 503 '{"database":"no answer"}' ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "services.api: not healthy within 0.1 s, " +
          'GET /api/health answers 503 {"database":"no answer"}; its last log lines (api-1a2b3c4):',
        ...shownLogs,
      ]);
    },
  );

  scene(
    "reports why nothing answered",
    gate({ ...overHttp, ...impatient }, `*" nc "*) refuse "nc: 172.18.0.5: Connection refused" ;;`),
    (played) => {
      assert.equal(
        failureOf(played)[0],
        "services.api: not healthy within 0.1 s, GET /api/health on port 8000: " +
          "nc: 172.18.0.5: Connection refused; its last log lines (api-1a2b3c4):",
      );
    },
  );

  scene(
    "runs a command in the copy until it succeeds",
    gate(
      byCommand,
      `"exec api-1a2b3c4 pg_isready --host 127.0.0.1") [ $times = 2 ] || refuse "no response" 2 ;;`,
    ),
    (played) => {
      receiptOf(played);
      assert.equal(played.calls.length, 4);
    },
  );

  scene(
    "shows the output of a command that fails for too long",
    gate({ ...byCommand, ...impatient }, `exec*) refuse "127.0.0.1:5432 - no response" 2 ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'services.api: not healthy within 0.1 s, "pg_isready --host 127.0.0.1" says: ' +
          "docker exec: 127.0.0.1:5432 - no response; its last log lines (api-1a2b3c4):",
        ...shownLogs,
      ]);
    },
  );

  scene("passes a copy without a health check that has run for a while", gate({}, ""), (played) => {
    receiptOf(played);
    assert.ok(played.calls.length > 5, "it is looked at for 5 s");
  });

  scene(
    "does not pass a copy without a health check that ends after 3 s, whatever the host's clock shows",
    gate(
      {},
      `"container inspect"*) if [ $times -lt 12 ]; then state running; else state running 0 1; fi ;;
      info*) echo 2026-01-02T03:04:08Z ;; wait*) echo 1 ;;`,
    ),
    (played) => {
      assert.equal(
        failureOf(played)[0],
        "services.api: the new copy ended before it was healthy (exit code 1); its last log lines (api-1a2b3c4):",
      );
    },
  );

  scene(
    "does not pass a copy without a health check that has just started",
    gate(impatient, ""),
    (played) => {
      assert.equal(
        failureOf(played)[0],
        "services.api: not healthy within 0.1 s, it has not run long enough; its last log lines (api-1a2b3c4):",
      );
    },
  );

  scene(
    "blanks secrets and control sequences out of the log of a copy that ends",
    gate(
      {},
      `"container inspect"*) state exited 1 ;;
      logs*) printf 'no \\033[31mpostgresql://notes:hunter2%%2f@postgres/notes\\033[0m\\n::error::hunter2/ a1b2c3d4\\n' ;;
      "cp api-1a2b3c4:/run/secrets -")
        mkdir -p "$here/run/secrets"
        printf 'postgresql://notes:hunter2%%2F@postgres/notes' >"$here/run/secrets/DATABASE_URL"
        printf 'a1b2c3d4\\n' >"$here/run/secrets/TOKEN"
        tar -c -C "$here/run" secrets ;;`,
    ),
    (played) => {
      assert.deepEqual(failureOf(played).slice(1), ["  | no ***", "  | : :error::*** ***"]);
    },
  );

  scene(
    "shows no log of a copy whose secrets cannot be read",
    gate(
      {},
      `"container inspect"*) state exited 1 ;; "cp api-1a2b3c4:/run/secrets -") refuse "engine is ill" ;;`,
    ),
    (played) => {
      assert.deepEqual(failureOf(played).slice(1), [
        '  (not shown, its secrets cannot be read, got "engine is ill")',
      ]);
    },
  );

  describe("of a copy beside which no other may run", () => {
    const alone = { onlyOneOf: { "towpath.namespace": "notes-staging", "towpath.part": "api" } };
    const question =
      "ps --all --filter label=towpath.namespace=notes-staging --filter label=towpath.part=api --format {{.Names}} {{.State}}";

    scene(
      "leaves its start to the switch while another one runs, or is about to",
      gate(alone, `"ps --all"*) printf 'api-1a2b3c4 created\napi-old restarting\n' ;;`),
      (played) => {
        assert.deepEqual(receiptOf(played), {
          subject: "services.api",
          container: "api-1a2b3c4",
          startsAtSwitch: true,
        });
        assert.deepEqual(typed(played.calls), [question]);
      },
    );

    scene(
      "starts it, and waits, where none does",
      gate(
        { ...overHttp, ...alone },
        `"ps --all"*) printf 'api-1a2b3c4 created\napi-old exited\n' ;; "start api-1a2b3c4") ;; *" nc "*) answer 204 "" ;;`,
      ),
      (played) => {
        assert.deepEqual(receiptOf(played), {
          subject: "services.api",
          container: "api-1a2b3c4",
          healthy: true,
        });
        assert.deepEqual(typed(played.calls).slice(0, 2), [question, "start api-1a2b3c4"]);
      },
    );
  });
});
