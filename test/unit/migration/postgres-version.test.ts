import assert from "node:assert/strict";
import { checkPostgresVersion } from "../../../components/migration/postgres-version.ts";
import { InputError } from "../../../components/input/input-error.ts";

/** Returns the refusal when the record and the volume name these versions; undefined when there is none. */
async function refusal(
  version: 15 | 16 | undefined,
  recorded: number | undefined,
  onDisk?: number | "not asked",
): Promise<string | undefined> {
  try {
    await checkPostgresVersion(version === undefined ? {} : { postgres: { version } }, {
      volume: "notes-production-postgres",
      recorded,
      onDisk: () =>
        onDisk === "not asked" ? assert.fail("asked for the volume's version") : Promise.resolve(onDisk),
    });
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

describe("PostgreSQL's major version", () => {
  it("must not change on existing data", async () => {
    assert.equal(
      await refusal(16, 15, 15),
      'postgres.version: the volume notes-production-postgres was made by PostgreSQL 15, which no other major version can open, got 16; keep 15, or move the data first: see "Another major version of PostgreSQL" in docs/data.md',
    );
  });

  it("must not be removed with existing data", async () => {
    assert.equal(
      await refusal(undefined, 15, 15),
      'postgres: the volume notes-production-postgres holds users\' data, got an application without postgres; put postgres back, or see "What is protected" in docs/data.md',
    );
  });

  it("is the volume's once the data was moved, or when there is none", async () => {
    assert.equal(await refusal(16, 15, 16), undefined);
    assert.equal(await refusal(16, 15, undefined), undefined);
    assert.equal(await refusal(undefined, 15, undefined), undefined);
  });

  it("is not looked up when the record names the same one, or none", async () => {
    assert.equal(await refusal(15, 15, "not asked"), undefined);
    assert.equal(await refusal(15, undefined, "not asked"), undefined);
  });
});
