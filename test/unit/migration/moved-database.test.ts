import assert from "node:assert/strict";
import { checkMovedDatabase } from "../../../components/migration/moved-database.ts";
import { messageOf } from "../assert-refused.ts";

const own = { postgres: 15 };
const elsewhere = { postgres: 15, external: ["postgres"] } as const;

describe("a database that users' data is in", () => {
  it("does not become another one while there are users", () => {
    assert.equal(
      messageOf(() => {
        checkMovedDatabase({ last: own, external: true, maintenance: false });
      }),
      "towpath:postgres.external: users' data is in the environment's own database, got an external one in its place; leave external out, or move the data in maintenance: see \"Moving the data\" in docs/external-services.md",
    );
    assert.equal(
      messageOf(() => {
        checkMovedDatabase({ last: elsewhere, external: false, maintenance: false });
      }),
      'towpath:postgres.external: users\' data is in an external database, got none, and an empty one would take its place; put external back, or move the data in maintenance: see "Moving the data" in docs/external-services.md',
    );
  });

  it("may be moved in maintenance, and stays free to choose before the first release", () => {
    for (const external of [true, false]) {
      checkMovedDatabase({ last: own, external, maintenance: true });
      checkMovedDatabase({ last: elsewhere, external, maintenance: true });
      checkMovedDatabase({ last: undefined, external, maintenance: false });
      checkMovedDatabase({ last: {}, external, maintenance: false });
    }
    checkMovedDatabase({ last: own, external: false, maintenance: false });
    checkMovedDatabase({ last: elsewhere, external: true, maintenance: false });
  });
});
