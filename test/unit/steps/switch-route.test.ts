/**
 * The switch and its removal as the programs that a release runs.
 *
 * What they do to the gateway's files is done for real, in a folder in the place of `/etc/caddy`; Caddy itself is played.
 * That Caddy refuses a bad file, reads the links at every request and loses none is proved in test/e2e, under load.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { typed, type Files, type Played } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";
import type { SwitchRouteInput } from "../../../components/contract/switch-route.ts";

const oldText = ":8080 {\n\trespond old\n}\n";
const newText = ":8080 {\n\trespond new\n}\n";
const files = { "stable/api/0": "api-new", "stable/web/0": "web-new" };
const release = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 12);

const input: SwitchRouteInput = {
  site: { gateway: "gateway", name: "notes-local" },
  text: newText,
  files,
  copies: ["api-new", "web-new"],
  port: 8080,
  smoke: [{ path: "/", status: 200, target: { gateway: "gateway", host: "web-new", port: 8080 } }],
  checks: [
    { path: "/api/health", status: 200, json: { status: "healthy" } },
    { path: "/", status: 200 },
  ],
  watchSeconds: 0.3,
  drainSeconds: 0,
};

/** The receipt of a switch that went well. */
const passed = { smoke: { passed: ["/"] }, checks: ["/api/health", "/"], watchedSeconds: 0.3 };

/** The gateway before the switch, and what the old release has there. */
const before: Files = {
  "sites/notes-local.caddy": oldText,
  "sites/notes-local/loaded": oldText,
  "sites/notes-local/current": "-> old",
  "sites/notes-local/old/stable/api/0": "api-old",
  "sites/notes-local/old/stable/web/0": "web-old",
  "sites/other.caddy": "another environment's",
};

/** The text of the old release, and that the gateway has loaded it. */
const oldSite: Files = { "sites/notes-local.caddy": oldText, "sites/notes-local/loaded": oldText };

/** The gateway after a switch that went well. */
const after: Files = {
  "sites/notes-local.caddy": newText,
  "sites/notes-local/loaded": newText,
  "sites/notes-local/current": `-> ${release}`,
  [`sites/notes-local/${release}/stable/api/0`]: "api-new",
  [`sites/notes-local/${release}/stable/web/0`]: "web-new",
  "sites/other.caddy": "another environment's",
};

const validate =
  "exec gateway caddy validate --adapter caddyfile --config /etc/caddy/sites/notes-local.candidate";
const reload = "exec gateway caddy reload --config /etc/caddy/Caddyfile";

/** The switch while these answers are played; what they leave out goes well. */
function switching(answers: string, change: Partial<SwitchRouteInput> = {}, gateway = before): Scene {
  return {
    program: "switch-route",
    input: { ...input, ...change },
    script: `case "$*" in ${answers}
      ps*) echo "running docker.io/library/caddy:2.11.9" ;;
      *" caddy "*) ;;
      *RestartCount*) printf '/api-new running 0\n/web-new running 2\n' ;;
      "container inspect"*) echo "172.18.0.4 " ;;
      *" cat /proc/net/tcp"*) echo "  0: 030012AC:9C40 040012AC:1F40 01 00000000:00000000" ;;
      *" nc web-new 8080") answer 200 hello ;;
      *" nc "*) answer 200 '{"status":"healthy"}' ;;
      *) in_gateway "$@" ;;
    esac`,
    gateway,
  };
}

describe("the switch of the route", function () {
  this.timeout(60_000);

  scene("makes the gateway send requests to the new copies", switching(""), (played) => {
    assert.deepEqual(receiptOf(played), passed);
    assert.deepEqual(played.gateway, after);
    assert.deepEqual(caddyCalls(played), [validate, reload]);
  });

  scene("loads no configuration when only the copies change", switching("", { text: oldText }), (played) => {
    receiptOf(played);
    assert.deepEqual(played.gateway, { ...after, ...oldSite });
    assert.deepEqual(caddyCalls(played), []);
  });

  scene("asks the gateway itself, as users do", switching(""), (played) => {
    const requests = played.calls.filter(({ args }) => args.includes("127.0.0.1"));
    assert.deepEqual([...new Set(typed(requests))], ["exec -i gateway timeout 4 nc 127.0.0.1 8080"]);
    const asked = requests.map(({ input: head }) => head.toString().split("\r\n")[0]);
    assert.deepEqual([...new Set(asked)].sort(), ["GET / HTTP/1.1", "GET /api/health HTTP/1.1"]);
  });

  const healthy = `'{"status":"healthy","queue":12,"access_token":"nobody-guesses-it"}'`;
  const listed = {
    limitSeconds: 30,
    secrets: {},
    visitors: [{ host: "notes.example.com" }],
    afterwards: [
      { path: "/api/login", status: 200, form: { user: "smoke" }, save: { token: "access_token" } },
      { path: "/api/members", status: 200, headers: { Authorization: "Bearer ${smoke.token}" } },
    ],
  };

  scene(
    "asks once, in their order, for what does more than read (000-68b, 000-68c)",
    switching(`*" nc 127.0.0.1 8080") answer 200 ${healthy} ;;`, { listed }),
    (played) => {
      assert.deepEqual(receiptOf(played), passed);
      const heads = played.calls
        .map(({ input: head }) => head.toString())
        .filter((head) => head.includes("HTTP"));
      const [login, members, ...more] = heads.filter((head) => !/^GET \/(api\/health)? /.test(head));
      assert.match(login ?? "", /^POST \/api\/login HTTP\/1\.1\r\n/);
      assert.match(login ?? "", /\r\nhost: notes\.example\.com\r\n/i);
      assert.match(
        members ?? "",
        /^GET \/api\/members HTTP\/1\.1\r\n(?:.*\r\n)*Authorization: Bearer nobody-guesses-it\r\n/,
      );
      assert.deepEqual(more, []);
    },
  );

  scene(
    "puts the old route back when one of those does not pass",
    switching(`*" nc 127.0.0.1 8080") answer 200 ${healthy} ;;`, {
      listed: {
        ...listed,
        afterwards: [
          { path: "/api/queue", status: 200, compare: { queue: { below: 10 } }, retries: 1, everySeconds: 1 },
        ],
      },
    }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "smoke: after the switch, GET /api/queue: expected queue below 10, got 12, after 2 tries; the old route is back",
      ]);
      assert.equal(played.gateway["sites/notes-local.caddy"], oldText);
    },
  );

  scene(
    "runs commands like a new copy before the switch, which stays where one fails (002-44)",
    switching(
      `"container inspect api-new") echo '[{"Image":"sha256:1","Config":{"Env":[],"User":"","WorkingDir":"","Entrypoint":null},"HostConfig":{"ReadonlyRootfs":false,"ShmSize":1,"Memory":1048576,"NanoCpus":0,"PidsLimit":5},"NetworkSettings":{"Networks":{}},"Mounts":[]}]' ;;
       "image inspect"*) echo '[]' ;;
       "create "*) echo c1 ;;
       "wait c1") echo 3 ;;
       "start c1" | "rm "*) ;;
       "logs "*) echo 'no database' ;;
       "inspect "* | "container inspect"*OOM*) echo false ;;
       "ps --all --quiet"*) ;;`,
      {
        smoke: [
          {
            ...{ command: ["python", "-m", "boot"], like: "api-new", name: "notes-local-smoke-release" },
            ...{
              labels: { "towpath.one-off": "notes-local-smoke-release" },
              plainVariables: [],
              timeoutSeconds: 60,
            },
          },
        ],
        listed: { ...listed, afterwards: [] },
      },
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'smoke: "python -m boot" ended with exit code 3; the route was not switched; its last log lines:',
        "  | no database",
      ]);
      assert.equal(played.gateway["sites/notes-local.caddy"], oldText);
    },
  );

  scene("changes nothing when it runs again", switching("", { watchSeconds: 0 }, after), (played) => {
    receiptOf(played);
    assert.deepEqual(played.gateway, after);
    assert.equal(played.calls.filter(({ args }) => args.includes("127.0.0.1")).length, 2);
  });

  scene(
    "gives the replaced copies time to end their requests, and reports what was still open",
    switching("", { drainSeconds: 1 }),
    (played) => {
      assert.deepEqual(receiptOf(played), { ...passed, connectionsLeft: 1 });
    },
  );

  scene(
    "waits only until their last connection is closed",
    switching(
      `*" cat /proc/net/tcp"*) [ $times -gt 1 ] || echo "  0: 030012AC:9C40 040012AC:1F40 01 00000000:00000000" ;;`,
      { drainSeconds: 60 },
    ),
    (played) => {
      assert.deepEqual(receiptOf(played), passed);
      assert.equal(played.calls.filter(({ args }) => args.includes("/proc/net/tcp")).length, 2);
    },
  );

  scene(
    "restores the old route when a new copy ends, although it is restarted at once",
    switching(
      `*RestartCount*) printf '/api-new running %s\\n/web-new running 2\\n' "$((times / 2))" ;;
      logs*) echo "no memory left" ;;`,
      { watchSeconds: 30 },
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "smoke: after the switch, api-new ended; the old route is back; its last log lines:",
        "  | no memory left",
      ]);
      assert.deepEqual(inUse(played), before);
    },
  );

  scene(
    "checks the copies while it waits for users' answers, not after them",
    switching(`*" nc 127.0.0.1 "*) answer 502 "" ;;`),
    (played) => {
      failureOf(played);
      // Once before the switch, and once although the first answer failed at once.
      assert.equal(typed(played.calls).filter((call) => call.includes("RestartCount")).length, 2);
    },
  );

  scene(
    "restores the old route when a copy without a path ends",
    switching(
      `*RestartCount*) printf '/api-new running 0\n/web-new running 2\n/worker-new running %s\n' "$((times / 2))" ;;
      logs*) echo "no queue" ;;`,
      { watchSeconds: 30, copies: ["api-new", "web-new", "worker-new"] },
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "smoke: after the switch, worker-new ended; the old route is back; its last log lines:",
        "  | no queue",
      ]);
      assert.ok(played.calls.some(({ args }) => args.includes("worker-new")));
    },
  );

  scene("makes the first route", switching("", {}, {}), (played) => {
    receiptOf(played);
    assert.deepEqual({ ...played.gateway, "sites/other.caddy": after["sites/other.caddy"] }, after);
  });

  scene(
    "changes nothing when a new copy does not answer as expected",
    switching(`*" nc web-new 8080") answer 500 "" ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "smoke: GET /: expected status 200, got 500; the route was not switched",
      ]);
      assert.deepEqual(played.gateway, before);
    },
  );

  scene(
    "keeps the old route when the gateway refuses the new one",
    switching(`*" caddy validate "*) refuse "Error: adapting config: unrecognized directive: reverse" ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "route: the gateway refuses the new route, the old route is back: " +
          "docker exec: Error: adapting config: unrecognized directive: reverse",
      ]);
      assert.deepEqual(inUse(played), before);
    },
  );

  scene(
    "keeps the old route when the gateway refuses the new one only together with the others",
    switching(`*" caddy reload "*) [ $times = 2 ] || refuse "Error: ambiguous site definition: :8080" ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "route: the gateway refuses the new route, the old route is back: " +
          "docker exec: Error: ambiguous site definition: :8080",
      ]);
      assert.deepEqual(inUse(played), before);
      assert.deepEqual(caddyCalls(played), [validate, reload, validate, reload]);
    },
  );

  scene(
    "restores the old route when users would get wrong answers",
    switching(`*" nc 127.0.0.1 "*) answer 502 "no such host" ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "smoke: after the switch, GET /api/health: expected status 200, got 502 no such host; the old route is back",
      ]);
      assert.deepEqual(inUse(played), before);
    },
  );

  scene(
    "asks once more where a connection is closed without an answer, as when the gateway takes another configuration over",
    switching(
      `*" nc 127.0.0.1 "*) [ ! -e "$FAKE_DOCKER.closed" ] && : >"$FAKE_DOCKER.closed" || answer 200 '{"status":"healthy"}' ;;`,
    ),
    (played) => {
      assert.deepEqual(receiptOf(played), passed);
    },
  );

  scene(
    "restores the old route when every connection is closed without an answer",
    switching(`*" nc 127.0.0.1 "*) ;;`),
    (played) => {
      assert.match(
        failureOf(played).join("\n"),
        /^smoke: after the switch, GET \/(api\/health)?: the connection was refused or closed; the old route is back$/,
      );
    },
  );

  scene(
    "restores the old route when only a later check fails, or nothing answers any more",
    switching(
      `*" nc 127.0.0.1 "*) if [ $times -le 2 ]; then answer 200 '{"status":"healthy"}'; else refuse "nc: timed out"; fi ;;`,
      { watchSeconds: 30 },
    ),
    (played) => {
      assert.match(
        failureOf(played).join("\n"),
        /^smoke: after the switch, GET \/(api\/health)?: nc: timed out; the old route is back$/,
      );
      assert.deepEqual(inUse(played), before);
    },
  );

  scene(
    "asks once more for an answer that does not come in time",
    switching(`*" nc 127.0.0.1 "*) [ $times -gt 1 ] || exec sleep 10; answer 200 '{"status":"healthy"}' ;;`),
    (played) => {
      assert.deepEqual(receiptOf(played), passed);
      assert.deepEqual(played.gateway, after);
    },
  );

  scene(
    "restores the old route when there is no answer the second time either",
    switching(`*" nc 127.0.0.1 "*) exec sleep 10 ;;`),
    (played) => {
      assert.match(
        failureOf(played).join("\n"),
        /^smoke: after the switch, GET \/(api\/health)?: no answer within 3 s; the old route is back$/,
      );
      assert.deepEqual(inUse(played), before);
    },
  );

  scene(
    "reports when the old route cannot be restored either",
    switching(
      `*" nc 127.0.0.1 "*) answer 502 "" ;;
      *" caddy reload "*) [ $times = 1 ] || refuse "Error: container gateway is not running" ;;`,
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "smoke: after the switch, GET /api/health: expected status 200, got 502; the old route could not be put back, " +
          "users may get the new release until the next up: docker exec: Error: container gateway is not running",
      ]);
    },
  );

  scene(
    "restores the old route when a copy disappears during the watch",
    switching(
      `*RestartCount*) [ $times = 1 ] || refuse "Error: No such container: api-new"
        printf '/api-new running 0\\n/web-new running 2\\n' ;;`,
      { watchSeconds: 30 },
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "smoke: after the switch, docker container: Error: No such container: api-new; the old route is back",
      ]);
      assert.deepEqual(inUse(played), before);
    },
  );

  scene(
    "restores the old route, with everything that belongs to it, when the replaced copies cannot be drained",
    switching(`*" cat /proc/net/tcp"*) refuse "Error response from daemon: i/o timeout" ;;`, {
      drainSeconds: 60,
    }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "route: the replaced copies cannot be drained, docker exec: Error response from daemon: i/o timeout; " +
          "the old route is back",
      ]);
      assert.deepEqual(inUse(played), before);
    },
  );

  scene(
    "reports what users get when the engine no longer answers at all",
    switching(
      `*RestartCount*) [ $times = 1 ] || : >"$FAKE_DOCKER.dead"
        printf '/api-new running 0\\n/web-new running 2\\n' ;;
      *) [ ! -e "$FAKE_DOCKER.dead" ] || refuse "Cannot connect to the Docker daemon"
        case "$*" in *" caddy "*) ;; *" nc web-new 8080") answer 200 hello ;;
        *" nc "*) answer 200 '{"status":"healthy"}' ;; *) in_gateway "$@" ;; esac ;;`,
      { watchSeconds: 30 },
    ),
    (played) => {
      assert.match(
        failureOf(played).join("\n"),
        /^smoke: after the switch, GET \S+: Cannot connect to the Docker daemon; the old route could not be put back, users may get the new release until the next up: docker exec: Cannot connect to the Docker daemon$/,
      );
    },
  );

  scene(
    "loads a configuration that an earlier run wrote and did not load",
    switching("", {}, { ...before, "sites/notes-local.caddy": newText }),
    (played) => {
      assert.deepEqual(receiptOf(played), passed);
      assert.deepEqual(played.gateway, after);
      assert.deepEqual(caddyCalls(played), [validate, reload]);
    },
  );

  scene(
    "does not count a configuration as loaded before it was",
    switching(`*" caddy reload "*) kill -9 $PPID ;;`),
    ({ gateway }) => {
      assert.equal(gateway["sites/notes-local.caddy"], newText);
      assert.equal(gateway["sites/notes-local/loaded"], undefined);
    },
  );

  scene(
    "changes nothing more once its run has ended",
    {
      // The fake client is the step's child, and the step is the child of a shell, as the command plugin starts it.
      ...switching(`*" nc 127.0.0.1 "*) kill -9 "$(sed 's/.*) . \\([0-9]*\\) .*/\\1/' "/proc/$PPID/stat")"
        answer 502 "no such host" ;;`),
      inShell: true,
    },
    (played) => {
      assert.deepEqual(caddyCalls(played), [validate, reload]);
      assert.equal(played.gateway["sites/notes-local/current"], `-> ${release}`);
    },
  );

  scene(
    "removes everything again when there was no route before",
    switching(`*" nc 127.0.0.1 "*) answer 500 "" ;;`, {}, { "sites/other.caddy": "another environment's" }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "smoke: after the switch, GET /api/health: expected status 200, got 500; there was no route before",
      ]);
      assert.deepEqual(played.gateway, { "sites/other.caddy": "another environment's" });
    },
  );

  describe("to copies beside which no other may run", () => {
    const subject = "services.beat";
    const labels = { "towpath.part": "beat" };
    const beat = { subject, container: "beat-new", timeoutSeconds: 0.1, onlyOneOf: labels, graceSeconds: 7 };
    const handOvers = { copies: [{ ...beat, probe: { command: ["ask"] } }], beforeSmoke: false };
    const withBeat: Files = { ...before, "sites/notes-local/old/stable/beat/0": "beat-old" };
    /** An engine that keeps which copies run; `answers` come first. */
    const taking = (answers: string, change: Partial<SwitchRouteInput> = {}, gateway = withBeat): Scene => {
      const { script, ...scene } = switching("", { handOvers, ...change }, gateway);
      const engine = `state_of() { cat "$FAKE_DOCKER.$1" 2>/dev/null || echo "$2"; }
        case "$*" in ${answers}
        "ps --all"*) echo "beat-new $(state_of beat-new created)"; echo "beat-old $(state_of beat-old running)"; echo "beat-killed exited" ;;
        "stop -t 7 "*) echo exited >"$FAKE_DOCKER.$4" ;;
        "start "*) echo running >"$FAKE_DOCKER.$2" ;;
        "exec beat-new ask") ;;
        "container inspect beat-new") state running ;;
        *) ${script} ;;
      esac`;
      return { ...scene, script: engine };
    };
    const changes = ({ calls }: Played): string[] =>
      typed(calls).filter((call) => /^(?:start|stop) |^exec beat|nc web-new 8080/.test(call));
    const short = (call: string): string => (call.endsWith(" nc web-new 8080") ? "asks web-new" : call);
    const takeOver = ["stop -t 7 beat-old", "start beat-new", "exec beat-new ask"];
    const back = ["stop -t 7 beat-new", "start beat-old"];

    scene("ends the old one, and starts the new one then", taking(""), (played) => {
      const { handedOver, ...receipt } = receiptOf(played) as Record<string, unknown>;
      assert.deepEqual(receipt, passed);
      assert.deepEqual(Object.keys(handedOver as object), [subject]);
      assert.deepEqual(changes(played).map(short), ["asks web-new", ...takeOver]);
    });

    scene(
      "does so before the smoke checks where one of them asks it",
      taking("", { handOvers: { ...handOvers, beforeSmoke: true } }),
      (played) => {
        receiptOf(played);
        assert.deepEqual(changes(played).map(short), [...takeOver, "asks web-new"]);
      },
    );

    scene(
      "starts the old one again when the new one does not become healthy",
      taking(`"exec beat-new ask") refuse no ;; "logs "*) echo "no broker" ;;`),
      (played) => {
        assert.deepEqual(failureOf(played), [
          'services.beat: not healthy within 0.1 s, "ask" says: docker exec: no; its last log lines (beat-new):',
          "  | no broker",
          "services.beat: the old copy runs again",
        ]);
        const done = changes(played).map(short);
        assert.deepEqual([...new Set(done)], ["asks web-new", ...takeOver, ...back]);
        assert.deepEqual(played.gateway, withBeat);
      },
    );

    scene(
      "starts the old one again when users do not get what they should",
      taking(`*" nc 127.0.0.1 8080") answer 500 "" ;;`),
      (played) => {
        const [line = ""] = failureOf(played);
        assert.match(
          line,
          /^smoke: after the switch, .*; the old route is back, services\.beat: the old copy runs again$/,
        );
        assert.deepEqual(changes(played).slice(-2), back);
      },
    );

    scene(
      "says that none may run when the old one does not start again",
      taking(`"exec beat-new ask") refuse no ;; "logs "*) ;; "start beat-old") refuse "no space" ;;`),
      (played) => {
        assert.equal(
          failureOf(played).at(-1),
          "services.beat: the old copy could not be started again, none may run until the next up: docker start: no space",
        );
      },
    );

    scene("starts none while the old one runs on", taking(`"stop -t 7 beat-old") ;;`), (played) => {
      assert.deepEqual(failureOf(played), [
        "services.beat: the old copy beat-old did not end within 7 s",
        "services.beat: the old copy runs again",
      ]);
      assert.ok(!changes(played).includes("start beat-new"));
    });

    // The one that the gateway knows is the one to go back to, and not what a killed run left.
    const killed = `"ps --all"*) echo "beat-new $(state_of beat-new created)"; echo "beat-old $(state_of beat-old exited)"; echo "beat-killed $(state_of beat-killed running)" ;;`;
    scene(
      "goes on after a run that was killed between the two",
      taking(`${killed} "exec beat-new ask") refuse no ;; "logs "*) ;;`),
      (played) => {
        assert.equal(failureOf(played).at(-1), "services.beat: the old copy runs again");
        const done = changes(played).filter((call) => call.startsWith("st"));
        assert.deepEqual(done, ["stop -t 7 beat-killed", "start beat-new", ...back]);
      },
    );

    scene(
      "leaves those alone that took over already",
      taking(
        `"ps --all"*) echo "beat-new running" ;;`,
        {},
        { ...before, "sites/notes-local/old/stable/beat/0": "beat-new" },
      ),
      (played) => {
        assert.deepEqual(receiptOf(played), passed);
        assert.deepEqual(changes(played).map(short), ["asks web-new"]);
      },
    );
  });
});

describe("the removal of the route", function () {
  this.timeout(60_000);

  scene(
    "removes what the environment has in the gateway, and nothing else",
    { ...switching(""), program: "remove-route" },
    (played) => {
      assert.deepEqual(receiptOf(played), { removed: "notes-local" });
      assert.deepEqual(played.gateway, { "sites/other.caddy": "another environment's" });
      assert.deepEqual(caddyCalls(played), [reload]);
    },
  );
});

describe("the removal of the route from a gateway that does not run", function () {
  this.timeout(60_000);
  const ask = "ps --all --filter name=^gateway$ --format {{.State}} {{.Image}}";

  scene(
    "uses the volume of a gateway that is stopped",
    { program: "remove-route", input, script: `case "$*" in ps*) echo "exited caddy:2.11.9" ;; esac` },
    (played) => {
      assert.deepEqual(receiptOf(played), { removed: "notes-local" });
      assert.deepEqual(typed(played.calls), [
        ask,
        "run --rm --volumes-from gateway --entrypoint rm caddy:2.11.9 -rf " +
          "/etc/caddy/sites/notes-local.caddy /etc/caddy/sites/notes-local.candidate /etc/caddy/sites/notes-local",
      ]);
    },
  );

  scene(
    "does nothing for a gateway that is gone",
    { program: "remove-route", input, script: "" },
    (played) => {
      assert.deepEqual(receiptOf(played), { removed: "notes-local" });
      assert.deepEqual(typed(played.calls), [ask]);
    },
  );
});

/** Returns the commands that Caddy got. */
function caddyCalls({ calls }: Played): string[] {
  return typed(calls).filter((call) => call.startsWith("exec gateway caddy "));
}

/** Returns the gateway's files that are in use; what a refused release leaves behind goes with the next good one. */
function inUse({ gateway }: Played): Files {
  const entries = Object.entries(gateway);
  return Object.fromEntries(
    entries.filter(([path]) => !path.includes(release) && !path.endsWith(".candidate")),
  );
}
