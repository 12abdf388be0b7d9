import assert from "node:assert/strict";
import {
  postgresAddress,
  postgresInWords,
  serviceFile,
} from "../../../components/application/postgres-url.ts";

/** The address that a URL says; fails for one that says none. */
function addressOf(url: string): Exclude<ReturnType<typeof postgresAddress>, string> {
  const address = postgresAddress(url);
  return typeof address === "string" ? assert.fail(address) : address;
}

describe("the URL of a PostgreSQL database (000-39, 004-201)", () => {
  it("says the way to it, with every letter as it is", () => {
    assert.deepEqual(
      addressOf(
        "postgresql://notes:p%40ss%2Fw%3A%23%5B@db.example.com:6543/my%20notes?sslmode=require&pgbouncer=true",
      ),
      {
        ...{ host: "db.example.com", port: 6543, user: "notes", password: "p@ss/w:#[", database: "my notes" },
        options: { sslmode: "require" },
      },
    );
    const short = { host: "db", port: 5432, user: "notes", database: "notes", options: {} };
    for (const scheme of ["postgres", "postgresql", "postgresql+asyncpg"]) {
      assert.deepEqual(addressOf(`${scheme}://notes@db/notes`), short);
    }
    assert.deepEqual(addressOf("postgres://notes@[2001:db8::1]/notes?ssl=true"), {
      ...{ ...short, host: "2001:db8::1", options: { sslmode: "require" } },
    });
  });

  it("is none without what leads to a database, and is not shown", () => {
    const found = {
      "": "a text that is no URL",
      "hunter2:5432": "a text that is no URL",
      "mysql://notes:hunter2@db/notes": 'a URL that begins with "mysql://"',
      "postgresql://notes:hunter2@db": "a URL without a database",
      "postgresql://notes:hunter2@db/": "a URL without a database",
      "postgresql://db/notes": "a URL without a user",
      "postgresql:///notes": "a URL without a host",
      "postgresql://notes:hunter2@one:1,two:2/notes":
        "a text that is no URL, or has a letter that is not encoded",
      "postgresql://notes:hunter2#x@db/notes": "a text that is no URL, or has a letter that is not encoded",
      "postgresql://notes:hunter2%x@db/notes": "a text that is no URL, or has a letter that is not encoded",
      "postgresql://notes:hunter2%0Ahost=else@db/notes":
        "a URL with a space at the end of a part, or a letter that cannot be printed",
      "postgresql://notes:hunter2%20@db/notes":
        "a URL with a space at the end of a part, or a letter that cannot be printed",
    };
    for (const [url, problem] of Object.entries(found)) assert.equal(postgresAddress(url), problem, url);
  });

  it("becomes a file for PostgreSQL's own clients, and words without its password", () => {
    const address = addressOf(
      "postgres://notes:p%40ss@db/notes?application_name=api&connect_timeout=3&sslmode=require",
    );
    assert.equal(
      serviceFile(address),
      "[external]\nhost=db\nport=5432\ndbname=notes\nuser=notes\npassword=p@ss\nconnect_timeout=3\nsslmode=require\n",
    );
    assert.equal(
      serviceFile(addressOf("postgres://notes@db/notes")),
      "[external]\nhost=db\nport=5432\ndbname=notes\nuser=notes\nconnect_timeout=10\n",
    );
    assert.equal(postgresInWords(address), "notes on db:5432");
    assert.equal(postgresInWords(addressOf("postgres://notes@[::1]:1/notes")), "notes on [::1]:1");
  });
});
