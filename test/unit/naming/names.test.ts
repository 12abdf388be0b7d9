import assert from "node:assert/strict";
import fc from "fast-check";
import { isLabel, longestName, longestNamespace } from "../../../components/naming/namespace.ts";
import { labels, namesOf } from "../../../components/naming/names.ts";
import { messageOf } from "../assert-refused.ts";

describe("the names of a namespace", () => {
  it("start with the namespace", () => {
    const names = namesOf("notes-local");
    assert.deepEqual(
      [names.namespace, names.network, names.postgres, names.redis, names.objectStorage, names.gateway],
      [
        "notes-local",
        "notes-local",
        "notes-local-postgres",
        "notes-local-redis",
        "notes-local-object-storage",
        "notes-local-gateway",
      ],
    );
    assert.deepEqual(
      [names.volume("postgres"), names.workload("api"), names.bucket("files"), names.image("api")],
      ["notes-local-postgres", "notes-local-api", "notes-local-files", "notes-local-api"],
    );
    assert.equal(names.sharedVolume("uploads"), "notes-local-volume-uploads");
  });

  it("follow PostgreSQL's rules where it needs them", () => {
    assert.equal(namesOf("notes-pr-12").database, "notes_pr_12");
  });

  it("are refused for an invalid namespace", () => {
    assert.match(
      messageOf(() => namesOf("Notes")),
      /^namespace: expected a name/,
    );
  });

  it("are valid for Docker, S3 and PostgreSQL, and differ where the parts differ", () => {
    const label = (most: number) =>
      fc
        .stringMatching(/^[a-z][a-z0-9-]*[a-z0-9]$/, { maxLength: most })
        .filter((text) => isLabel(text, most));
    fc.assert(
      fc.property(
        label(longestNamespace),
        label(longestName),
        label(longestName),
        (namespace, one, other) => {
          const names = namesOf(namespace);
          for (const part of [one, other]) {
            assert.ok(isLabel(names.volume(part), 63));
            assert.ok(isLabel(names.sharedVolume(part), 63));
            assert.ok(isLabel(`${names.workload(part)}-1a2b3c4`, 63));
            assert.match(names.bucket(part), /^[a-z0-9-]{3,63}$/);
          }
          assert.match(names.database, /^[a-z][a-z0-9_]{0,62}$/);
          if (one !== other) assert.notEqual(names.workload(one), names.workload(other));
        },
      ),
    );
  });

  it("stay within 63 bytes even for parts that are too long", () => {
    const { volume, workload } = namesOf("notes-local");
    assert.equal(volume("p".repeat(80)).length, 63);
    assert.equal(workload("p".repeat(80)).length, 55);
    assert.notEqual(volume(`${"p".repeat(80)}a`), volume(`${"p".repeat(80)}b`));
  });
});

describe("the labels of a resource", () => {
  it("name its owner", () => {
    const values = { application: "notes", environment: "local", namespace: "notes-local", part: "api" };
    const expected = {
      "towpath.project": "notes",
      "towpath.environment": "local",
      "towpath.namespace": "notes-local",
      "towpath.part": "api",
    };
    assert.deepEqual(labels(values), expected);
    assert.deepEqual(labels({ ...values, release: "r1" }), { ...expected, "towpath.release": "r1" });
  });
});
