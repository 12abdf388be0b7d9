import assert from "node:assert/strict";
import { fallbacksFor, readConfiguration } from "../../../components/settings/configuration.ts";

describe("a stack's configuration", () => {
  it("becomes settings: text where they want it, everything else as JSON", () => {
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
    assert.deepEqual(readConfiguration({ "mine:port": "1" }, "mine"), { port: 1 });
  });

  it("is stood in for by the stack's name and the machine's mirror", () => {
    assert.deepEqual(fallbacksFor("notes", "pr-12", "cache.example.com"), {
      environment: "preview",
      namespace: "notes-pr-12",
      pullRequest: 12,
      imageMirror: "cache.example.com",
    });
    assert.deepEqual(fallbacksFor("notes", "mine", ""), {
      environment: undefined,
      namespace: "notes-mine",
      pullRequest: undefined,
      imageMirror: undefined,
    });
  });
});
