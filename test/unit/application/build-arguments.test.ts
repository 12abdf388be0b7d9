import assert from "node:assert/strict";
import {
  buildArgumentProblems,
  declaredArguments,
  withBuildArguments,
  type BuildArguments,
} from "../../../components/application/build-arguments.ts";
import { builtImages } from "../../../components/application/images.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import { merged } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const dockerfile = `ARG IMAGE_MIRROR
FROM \${IMAGE_MIRROR}/node AS page
ARG VITE_API_BASE=/api VITE_TITLE="two words"
arg \\
  VITE_THEME
RUN <<END
ARG NOT_ONE
END
# ARG NOR_THIS
`;
const description = merged(notes, {
  images: {
    web: { args: { VITE_TITLE: "Notes", VITE_API_BASE: "/api" } },
    mailpit: { from: "axllent/mailpit:v1.21" },
  },
});
const application = parseApplication(description);
const problemsOf = (given: BuildArguments, text: string | undefined = dockerfile): string[] =>
  buildArgumentProblems(application, given, { read: () => text });

describe("build arguments of an environment", () => {
  it("stand in for those of the application, image by image (000-51)", () => {
    const given = { web: { VITE_API_BASE: "http://localhost:8000" } };
    const images = builtImages(withBuildArguments(application, given).images);
    const before = builtImages(application.images);
    const own = { VITE_TITLE: "Notes", VITE_API_BASE: "http://localhost:8000" };
    assert.deepEqual(images.web?.args, { ...before.web?.args, ...own });
    assert.deepEqual(images.api, before.api);
    assert.deepEqual(withBuildArguments(application), application);
  });

  it("are accepted where the Dockerfile declares them, or the builder takes them by itself", () => {
    const web = {
      VITE_API_BASE: "",
      VITE_THEME: "dark",
      HTTPS_PROXY: "http://proxy",
      SOURCE_DATE_EPOCH: "0",
    };
    assert.deepEqual(problemsOf({ web, api: {} }), []);
    // That there is no Dockerfile, the build says.
    assert.deepEqual(buildArgumentProblems(application, { web: { X: "1" } }, { read: () => undefined }), []);
  });

  it("are refused that nothing takes, that Towpath sets, or that are secret", () => {
    const web = {
      ...{ VITE_API_BSE: "/api", FLAVOUR: "x", BUILD_COMMIT: "x", JWT_SECRET: "x" },
      VITE_THEME: "${secret.JWT_SECRET}",
    };
    assert.deepEqual(problemsOf({ wbe: {}, mailpit: { A: "1" }, web }), [
      'towpath:buildArgs.wbe: the application has no such image; did you mean "web"',
      "towpath:buildArgs.mailpit: the image is ready-made, so that nothing is built; remove it",
      'towpath:buildArgs.web.VITE_API_BSE: app/web/Dockerfile declares no such argument; did you mean "VITE_API_BASE"',
      'towpath:buildArgs.web.FLAVOUR: app/web/Dockerfile declares no such argument; add "ARG FLAVOUR" there',
      "towpath:buildArgs.web.BUILD_COMMIT: Towpath sets this argument itself; remove it",
      "towpath:buildArgs.web.JWT_SECRET: a secret of the application has this name, and an argument stays readable in the image; let the service read the secret",
      'towpath:buildArgs.web.VITE_THEME: expected a text without references, got "${secret.JWT_SECRET}"; write the value itself, and never a secret: it stays readable in the image',
    ]);
  });
});

describe("the arguments of a Dockerfile", () => {
  it("are those of all stages, several in a line and over lines, and none of comments and here-documents", () => {
    const names = ["IMAGE_MIRROR", "VITE_API_BASE", "VITE_TITLE", "VITE_THEME"];
    assert.deepEqual(declaredArguments(dockerfile), names);
  });
});
