import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseApplication } from "../../../components/application/parse.ts";
import { checkContexts } from "../../../components/image/contexts.ts";
import { messageOf } from "../assert-refused.ts";

describe("a build context", () => {
  let root: string;
  let project: string;

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "towpath-contexts-")));
    project = join(root, "shop/infra");
    mkdirSync(project, { recursive: true });
    mkdirSync(join(root, "shop/api"));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const check = (image: object) => () => {
    checkContexts(
      parseApplication({ name: "shop", images: { api: image }, services: { api: { image: "api" } } }),
      project,
    );
  };
  const inRepository = (): void => {
    mkdirSync(join(root, "shop/.git"));
  };

  it("may lie anywhere in the git repository of the project", () => {
    inRepository();
    check({ context: "." })();
    check({ context: "../api", dockerfile: "../infra/api.Dockerfile" })();
    check({ context: "../api", dev: { target: "dev", mounts: { "../api/src": "/src" } } })();
  });

  it("is refused outside of the repository, as are Dockerfiles and mounted folders", () => {
    inRepository();
    const fix = `name one within ${root}/shop`;
    assert.equal(
      messageOf(check({ context: "../../shop2", dockerfile: "Dockerfile" })),
      [
        `images.api.context: outside of the project's git repository, got "../../shop2"; ${fix}`,
        `images.api.dockerfile: outside of the project's git repository, got "Dockerfile"; ${fix}`,
      ].join("\n"),
    );
    assert.equal(
      messageOf(
        check({
          context: "../api",
          dockerfile: "../../Dockerfile",
          dev: { target: "dev", mounts: { "../..": "/src" } },
        }),
      ),
      [
        `images.api.dockerfile: outside of the project's git repository, got "../../Dockerfile"; ${fix}`,
        `images.api.dev.mounts.../..: outside of the project's git repository, got "../.."; ${fix}`,
      ].join("\n"),
    );
  });

  it("stays within a project that is in no git repository", () => {
    check({ context: "api" })();
    assert.equal(
      messageOf(check({ context: "../api" })).split("\n")[0],
      `images.api.context: outside of the project's git repository, got "../api"; name one within ${project}, or make a git repository above both, there is none`,
    );
  });

  it("must not contain private files", () => {
    inRepository();
    writeFileSync(join(root, "shop/api/.env"), "PASSWORD=x");
    assert.equal(
      messageOf(check({ context: "../api" })),
      "images.api.context: a build must not see what is private to this machine, got .env; add **/.env to ../api/.dockerignore, a line each",
    );
  });
});
