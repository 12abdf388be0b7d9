/** The resources of a migration where users' data is; the work of its step is proved in test/e2e/hosts. */
import { byName, deployed, valueOf, type Registration } from "./engine.ts";
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { databaseServer } from "../../../components/data/postgres.ts";
import { DockerHost } from "../../../components/host/docker-host.ts";
import { Migration, type MigrationCare } from "../../../components/migration/migration.ts";
import type { WithWayDown } from "../../../components/plan/rollback-schema.ts";
import { hidden } from "./hidden.ts";

const migrations: WithWayDown = {
  service: "api",
  up: ["alembic", "upgrade", "head"],
  down: ["alembic", "downgrade"],
  current: ["alembic", "current"],
  base: "base",
  pending: ["list", "{revision}"],
};

/** The step of a migration with this care, and the migration itself. */
async function migrationWith(
  change: Partial<MigrationCare>,
): Promise<{ step: Registration | undefined; migration: Migration }> {
  const { registrations, result } = await deployed(
    () =>
      new Migration("migration", {
        imageId: pulumi.output("sha256:new"),
        command: migrations.up,
        environment: {},
        variables: {},
        files: {},
        mounts: {},
        timeoutSeconds: 900,
        limits: { memory: 256 * 1024 ** 2, cpus: 2, pids: 64 },
        host: new DockerHost("host", { networkName: "notes" }),
        labels: { "towpath.part": "migration" },
        care: {
          careful: true,
          migrations,
          capabilities: [],
          server: databaseServer(pulumi.output("notes-postgres"), pulumi.output("x"), {
            administrator: "notes",
            owner: "notes",
          }),
          database: "notes",
          lockWaitSeconds: 60,
          ...change,
        },
      }),
  );
  return { step: byName(registrations)["migration-run"], migration: result };
}

const lock = { container: "notes-postgres", administrator: "notes", database: "notes", waitSeconds: 60 };
const shared = {
  network: "notes",
  environment: {},
  variables: {},
  files: {},
  labels: { "towpath.part": "migration" },
  timeoutSeconds: 900,
  limits: { memory: 256 * 1024 ** 2, pids: 64, remedy: "raise towpath:limits.memory" },
  capabilities: [],
};

describe("a migration of a database with users' data", () => {
  it("runs under a lock, after a dump, and again only for another image", async () => {
    const backup = { volume: pulumi.output("notes-backups"), release: "0123456789ab" };
    const { step } = await migrationWith({ backup });
    assert.deepEqual(step?.inputs.triggers, ["sha256:new"]);
    assert.deepEqual(
      step.inputs.stdin,
      hidden({
        ...shared,
        image: "sha256:new",
        command: ["alembic", "upgrade", "head"],
        care: {
          lock,
          current: ["alembic", "current"],
          pending: ["list", "{revision}"],
          base: "base",
          backup: { volume: "notes-backups", release: "0123456789ab" },
        },
      }),
    );
  });

  it("only dumps before a service that migrates by itself", async () => {
    const backup = { volume: pulumi.output("notes-backups"), release: "0123456789ab" };
    const { step } = await migrationWith({ migrations: { service: "api", atStart: true }, backup });
    assert.deepEqual(
      step?.inputs.stdin,
      hidden({
        ...shared,
        image: "sha256:new",
        command: ["alembic", "upgrade", "head"],
        care: { lock, backup: { volume: "notes-backups", release: "0123456789ab" } },
      }),
    );
  });

  it("runs nothing for an earlier release that keeps the schema", async () => {
    const { step, migration } = await migrationWith({ rollback: { at: "0005" } });
    assert.equal(step, undefined);
    assert.deepEqual(await valueOf(migration.receipt), { before: "0005", after: "0005", applied: [] });
    assert.deepEqual(await valueOf(migration.schema), { before: "0005", after: "0005", applied: [] });
    assert.equal(await valueOf(migration.backup), undefined);
  });

  it("asks the release that is rolled back whether the schema is where its record left it", async () => {
    const from = {
      record: "0123456789ab",
      image: "registry/api@sha256:newer",
      migrations,
      whether: "asked" as const,
    };
    const { step, migration } = await migrationWith({ rollback: { at: "0005", from } });
    assert.deepEqual(step?.inputs.triggers, ["sha256:new"]);
    assert.deepEqual(
      step.inputs.stdin,
      hidden({
        ...shared,
        image: "registry/api@sha256:newer",
        command: ["alembic", "upgrade", "head"],
        care: {
          lock,
          current: ["alembic", "current"],
          pending: ["list", "{revision}"],
          base: "base",
          stays: { at: "0005", record: "0123456789ab", accepted: false },
        },
      }),
    );
    assert.equal(await valueOf(migration.backup), undefined);
  });

  it("takes the schema down with the image that can do so", async () => {
    const downgrade = { to: "0004", image: "registry/api@sha256:newer", migrations };
    const { step } = await migrationWith({ rollback: { at: "0005", downgrade } });
    assert.deepEqual(step?.inputs.triggers, ["sha256:new", "down to 0004"]);
    assert.deepEqual(
      step.inputs.stdin,
      hidden({
        ...shared,
        image: "registry/api@sha256:newer",
        command: ["alembic", "downgrade", "0004"],
        care: { lock, current: ["alembic", "current"], target: "0004", base: "base" },
      }),
    );
  });
});
