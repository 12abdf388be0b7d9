import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { connections, secretFile } from "../../../components/application/connections.ts";
import { imageReference } from "../../../components/application/images.ts";
import { namesOf } from "../../../components/naming/names.ts";
import { merged } from "../assert-refused.ts";
import { notes } from "./notes.ts";

describe("connections", () => {
  const names = namesOf("notes-local");

  it("follow from the needs", () => {
    const application = parseApplication(
      merged(notes, {
        buckets: ["files", "my-files"],
        services: { api: { needs: ["postgres", "files", "my-files", "redis"] } },
      }),
    );
    assert.deepEqual(connections(application, application.services.api?.needs ?? [], names), {
      environment: {
        S3_ENDPOINT: "http://notes-local-object-storage:7070",
        S3_REGION: "us-east-1",
        S3_BUCKET_FILES: "notes-local-files",
        S3_BUCKET_MY_FILES: "notes-local-my-files",
      },
      secretNames: ["DATABASE_URL", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY", "REDIS_URL"],
    });
  });

  it("are none when a service needs only another service", () => {
    const application = parseApplication(notes);
    assert.deepEqual(connections(application, ["api"], names), { environment: {}, secretNames: [] });
    assert.deepEqual(connections(application, [], names), { environment: {}, secretNames: [] });
  });

  it("name the files of secrets", () => {
    assert.deepEqual(secretFile("JWT_SECRET"), {
      path: "/run/secrets/JWT_SECRET",
      variable: "JWT_SECRET_FILE",
    });
  });
});

describe("the reference of an image", () => {
  const through = (reference: string) => imageReference(reference, "cache.example.com/hub/");

  it("is unchanged without a mirror", () => {
    assert.equal(imageReference("postgres:15"), "postgres:15");
  });

  it("goes through the mirror when the image is Docker Hub's", () => {
    assert.equal(through("postgres:15"), "cache.example.com/hub/library/postgres:15");
    assert.equal(through("versity/versitygw:v1.8.0"), "cache.example.com/hub/versity/versitygw:v1.8.0");
    assert.equal(through("docker.io/redis:7"), "cache.example.com/hub/library/redis:7");
    assert.equal(through("index.docker.io/a/b"), "cache.example.com/hub/a/b");
    assert.equal(
      imageReference("caddy:2.11.9", "mirror.example.com"),
      "mirror.example.com/library/caddy:2.11.9",
    );
  });

  it("is unchanged when the image is in another registry", () => {
    for (const reference of [
      "ghcr.io/a/b:1",
      "localhost/a",
      "registry:5000/a",
      "localhost:5000/a@sha256:00",
    ]) {
      assert.equal(through(reference), reference);
    }
  });
});
