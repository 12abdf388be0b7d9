import assert from "node:assert/strict";
import { builtImages, imageReference, isReference } from "../../../components/application/images.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import { merged, refusalOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const mail = {
  images: { mailpit: { from: "axllent/mailpit:v1.21" } },
  services: { mail: { image: "mailpit", only: ["local"], port: 8025 } },
};
const refused = refusalOf(parseApplication, merged(notes, mail) as object);
const image = (change: object) => ({ images: { mailpit: change } });

describe("a ready-made image", () => {
  it("is its reference and nothing else (000-53b)", () => {
    const { images } = parseApplication(merged(notes, mail));
    assert.deepEqual(images.mailpit, { from: "axllent/mailpit:v1.21" });
    assert.deepEqual(Object.keys(builtImages(images)), ["api", "web"]);
  });

  it("has a reference as Docker reads it, with a tag or a digest", () => {
    const digest = `sha256:${"0a".repeat(32)}`;
    for (const from of [
      ...["redis:7", "library/redis:7", "docker.io/library/redis:latest", "a__b/c-d/e.f:1"],
      ...[
        "localhost:5000/redis:7",
        "registry.example.com/team/tool:1.0",
        `redis@${digest}`,
        `redis:7@${digest}`,
      ],
    ]) {
      const { images } = parseApplication(merged(notes, merged(mail, image({ from }))));
      assert.deepEqual(images.mailpit, { from });
    }
    for (const text of ["", " ", "Redis:7", "https://a/b:1", "a//b:1", "a:", "a@sha256:1", "-a:1", "a:b:c"])
      assert.equal(isReference(text), false, text);
  });

  it("is taken from the mirror that stands for Docker Hub", () => {
    assert.equal(
      imageReference("axllent/mailpit:v1.21", "cache.example.com/hub"),
      "cache.example.com/hub/axllent/mailpit:v1.21",
    );
    assert.equal(imageReference("ghcr.io/a/b:1", "cache.example.com/hub"), "ghcr.io/a/b:1");
  });

  it("is refused with what it cannot be", () => {
    refused(
      `images.mailpit.from: expected an image's reference, as docker pull takes it, got "Mailpit:v1"; for example "axllent/mailpit:v1.21"`,
      image({ from: "Mailpit:v1" }),
    );
    refused(
      `images.mailpit.from: expected an image's reference, as docker pull takes it, got 1; for example "axllent/mailpit:v1.21"`,
      image({ from: 1 }),
    );
    refused(
      'images.mailpit.from: expected a reference with a tag or a digest, for without one it means "latest", which is another image tomorrow, got "axllent/mailpit"; for example "axllent/mailpit:v1.21"',
      image({ from: "axllent/mailpit" }),
    );
    refused(
      'images.mailpit: expected a folder to build, or the reference of a ready-made image, got {}; write { context: "app/api" } or { from: "axllent/mailpit:v1.21" }',
      image({ from: undefined }),
    );
    refused(
      [
        'images.mailpit.context: a ready-made image is not built, got "mail"; remove it, or from',
        'images.mailpit.dockerfile: a ready-made image is not built, got "Dockerfile"; remove it, or from',
        'images.mailpit.target: a ready-made image is not built, got "last"; remove it, or from',
        'images.mailpit.args: a ready-made image is not built, got {"A":"b"}; remove it, or from',
        'images.mailpit.dev: a ready-made image is not built, got {"target":"dev","mounts":{}}; remove it, or from',
      ].join("\n"),
      image({
        ...{ context: "mail", dockerfile: "Dockerfile", target: "last" },
        ...{ args: { A: "b" }, dev: { target: "dev" } },
      }),
    );
    refused('images.mailpit.form: unknown field; did you mean "from"', image({ form: "redis:7" }));
    refused('services.mail.devCommand: images.mailpit is ready-made, got ["watch"]; remove it', {
      services: { mail: { devCommand: ["watch"] } },
    });
  });
});
