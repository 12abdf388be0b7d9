/** PostgreSQL as application.ts describes it. That a real server is so, test/e2e/local/lifecycle shows. */
import { byName, deployed, type Registration } from "./engine.ts";
import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { BackingServices } from "../../../components/data/backing-services.ts";
import { DockerHost } from "../../../components/host/docker-host.ts";
import { namesOf } from "../../../components/naming/names.ts";
import { kinds } from "../../../components/settings/kinds.ts";
import { notes } from "../application/notes.ts";
import { Hidden } from "./hidden.ts";

type Surroundings = Partial<ConstructorParameters<typeof BackingServices>[1]>;

/** Returns what an application with that server registers. */
async function registered(
  postgres: object,
  more: Surroundings = {},
): Promise<Readonly<Record<string, Registration>>> {
  const { registrations } = await deployed(
    () =>
      new BackingServices("data", {
        application: parseApplication({ ...notes, postgres }),
        names: namesOf("notes-staging"),
        ...{ imageMirror: "docker.io", gateTimeoutSeconds: 60, kind: kinds.staging },
        host: new DockerHost("host", { networkName: "notes-staging" }),
        labels: (part) => ({ "towpath.part": part }),
        ...more,
      }),
  );
  return byName(registrations);
}

function server(resources: Readonly<Record<string, Registration>>): Readonly<Record<string, unknown>> {
  return resources["data-postgres-container"]?.inputs ?? assert.fail("no server");
}

function prepared(resources: Readonly<Record<string, Registration>>): unknown {
  return (resources["data-postgres-prepare"]?.inputs.stdin as Hidden | undefined)?.value;
}

describe("PostgreSQL as an application describes it", () => {
  it("is the official image with its own settings, and nothing is prepared, where only a version is said", async () => {
    const resources = await registered({ version: 15 });
    assert.equal(server(resources).image, "docker.io/library/postgres:15");
    assert.equal(server(resources).command, undefined);
    assert.equal(resources["data-postgres-prepare"], undefined);
  });

  it("has its data where the image of its version has it", async () => {
    for (const [version, path] of [
      [14, "/var/lib/postgresql/data"],
      [17, "/var/lib/postgresql/data"],
      [18, "/var/lib/postgresql"],
    ] as const) {
      const { image, volumes } = server(await registered({ version }));
      assert.equal(image, `docker.io/library/postgres:${version}`);
      assert.deepEqual(volumes, [{ volumeName: "notes-staging-postgres", containerPath: path }]);
    }
  });

  it("runs another image with settings, which is looked at before its databases are used", async () => {
    const resources = await registered({
      ...{ version: 16, image: "pgvector/pgvector:pg16", extensions: ["vector"] },
      settings: { max_connections: 200, shared_preload_libraries: "pg_stat_statements" },
    });
    const { image, command } = server(resources);
    assert.equal(image, "docker.io/pgvector/pgvector:pg16");
    const settings = ["max_connections=200", "shared_preload_libraries=pg_stat_statements"];
    assert.deepEqual(command, ["postgres", ...settings.flatMap((one) => ["-c", one])]);
    const { containerId, ...input } = prepared(resources) as Record<string, unknown>;
    assert.equal(typeof containerId, "string");
    assert.deepEqual(input, {
      ...{ container: "notes-staging-postgres", administrator: "notes_staging" },
      image: { reference: "pgvector/pgvector:pg16", version: 16, dataPath: "/var/lib/postgresql/data" },
      databases: ["template1", "notes_staging"],
      extensions: ["vector"],
    });
    // Adding it to a server that runs replaces no copy that uses it.
    const step = resources["data-postgres-prepare"]?.urn ?? "";
    assert.deepEqual(
      Object.values(resources).filter(({ sources }) => Object.values(sources).flat().includes(step)),
      [],
    );
  });

  it("has its settings beside those of data in memory", async () => {
    const resources = await registered({ version: 15, settings: { max_connections: 9 } }, { kind: kinds.ci });
    const careless = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
    assert.deepEqual(server(resources).command, [
      "postgres",
      ...[...careless, "max_connections=9"].flatMap((one) => ["-c", one]),
    ]);
  });

  it("gets its extensions in a clone of a template, and on a server that another namespace lends", async () => {
    const postgres = { version: 15, extensions: ["pg_trgm"] };
    const template = { containerName: "templates", containerId: "0e5a", administrator: "admin", version: 15 };
    const own = { databases: ["notes_staging"], extensions: ["pg_trgm"] };
    assert.deepEqual(prepared(await registered(postgres, { template })), {
      ...{ container: "templates", administrator: "admin" },
      ...own,
    });
    const reused = namesOf("notes-local");
    assert.deepEqual(prepared(await registered(postgres, { reused })), {
      ...{ container: "notes-local-postgres", administrator: "notes_local" },
      ...own,
    });
  });
});
