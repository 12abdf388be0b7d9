import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import type { ImageBuild } from "../../../components/application/application.ts";
import {
  changedInputs,
  developmentIgnore,
  developmentProblems,
  inDevelopment,
  mountedInContext,
  reloadingServices,
  type ProjectFiles,
} from "../../../components/application/development.ts";
import { builtImages } from "../../../components/application/images.ts";
import { merged, refusalOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const mounts = { "app/api/notes": "/app/notes", shared: "/shared" };
const application = parseApplication(
  merged(notes, {
    images: { api: { dev: { target: "dev", mounts } } },
    services: { worker: { devCommand: ["watch", "worker"] } },
  }),
);

describe("an application in development", () => {
  it("is built for the development stages, with its source mounted, and runs its development commands", () => {
    const { images, services } = inDevelopment(application);
    const { api } = builtImages(images);
    assert.equal(api?.target, "dev");
    assert.deepEqual(api.mounts, mounts);
    assert.deepEqual(images.web, application.images.web);
    assert.deepEqual(services.worker?.command, ["watch", "worker"]);
    assert.deepEqual(services.api, application.services.api);
  });

  it("reloads the services whose image mounts something", () => {
    assert.deepEqual(reloadingServices(application), ["api", "worker"]);
    assert.deepEqual(reloadingServices(parseApplication(notes)), []);
  });
});

describe("a development build", () => {
  const image = (context: string, mounted: string[]): ImageBuild => ({
    context,
    dockerfile: "Dockerfile",
    args: {},
    mounts: Object.fromEntries(mounted.map((path) => [path, "/x"])),
  });

  it("leaves mounted folders out of its context, and nothing else", () => {
    const mounted = (context: string, folders: string[]): string[] =>
      mountedInContext("/shop/infra", image(context, folders));
    assert.deepEqual(mounted("app/api", ["app/api/notes", "app/apis", "shared"]), ["notes"]);
    assert.deepEqual(mounted("./app/api/", ["./app/api/src/main/"]), ["src/main"]);
    assert.deepEqual(mounted(".", ["app/api", "../api"]), ["app/api"]);
    assert.deepEqual(mountedInContext("/shop/infra", { context: "app" }), []);
  });

  it("leaves mounted folders out of a context above the project too", () => {
    const mounted = (context: string, folders: string[]): string[] =>
      mountedInContext("/shop/infra", image(context, folders));
    assert.deepEqual(mounted("../api", ["../api/src", "../apis", "src"]), ["src"]);
    assert.deepEqual(mounted("..", ["../api/src", "web", "../..data"]), ["api/src", "infra/web", "..data"]);
  });

  it("ignores mounted folders after everything that the context itself ignores", () => {
    assert.equal(
      developmentIgnore("/shop", "node_modules\n!notes/keep\n\n", image("app", ["app/notes"])),
      "node_modules\n!notes/keep\nnotes\n",
    );
    assert.equal(developmentIgnore("/shop", "", image("app", [])), "\n");
  });

  it("is due again for files that changed, were added or removed", () => {
    assert.deepEqual(changedInputs({ a: "1", b: "1", c: "1" }, { a: "1", b: "2", d: "1" }), ["b", "c", "d"]);
    assert.deepEqual(changedInputs({ a: "1" }, { a: "1" }), []);
  });
});

describe("a development image is refused", () => {
  const files = (dockerfile: string | undefined, ...folders: string[]): ProjectFiles => ({
    root: "/shop/infra",
    isFolder: (path) => folders.includes(path),
    read: (path) => (path === "app/api/Dockerfile" ? dockerfile : undefined),
  });
  const problems = (dockerfile: string | undefined, ...folders: string[]): string[] =>
    developmentProblems(application, files(dockerfile, ...folders));

  it("only when its stage or its folders are missing", () => {
    assert.deepEqual(problems("FROM a AS DEV", "app/api/notes", "shared"), []);
    assert.deepEqual(developmentProblems(parseApplication(notes), files(undefined)), []);
  });

  it("when the Dockerfile has no such stage, while a missing Dockerfile is left to the build", () => {
    const there = ["app/api/notes", "shared"];
    assert.deepEqual(problems("FROM a AS base\nFROM base AS devl", ...there), [
      'images.api.dev.target: no such stage in app/api/Dockerfile, got "dev"; did you mean "devl"',
    ]);
    assert.deepEqual(problems("FROM a", ...there), [
      'images.api.dev.target: no such stage in app/api/Dockerfile, got "dev"; write FROM … AS dev',
    ]);
    assert.deepEqual(problems(undefined, ...there), []);
  });

  it("when a folder is missing", () => {
    assert.deepEqual(problems("FROM a AS dev", "shared"), [
      'images.api.dev.mounts.app/api/notes: no such folder in the project, got "app/api/notes"; name one that exists',
    ]);
  });

  it("when a folder holds the whole context", () => {
    const whole = (mounted: string): string[] => {
      const dev = { target: "dev", mounts: { [mounted]: "/app" } };
      const described = parseApplication(merged(notes, { images: { api: { dev } } }));
      return developmentProblems(described, files("FROM a AS dev", mounted));
    };
    for (const mounted of ["app/api", "./app/api/", "app", "."]) {
      assert.deepEqual(whole(mounted), [
        `images.api.dev.mounts.${mounted}: the image would be built of nothing, got its whole context "app/api"; name folders inside it`,
      ]);
    }
  });
});

describe("a development command is refused", () => {
  it("when its image is never built for development", () => {
    const services = { worker: { devCommand: ["watch", "worker"] } };
    refusalOf(parseApplication, notes)(
      'services.worker.devCommand: images.api has no dev, got ["watch","worker"]; declare it there',
      { services },
    );
    parseApplication(merged(notes, { services, images: { api: { dev: { target: "dev" } } } }));
  });
});
