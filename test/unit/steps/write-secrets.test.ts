/** The writing of secrets to a volume. That a copy can read them is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { extract } from "tar-stream";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";
import type { WriteSecretsInput } from "../../../components/contract/write-secrets.ts";

const input: WriteSecretsInput = {
  container: "gateway",
  volume: "notes-production-api-secrets-1a2b3c4d",
  files: { JWT_SECRET: "open sesame", DATABASE_URL: "postgresql://x" },
  labels: { "towpath.part": "secrets" },
};

function writing(answers = ""): Scene {
  return {
    program: "write-secrets",
    input,
    script: `case "$*" in ${answers}
      "container inspect"*) echo sha256:0123 ;;
      create*) echo way ;;
    esac`,
  };
}

describe("secrets in a volume", function () {
  this.timeout(60_000);

  let archive: Buffer | undefined;
  scene("are copied on standard input through a container that never runs", writing(), (played) => {
    assert.deepEqual(receiptOf(played), { volume: input.volume, files: ["DATABASE_URL", "JWT_SECRET"] });
    assert.deepEqual(typed(played.calls), [
      "container inspect --format {{.Image}} gateway",
      "create --network none --volume notes-production-api-secrets-1a2b3c4d:/run/secrets --label towpath.part=secrets sha256:0123",
      "cp - way:/run/secrets",
      "rm --force --volumes way",
    ]);
    assert.doesNotMatch(JSON.stringify(typed(played.calls)), /sesame/);
    archive = played.calls[2]?.input;
  });

  it("can be read by every user of the copy", async () => {
    const found: Record<string, string> = {};
    const entries = extract();
    entries.end(archive);
    for await (const entry of entries) {
      assert.equal(entry.header.mode, 0o444);
      found[entry.header.name] = await text(entry);
    }
    assert.deepEqual(found, input.files);
  });

  scene(
    "leave no container behind when there is no space for them",
    writing('cp*) refuse "no room" ;;'),
    (played) => {
      assert.match(failureOf(played).join("\n"), /docker cp: no room/);
      assert.equal(typed(played.calls).at(-1), "rm --force --volumes way");
    },
  );
});
