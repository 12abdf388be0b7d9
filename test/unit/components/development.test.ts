/**
 * The sample application in `local` with its source mounted, where it differs from what is released.
 *
 * A mock cannot prove that an edit is served, nor that it builds nothing: test/e2e/reload does.
 */
import { byName, deployed, outcome, type Registration } from "./engine.ts";
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { application } from "../../../application.ts";
import { Hidden } from "./hidden.ts";
import { localProgram } from "./local.ts";

const namespace = "development-test";
const kept = join(".towpath", "namespaces", namespace);
const configuration = { "towpath:namespace": namespace };

describe("the sample application with its source mounted", function () {
  this.timeout(30_000);
  let resources: Record<string, Registration>;

  before(async () => {
    resources = byName((await deployed(localProgram(application), { configuration })).registrations);
  });
  after(() => {
    rmSync(kept, { recursive: true });
  });

  it("builds the development stage with a Dockerfile that ignores mounted folders", () => {
    const { dockerfile, target, context } = resources[`${namespace}-api-image-build`]?.inputs.build as Record<
      string,
      string
    >;
    assert.deepEqual(
      [context, dockerfile, target],
      ["app/api", join(kept, "development/api/Dockerfile"), "dev"],
    );
    assert.equal(readFileSync(String(dockerfile), "utf8"), readFileSync("app/api/Dockerfile", "utf8"));
    const own = readFileSync("app/api/.dockerignore", "utf8");
    assert.equal(readFileSync(`${dockerfile}.dockerignore`, "utf8"), `${own}notes\ntests\n`);
  });

  it("builds with local's own arguments (000-51)", async () => {
    const buildArgs = JSON.stringify({ web: { HTTP_PROXY: "http://proxy" } });
    const asked = { ...configuration, "towpath:buildArgs": buildArgs };
    const { registrations } = await deployed(localProgram(application), { configuration: asked });
    const { build } = byName(registrations)[`${namespace}-web-image-build`]?.inputs ?? {};
    assert.equal((build as { args: Record<string, string> }).args.HTTP_PROXY, "http://proxy");
  });

  it("mounts the source read-only, into the containers and for the migration", () => {
    const inputs = resources[`${namespace}-worker`]?.inputs;
    assert.deepEqual(inputs?.volumes, [
      { hostPath: resolve("app/api/notes"), containerPath: "/app/notes", readOnly: true },
      { hostPath: resolve("app/api/tests"), containerPath: "/app/tests", readOnly: true },
    ]);
    assert.deepEqual(inputs.command, ["watchfiles", "--filter", "python", "python -m notes.worker", "notes"]);
    const migration = resources[`${namespace}-release-migration-run`]?.inputs.stdin as Hidden;
    assert.deepEqual((migration.value as { mounts: unknown }).mounts, {
      "app/api/notes": "/app/notes",
      "app/api/tests": "/app/tests",
    });
  });

  it("records what the image was built from, without the source", () => {
    const inputs = JSON.parse(readFileSync(join(kept, "development/api/inputs.json"), "utf8")) as object;
    assert.ok("app/api/requirements.txt" in inputs);
    assert.ok("app/api/Dockerfile" in inputs);
    assert.deepEqual(
      Object.keys(inputs).filter((path) => path.startsWith("app/api/notes/")),
      [],
    );
  });

  it("records nothing in a plan", async () => {
    const planned = { "towpath:namespace": `${namespace}-plan` };
    const folder = join(".towpath", "namespaces", `${namespace}-plan`);
    try {
      await deployed(localProgram(application), { configuration: planned, preview: true });
      assert.ok(!existsSync(join(folder, "development/api/inputs.json")));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is refused before the first resource when a stage or a folder is missing", async () => {
    const api = { context: "app/api", dev: { target: "devel", mounts: { "app/api/note": "/app/notes" } } };
    const { thrown, registrations } = await outcome(
      localProgram({ ...application, images: { ...application.images, api } }),
      { configuration },
    );
    assert.equal(
      (thrown as Error).message,
      [
        'images.api.dev.target: no such stage in app/api/Dockerfile, got "devel"; did you mean "dev"',
        'images.api.dev.mounts.app/api/note: no such folder in the project, got "app/api/note"; name one that exists',
      ].join("\n"),
    );
    assert.ok(pulumi.RunError.isInstance(thrown), "shown with a stack trace");
    assert.deepEqual(registrations, []);
  });
});
