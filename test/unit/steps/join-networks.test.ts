/** The networks of a gateway that several environments share. That it then finds the copies is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";

const gateway = "notes-host-previews-gateway";

/** A gateway in its own network and that of `pr-12`, with one site for each of two previews. */
function joining(input: object, answers = ""): Scene {
  return {
    program: "join-networks",
    input: { gateway, ...input },
    gateway: {
      "sites/notes-pr-12/current/stable/api/0": "notes-pr-12-api-1a",
      "sites/notes-pr-12/current/canary/api/0": "notes-pr-12-api-1a",
      "sites/notes-pr-13/current/stable/api/0": "notes-pr-13-api-2b",
      "sites/notes-pr-14/current/stable/api/0": "gone",
    },
    script: `case "$*" in ${answers}
      "container inspect"*gateway) echo '{"notes-host-previews":{},"notes-pr-12":{}}' ;;
      "container inspect"*pr-12*) echo '{"notes-pr-12":{}}' ;;
      "container inspect"*pr-13*) echo '{"notes-pr-13":{}}' ;;
      "container inspect"*) refuse "Error: No such container: gone" ;;
      exec*) in_gateway "$@" ;;
    esac`,
  };
}

describe("a gateway's networks", function () {
  this.timeout(60_000);

  scene("are joined where it is not in them yet", joining({ network: "notes-pr-13" }), (played) => {
    assert.deepEqual(receiptOf(played), { joined: ["notes-pr-13"] });
    assert.equal(typed(played.calls).at(-1), `network connect notes-pr-13 ${gateway}`);
  });

  scene("are left alone where it is in them", joining({ network: "notes-pr-12" }), (played) => {
    assert.deepEqual(receiptOf(played), { joined: [] });
    assert.equal(played.calls.length, 1);
  });

  scene("are those of all copies that its sites lead to, when it was made again", joining({}), (played) => {
    assert.deepEqual(receiptOf(played), { joined: ["notes-pr-13"] });
  });

  scene(
    "cannot be joined by one that is gone",
    joining({ network: "notes-pr-13" }, '"container inspect"*) refuse "Error: No such container" ;;'),
    (played) => {
      assert.deepEqual(failureOf(played), [
        `towpath:gateway: the gateway has to be on the host, got no container ${gateway}; bring its stack up again`,
      ]);
    },
  );

  const leaving = (said: string): Scene => ({
    program: "leave-network",
    input: { gateway, network: "notes-pr-12" },
    script: said === "" ? "" : `refuse "Error response from daemon: ${said}"`,
  });

  scene("are left by force, which a stopped one needs", leaving(""), (played) => {
    assert.deepEqual(receiptOf(played), { left: "notes-pr-12" });
    assert.deepEqual(typed(played.calls), [`network disconnect --force notes-pr-12 ${gateway}`]);
  });

  for (const said of [
    `container 0e5a is not connected to the network notes-pr-12`,
    `endpoint ${gateway} not found`,
    "network notes-pr-12 not found",
  ]) {
    scene(`are left already when the engine says "${said}"`, leaving(said), (played) => {
      assert.deepEqual(receiptOf(played), { left: "notes-pr-12" });
    });
  }

  scene("are not left when the engine says anything else", leaving("boom"), (played) => {
    assert.deepEqual(failureOf(played), ["docker network: Error response from daemon: boom"]);
  });
});
