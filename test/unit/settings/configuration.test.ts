import assert from "node:assert/strict";
import {
  fallbacksFor,
  isOfWorkspace,
  readConfiguration,
} from "../../../components/settings/configuration.ts";
import { messageOf } from "../assert-refused.ts";

describe("a stack's configuration", () => {
  it("becomes settings: text where they require it, everything else as JSON", () => {
    assert.deepEqual(
      readConfiguration({
        "towpath:port": "8080",
        "towpath:commit": "1234567",
        "towpath:environment": "local",
        "towpath:imageMirror": "10.0",
        "towpath:maintenance": "true",
        "towpath:secrets": '{"A":{"source":"generated"}}',
        "towpath:canary": "{weight",
        "towpath:colour": "red",
        "docker:host": "ssh://x",
      }),
      {
        port: 8080,
        commit: "1234567",
        environment: "local",
        imageMirror: "10.0",
        maintenance: true,
        secrets: { A: { source: "generated" } },
        canary: "{weight",
        colour: "red",
      },
    );
    assert.deepEqual(readConfiguration({ "notes:port": "1" }), {});
  });

  it("may have dates as people write them, with and without quotes", () => {
    const until = (text: string) => readConfiguration({ "towpath:freeze": JSON.stringify({ until: text }) });
    const written = {
      "2026-01-02 00:00:00 +0000 UTC": "2026-01-02",
      "2026-01-02 09:00:00 +0000 UTC": "2026-01-02T09:00:00Z",
      "2026-01-02 09:00:00.5 +0900 +0900": "2026-01-02T09:00:00+09:00",
      "2026-01-02": "2026-01-02",
      "tomorrow 09:00:00": "tomorrow 09:00:00",
    };
    for (const [given, expected] of Object.entries(written)) {
      assert.deepEqual(until(given), { freeze: { until: expected } });
    }
  });

  const workspace = () => ({ branch: "main", path: "/srv/notes", source: "git" }) as const;
  const unread = () => assert.fail("the working copy is not asked for");

  it("is completed by the stack's name and the machine's mirror", () => {
    const variables = { TOWPATH_IMAGE_MIRROR: "cache.example.com" };
    assert.deepEqual(fallbacksFor("notes", "pr-12", { workspace: unread, variables }), {
      environment: "preview",
      namespace: "notes-pr-12",
      previewName: "pr-12",
      commit: undefined,
      fork: undefined,
      imageMirror: "cache.example.com",
      port: undefined,
    });
    const empty = { TOWPATH_IMAGE_MIRROR: "", TOWPATH_PORT: "" };
    assert.deepEqual(fallbacksFor("notes", "mine", { workspace: unread, variables: empty }), {
      environment: undefined,
      namespace: "notes-mine",
      previewName: undefined,
      commit: undefined,
      fork: undefined,
      imageMirror: undefined,
      port: undefined,
    });
  });

  it("is completed by the working copy when each has an environment of its own", () => {
    const of = (stack: string, variables = {}) => fallbacksFor("notes", stack, { workspace, variables });
    assert.match(of("local").namespace, /^notes-local-main-[0-9a-f]{8}$/);
    assert.match(of("ci").namespace, /^notes-ci-main-[0-9a-f]{8}$/);
    assert.equal(of("local", { TOWPATH_PORT: "8099" }).port, 8099);
    assert.deepEqual(["local", "ci", "pr-1", "staging", "mine"].map(isOfWorkspace), [
      ...[true, true],
      ...[false, false, false],
    ]);
  });

  it("is refused with an invalid port, wherever it is set", () => {
    for (const port of ["http", "0", "65536", "80.5", "0x50", " 80"]) {
      assert.equal(
        messageOf(() => fallbacksFor("notes", "local", { workspace, variables: { TOWPATH_PORT: port } })),
        `TOWPATH_PORT: expected a port from 1 to 65535, got "${port}"; choose a free one, for example 8080`,
      );
    }
  });
});
