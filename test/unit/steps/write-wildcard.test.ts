/** The writing of a wildcard certificate. That the gateway then serves it is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { typed, type Files } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";

const site = { gateway: "gateway", name: "notes-host-previews" };
const domain = "preview.example.com";
const given = { certificate: "certificate", key: "secret key" };
const folder = "sites/notes-host-previews";

function writing(input: object, gateway: Files = {}, answers = ""): Scene {
  return {
    program: "write-wildcard",
    input: { site, domain, ...input },
    gateway,
    script: `case "$*" in ${answers}
      *" caddy "*) ;;
      exec*) in_gateway "$@" ;;
    esac`,
  };
}

describe("a wildcard certificate in the gateway", function () {
  this.timeout(60_000);

  scene("is one of its own authority unless one is given", writing({}), (played) => {
    assert.deepEqual(receiptOf(played), { domain });
    assert.match(played.gateway[`${folder}.caddy`] ?? "", /^\ttls internal$/m);
    assert.equal(played.gateway[`${folder}/loaded`], played.gateway[`${folder}.caddy`]);
  });

  const now = { [`${folder}/internal/kept`]: "", [`${folder}/current`]: "-> internal" };
  scene("takes the place of the one before, and is in no command line", writing({ given }, now), (played) => {
    receiptOf(played);
    const [, path = ""] =
      /^\ttls (\S+)\/certificate\.pem /m.exec(played.gateway[`${folder}.caddy`] ?? "") ?? [];
    const version = path.split("/").at(-1) ?? "";
    assert.match(version, /^[0-9a-f]{12}$/);
    assert.deepEqual(Object.keys(played.gateway).sort(), [
      `${folder}.caddy`,
      `${folder}/${version}/certificate.pem`,
      `${folder}/${version}/key.pem`,
      `${folder}/current`,
      `${folder}/loaded`,
    ]);
    assert.equal(played.gateway[`${folder}/${version}/key.pem`], "secret key");
    assert.doesNotMatch(typed(played.calls).join("\n"), /secret key/);
  });

  scene(
    "leaves the one before in use when the gateway refuses it",
    writing({ given }, now, '*"caddy validate"*) refuse "no match of key and certificate" ;;'),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "towpath:wildcard: the gateway refuses it: docker exec: no match of key and certificate",
      ]);
      assert.equal(played.gateway[`${folder}.caddy`], undefined);
    },
  );
});
