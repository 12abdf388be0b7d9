/** The hashing of a password. That the gateway lets those in who know it is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";

function hashing(answer: string): Scene {
  return { program: "hash-password", input: { gateway: "gateway", password: "open sesame" }, script: answer };
}

describe("a password", function () {
  this.timeout(60_000);

  scene(
    "is hashed by the gateway's own program, which no process list shows it of",
    hashing("echo hash"),
    (played) => {
      assert.deepEqual(receiptOf(played), { hash: "hash" });
      assert.deepEqual(typed(played.calls), [
        "exec -i gateway caddy hash-password --algorithm bcrypt --bcrypt-cost 10",
      ]);
      assert.equal(played.calls[0]?.input.toString(), "open sesame");
    },
  );

  scene("is not shown when that fails", hashing('refuse "no open sesame here"'), (played) => {
    assert.deepEqual(failureOf(played), ["docker exec: no *** here"]);
  });
});
