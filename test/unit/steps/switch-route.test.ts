/**
 * The switch and its removal as the programs that a release runs, with a fake `docker` in the place of the gateway.
 *
 * It cannot prove that Caddy refuses a bad file and reloads without losing a request: test/e2e does, under load.
 */
import assert from "node:assert/strict";
import type { SwitchRouteInput } from "../../../steps/switch-route.ts";
import { typed, type Played } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";

const oldText = ":8080 {\n\treverse_proxy api-old:8000\n}";
const newText = ":8080 {\n\treverse_proxy api-new:8000\n}\n";

const input: SwitchRouteInput = {
  site: { gateway: "gateway", name: "notes-local" },
  text: newText,
  port: 8080,
  checks: [
    { path: "/api/health", status: 200, json: { status: "healthy" } },
    { path: "/", status: 200 },
  ],
  watchSeconds: 0.3,
};

const file = "/etc/caddy/sites/notes-local.caddy";
const candidate = "/etc/caddy/sites/notes-local.candidate";
const read = `exec gateway sh -c cat ${file} 2>/dev/null || true`;
const reload = "exec gateway caddy reload --config /etc/caddy/Caddyfile";

/** The calls that put a text in place. */
const put = [
  `exec -i gateway sh -c cat > ${candidate}`,
  `exec gateway caddy validate --adapter caddyfile --config ${candidate}`,
  `exec gateway mv ${candidate} ${file}`,
  reload,
];

/** The switch while `docker` plays these answers, and a gateway whose every answer is good. */
function switching(answers: string, change: Partial<SwitchRouteInput> = {}): Scene {
  return {
    program: "switch-route",
    input: { ...input, ...change },
    script: `case "$*" in ${answers}
      *"cat /etc/caddy/sites/notes-local.caddy"*) printf '%s\\n' '${oldText}' ;;
      *" nc "*) answer 200 '{"status":"healthy"}' ;;
    esac`,
  };
}

describe("the switch of the route", function () {
  this.timeout(60_000);

  scene("puts the validated file in place, reloads, and watches what users get", switching(""), (played) => {
    assert.deepEqual(receiptOf(played), { checks: ["/api/health", "/"], watchedSeconds: 0.3 });
    assert.deepEqual(withoutRequests(played), [read, ...put]);
    assert.deepEqual(written(played), [newText]);
  });

  scene("asks the gateway itself, as users do", switching(""), (played) => {
    const requests = played.calls.filter(({ args }) => args.includes("nc"));
    assert.deepEqual([...new Set(typed(requests))], ["exec -i gateway nc 127.0.0.1 8080"]);
    const asked = requests.map(({ input: head }) => head.toString().split("\r\n")[0]);
    assert.deepEqual([...new Set(asked)].sort(), ["GET / HTTP/1.1", "GET /api/health HTTP/1.1"]);
  });

  scene("asks once when nothing is to be watched", switching("", { watchSeconds: 0 }), (played) => {
    receiptOf(played);
    assert.equal(played.calls.filter(({ args }) => args.includes("nc")).length, 2);
  });

  scene(
    "keeps the old route when the gateway refuses the new one",
    switching(`*" caddy validate "*) refuse "Error: adapting config: unrecognized directive: reverse" ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "route: the gateway refuses the new route and keeps the old one: " +
          "docker exec: Error: adapting config: unrecognized directive: reverse",
      ]);
      assert.ok(!typed(played.calls).some((call) => call.includes(`mv ${candidate}`)));
    },
  );

  scene(
    "puts the old file back when the gateway refuses it only together with the others",
    switching(`*" caddy reload "*) [ $times = 2 ] || refuse "Error: ambiguous site definition: :8080" ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "route: the gateway refuses the new route and keeps the old one: " +
          "docker exec: Error: ambiguous site definition: :8080",
      ]);
      assert.deepEqual(written(played).map(trimmed), [newText, oldText].map(trimmed));
      assert.deepEqual(withoutRequests(played), [read, ...put, ...put]);
    },
  );

  scene(
    "puts the old route back when users would not get what they should",
    switching(`*" nc "*) answer 502 "no such host" ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "smoke: after the switch, GET /api/health: expected status 200, got 502 no such host; the old route is back",
      ]);
      assert.deepEqual(withoutRequests(played), [read, ...put, ...put]);
      assert.deepEqual(written(played).map(trimmed), [newText, oldText].map(trimmed));
    },
  );

  scene(
    "puts it back as well when only a later look fails, or nothing answers any more",
    switching(
      `*" nc "*) if [ $times -le 2 ]; then answer 200 '{"status":"healthy"}'; else refuse "nc: timed out"; fi ;;`,
      { watchSeconds: 30 },
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "smoke: after the switch, GET /api/health: nc: timed out; the old route is back",
      ]);
    },
  );

  scene(
    "says so when the old route cannot be put back either",
    switching(
      `*" nc "*) answer 502 "" ;;
      *" caddy reload "*) [ $times = 1 ] || refuse "Error: container gateway is not running" ;;`,
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "smoke: after the switch, GET /api/health: expected status 200, got 502; the old route could not be put back: " +
          "docker exec: Error: container gateway is not running",
      ]);
    },
  );

  scene(
    "takes the file away when there was no route before",
    switching(`*"cat /etc/caddy/sites/notes-local.caddy"*) ;; *" nc "*) answer 500 "" ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "smoke: after the switch, GET /api/health: expected status 200, got 500; there was no route before",
      ]);
      assert.deepEqual(withoutRequests(played), [read, ...put, `exec gateway rm -f ${file}`, reload]);
    },
  );
});

describe("the removal of the route", function () {
  this.timeout(60_000);

  scene(
    "takes the environment's file away and reloads",
    { program: "remove-route", input, script: "" },
    (played) => {
      assert.deepEqual(receiptOf(played), { removed: "notes-local" });
      assert.deepEqual(typed(played.calls), [`exec gateway rm -f ${file}`, reload]);
    },
  );
});

/** What the gateway was told to do, but for the requests that went through it. */
function withoutRequests({ calls }: Played): string[] {
  return typed(calls.filter(({ args }) => !args.includes("nc")));
}

/** The texts that were written into the gateway. */
function written({ calls }: Played): string[] {
  return calls
    .filter(({ args }) => args.at(-1)?.startsWith("cat > "))
    .map(({ input: text }) => text.toString());
}

function trimmed(text: string): string {
  return text.trim();
}
