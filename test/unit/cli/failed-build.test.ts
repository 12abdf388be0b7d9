/**
 * The errors of an image that does not build, from the events that the official docker plugin and ours make the engine
 * send.
 */
import assert from "node:assert/strict";
import { explain } from "../../../cli/failures.ts";
import { trackEvents } from "../../../cli/pulumi/operation.ts";
import { recordedProgress } from "./quiet.ts";

const urn =
  "urn:pulumi:local::towpath::towpath:image:BuiltImage$docker:index/image:Image::notes-local-api-image-build";

/** Returns the error when the engine reported these lines of the build, and then this error. */
function said(told: readonly string[], error: string): string {
  const { see, seen, end } = trackEvents(recordedProgress(), "notes-local");
  for (const message of told)
    see({
      diagnosticEvent: {
        message: `<{%reset%}>${message}<{%reset%}>\n`,
        severity: "info",
        urn,
        ephemeral: true,
      },
    });
  see({ diagnosticEvent: { message: `<{%reset%}>${error}<{%reset%}>\n`, severity: "error", urn } });
  end();
  return explain({ ...seen, log: "", ending: "exit code 255" });
}

const expected = [
  'images.api: does not build, got exit code 7 from "npm ci"; its last lines:',
  "  | npm error 404",
  "  | npm error a complete log",
  "  | npm error can be found",
].join("\n");

const digest = `digest: sha256:${"0".repeat(64)}`;

describe("an image that does not build", () => {
  it("is reported with its last lines by the official plugin with BuildKit, which puts several records in one message", () => {
    const layer = `sha256:${"1".repeat(64)}`;
    const failure = "executor failed running [/bin/sh -c npm ci]: exit code: 7";
    const told = [
      "Starting Docker build",
      `${digest}\n[internal] load remote build context\n${digest}\n[internal] load remote build context`,
      `${digest}\ncopy /context /`,
      `${digest}\n[base 1/2] FROM registry.example/library/node:20\n${digest}\n[base 2/2] RUN npm ci`,
      `resolve registry.example/library/node:20\n${layer}\nextracting ${layer}`,
      `${digest}\n[base 2/2] RUN npm ci`,
      "npm error 404",
      "npm error a complete log\n\nnpm error can be found",
      `${digest}\n[base 2/2] RUN npm ci\nerror: ${failure}`,
    ];
    assert.equal(said(told, `error reading build output: ${failure}`), expected);
  });

  it("is reported with its last lines by the official plugin with the classic builder", () => {
    const told = [
      "Starting Docker build",
      "Step 1/2 : FROM base",
      "Pulling from library/base",
      "Pulling fs layer",
      "Downloading [====>      ]  1.2MB/3.4MB",
      "Download complete",
      "Pull complete",
      `Digest: sha256:${"2".repeat(64)}`,
      "Status: Downloaded newer image for base:latest",
      "---> 0123456789ab",
      "Step 2/2 : RUN npm ci",
      "---> Running in 0123456789ab",
      "npm error 404\nnpm error a complete log",
      "\u001b[91mnpm error can be found\n\u001b[0m",
      "Removing intermediate container 0123456789ab",
    ];
    const failure = "The command '/bin/sh -c npm ci' returned a non-zero code: 7";
    assert.equal(said(told, `error reading build output: ${failure}`), expected);
  });

  it("is reported with its last lines by our plugin, whose error repeats them", () => {
    const lines = ["npm error 404", "npm error a complete log", "npm error can be found"];
    const told = ["building notes-local-api:latest", "[base 2/2] RUN npm ci", ...lines];
    const failure = "executor failed running [/bin/sh -c npm ci]: exit code: 7";
    assert.equal(said(told, `image cannot be built: ${failure}\n  ${lines.join("\n  ")}`), expected);
  });

  it("is reported without lines by either when its command printed none", () => {
    const failure = "executor failed running [/bin/sh -c npm ci]: exit code: 7";
    for (const told of [
      ["Starting Docker build", `${digest}\n[base 2/2] RUN npm ci\nerror: ${failure}`],
      ["building notes-local-api:latest", "[base 2/2] RUN npm ci"],
    ])
      assert.equal(said(told, failure), 'images.api: does not build, got exit code 7 from "npm ci"');
  });
});
