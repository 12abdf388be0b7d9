/** What a server has to be and to have, with a fake `docker`. That it is so on a real one, test/e2e/local/lifecycle shows. */
import assert from "node:assert/strict";
import type { PreparePostgresInput } from "../../../components/contract/prepare-postgres.ts";
import { typed, type Played } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";

const image = { reference: "pgvector/pgvector:pg16", version: 16, dataPath: "/var/lib/postgresql/data" };

function preparing(more: Partial<PreparePostgresInput>, answer: string): Scene {
  const input: PreparePostgresInput = {
    ...{ container: "notes-postgres", administrator: "notes", databases: ["template1", "notes"] },
    extensions: [],
    ...more,
  };
  return { program: "prepare-postgres", input, script: `case "$*" in *psql*) ${answer} ;; esac` };
}

const asked = ({ calls }: Played): string[] => calls.map(({ input }) => input.toString());
const isSixteen = "printf '160004\\n/var/lib/postgresql/data\\n'";
const client =
  "exec -i notes-postgres psql --quiet --no-psqlrc --no-password --no-align --tuples-only --set ON_ERROR_STOP=1 --set VERBOSITY=terse";

describe("a PostgreSQL server that is prepared", function () {
  this.timeout(60_000);

  scene(
    "is asked for its version and the place of its data, and gets its extensions in each database",
    preparing({ image, extensions: ["vector", "uuid-ossp"] }, isSixteen),
    (played) => {
      assert.deepEqual(receiptOf(played), {
        container: "notes-postgres",
        extensions: ["vector", "uuid-ossp"],
      });
      const create = ["vector", "uuid-ossp"].map(
        (name) => `CREATE EXTENSION IF NOT EXISTS "${name}" CASCADE;\n`,
      );
      assert.deepEqual(asked(played), [
        "SHOW server_version_num;\nSHOW data_directory;\n",
        ...create,
        ...create,
      ]);
      assert.deepEqual(typed(played.calls).slice(1, 4), [
        `${client} --username notes --dbname template1`,
        `${client} --username notes --dbname template1`,
        `${client} --username notes --dbname notes`,
      ]);
    },
  );

  scene(
    "is refused when it is of another version",
    preparing({ image }, "printf '150014\\n/x\\n'"),
    (played) => {
      assert.equal(
        failureOf(played)[0],
        'postgres.image: expected an image of PostgreSQL 16, as postgres.version says, got "pgvector/pgvector:pg16", whose server is 15; take one of 16',
      );
    },
  );

  scene(
    "is refused when it has its data where no volume is",
    preparing({ image }, "printf '160004\\n/home/postgres/pgdata/data\\n'"),
    (played) => {
      assert.equal(
        failureOf(played)[0],
        'postgres.image: expected an image that keeps its data in /var/lib/postgresql/data, where the volume is, got "pgvector/pgvector:pg16", whose server has it in /home/postgres/pgdata/data; take one that is made from the official image',
      );
    },
  );

  const unavailable = `refuse 'ERROR:  extension "vector" is not available'`;
  scene(
    "says which extension it has not",
    preparing({ extensions: ["vector"], databases: ["notes"] }, unavailable),
    (played) => {
      assert.equal(
        failureOf(played)[0],
        'postgres.extensions: "vector" cannot be created in the database notes, got "ERROR:  extension "vector" is not available"; name an image that has it in postgres.image, or what it asks for in postgres.settings',
      );
    },
  );

  scene(
    "is asked by its clients where it is elsewhere",
    preparing({ extensions: ["vector"], databases: ["live"], external: true }, unavailable),
    (played) => {
      assert.deepEqual(typed(played.calls), [client]);
      assert.equal(
        failureOf(played)[0],
        'postgres.extensions: "vector" cannot be created in the database live, got "ERROR:  extension "vector" is not available"; have its administrator create it, or let the user of the URL do so',
      );
    },
  );
});
