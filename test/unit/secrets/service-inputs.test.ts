import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { found } from "../../../components/application/names.ts";
import { namesOf } from "../../../components/naming/names.ts";
import { knownInputs, serviceInputs } from "../../../components/secrets/service-inputs.ts";

const around = {
  ...{ environment: "staging", namespace: "notes-staging", version: "1.2.3" },
  ...{ domain: "notes.example.com", url: "https://notes.example.com" },
};

describe("a service's variables", () => {
  it("tell its environment by name, so that shared telemetry tells previews apart (002-178, 002-183)", () => {
    const application = parseApplication({
      name: "notes",
      images: { api: { context: "api" } },
      services: {
        api: {
          image: "api",
          port: 8000,
          health: { path: "/" },
          environment: { OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=${environment},team=$${team}" },
        },
      },
    });
    const names = namesOf("notes-pr-47");
    const facts = { ...around, environment: "pr-47" };
    const all = { application, facts, names, secretValues: {} };
    assert.deepEqual(serviceInputs(all, found(application.services, "api")).environment, {
      TOWPATH_ENVIRONMENT: "pr-47",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=pr-47,team=${team}",
    });
  });

  it("tell where the files of secrets are (000-55)", () => {
    const application = parseApplication({
      name: "notes",
      images: { api: { context: "api" } },
      redis: { version: 7 },
      services: { api: { image: "api", needs: ["redis"], secrets: ["LICENSE_KEY"] } },
      secrets: { LICENSE_KEY: { path: "/etc/app/license.json" } },
    });
    const secretValues = { LICENSE_KEY: "{}", REDIS_URL: "redis://x" };
    const all = { application, facts: around, names: namesOf("notes-staging"), secretValues };
    assert.deepEqual(knownInputs(all, found(application.services, "api")), {
      environment: {
        TOWPATH_ENVIRONMENT: "staging",
        REDIS_URL_FILE: "/run/secrets/REDIS_URL",
        LICENSE_KEY_FILE: "/etc/app/license.json",
      },
      variables: {},
      files: { REDIS_URL: "redis://x", LICENSE_KEY: "{}" },
    });
  });

  it("hold what they refer to, and are secret where that is", async () => {
    const environment = {
      ADDRESS: "${url} ${domain} ${namespace} ${version}",
      DATABASE_URL:
        "postgresql+asyncpg://${postgres.user}:${postgres.password}@${postgres.host}:${postgres.port}/${postgres.database}?ssl=off",
      FILES: "${bucket.files.endpoint}/${bucket.files.name} in ${bucket.files.region}",
      KEYS: "${bucket.files.accessKey}:${bucket.files.secretKey}",
      SMTP_URL: "smtp://notes:${secret.SMTP_PASSWORD}@smtp.example.com",
    };
    const application = parseApplication({
      name: "notes",
      images: { api: { context: "api" } },
      postgres: { version: 15 },
      buckets: ["files"],
      services: {
        api: { image: "api", needs: ["postgres", "files"], secrets: ["SMTP_PASSWORD"], environment },
      },
    });
    const service = found(application.services, "api");
    const known = {
      DATABASE_URL: "postgresql://notes:p%40ss@db:5432/notes_1",
      S3_ACCESS_KEY_ID: "id",
      S3_SECRET_ACCESS_KEY: "key",
      SMTP_PASSWORD: "mail",
    };
    const all = { application, facts: around, names: namesOf("notes-staging") };
    const inputs = knownInputs({ ...all, secretValues: known }, service);
    assert.deepEqual(inputs.environment, {
      TOWPATH_ENVIRONMENT: "staging",
      S3_ENDPOINT: "http://notes-staging-object-storage:7070",
      S3_REGION: "us-east-1",
      S3_BUCKET_FILES: "notes-staging-files",
      ADDRESS: "https://notes.example.com notes.example.com notes-staging 1.2.3",
      FILES: "http://notes-staging-object-storage:7070/notes-staging-files in us-east-1",
      S3_ACCESS_KEY_ID_FILE: "/run/secrets/S3_ACCESS_KEY_ID",
      S3_SECRET_ACCESS_KEY_FILE: "/run/secrets/S3_SECRET_ACCESS_KEY",
      SMTP_PASSWORD_FILE: "/run/secrets/SMTP_PASSWORD",
    });
    assert.deepEqual(inputs.variables, {
      DATABASE_URL: "postgresql+asyncpg://notes:p@ss@db:5432/notes_1?ssl=off",
      KEYS: "id:key",
      SMTP_URL: "smtp://notes:mail@smtp.example.com",
    });
    // In the application's own form only.
    assert.deepEqual(Object.keys(inputs.files), [
      "S3_ACCESS_KEY_ID",
      "S3_SECRET_ACCESS_KEY",
      "SMTP_PASSWORD",
    ]);

    const secretValues = Object.fromEntries(
      Object.entries(known).map(([name, value]) => [name, pulumi.secret(value)]),
    );
    const later = found(serviceInputs({ ...all, secretValues }, service).variables, "SMTP_URL");
    assert.equal(await pulumi.isSecret(later), true);
  });

  it("are left out of what runs with fewer connections", () => {
    const application = parseApplication({
      name: "notes",
      images: { api: { context: "api" } },
      postgres: { version: 15 },
      services: {
        api: {
          image: "api",
          needs: ["postgres"],
          environment: { DB: "${postgres.host}", LOG_LEVEL: "info" },
        },
      },
    });
    const all = { application, facts: around, names: namesOf("notes-ci"), secretValues: {} };
    assert.deepEqual(serviceInputs(all, found(application.services, "api"), []), {
      ...{ environment: { TOWPATH_ENVIRONMENT: "staging", LOG_LEVEL: "info" }, variables: {}, files: {} },
    });
  });
});
