import assert from "node:assert/strict";
import {
  hashesOf,
  missingQuestion,
  personalColumn,
  unmaskedIn,
  unmaskedQuestion,
} from "../../../steps/database/personal-columns.ts";

const email = personalColumn("users.email");
const address = personalColumn("audit.events.ip address");

describe("columns with personal data", () => {
  it("are of the schema public unless they name another", () => {
    assert.deepEqual(email, { name: "users.email", schema: "public", table: "users", column: "email" });
    assert.deepEqual([address.schema, address.table, address.column], ["audit", "events", "ip address"]);
  });

  it("are asked for by the text that they are named with", () => {
    assert.match(
      missingQuestion([email, personalColumn("o'hara.x")]),
      /VALUES \('users\.email', 'public', 'users', 'email'\), \('o''hara\.x', 'public', 'o''hara', 'x'\)\)/,
    );
  });

  it("are compared by hashes, each with its own", () => {
    const columns = [email, address];
    const hashes = hashesOf(columns);
    assert.match(hashes, /column_0 AS\s+SELECT DISTINCT sha256\(convert_to\("email"::text, 'UTF8'\)\)/);
    assert.match(hashes, /column_1 AS\s+SELECT DISTINCT .*FROM "audit"\."events"/s);
    // A column that the mask took away is no longer asked.
    assert.match(
      unmaskedQuestion([address], columns),
      /column_1\)\), count\(\*\) FROM "audit"\."events";\n$/,
    );
  });

  it("are reported with the number of rows that are as they were", () => {
    assert.deepEqual(unmaskedIn(["0|120", "3|7"], [email, address]), [
      { name: "audit.events.ip address", rows: 3, all: 7 },
    ]);
  });
});
