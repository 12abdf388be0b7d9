import assert from "node:assert/strict";
import {
  asText,
  connectionIn,
  partNamed,
  storagePartNamed,
} from "../../../../../cli/init/compose/connection-texts.ts";
import { postgresVersionOf, redisVersionOf } from "../../../../../cli/init/compose/image-reference.ts";
import { wordsOf } from "../../../../../cli/init/compose/words.ts";

describe("texts that lead to a server", () => {
  const hosts = { postgres: ["db"], redis: ["redis"], "object-storage": ["minio"], bucket: "files" };
  const text = (value: string, name = "X_URL"): string | undefined => connectionIn(name, value, hosts)?.text;
  const login =
    "${postgres.user}:${postgres.password}@${postgres.host}:${postgres.port}/${postgres.database}";

  it("are written with references, in their own form (000-49, 002-712)", () => {
    assert.equal(text("postgresql://u:p@db:5432/app"), "${postgres.url}");
    assert.equal(text("postgresql+asyncpg://u:p@db:5432/app"), `postgresql+asyncpg://${login}`);
    assert.equal(text("postgres://u:p%40@db/app?sslmode=disable"), `postgres://${login}?sslmode=disable`);
    assert.equal(
      text("jdbc:postgresql://db:5432/app"),
      "jdbc:postgresql://${postgres.host}:${postgres.port}/${postgres.database}",
    );
    assert.equal(
      text("host=db port=5432 user=u password=p dbname=d sslmode=disable"),
      "host=${postgres.host} port=${postgres.port} user=${postgres.user} password=${postgres.password} dbname=${postgres.database} sslmode=disable",
    );
    assert.equal(
      text("Server=db;Port=5432;Database=d;User Id=u;Password=p"),
      "Server=${postgres.host};Port=${postgres.port};Database=${postgres.database};User Id=${postgres.user};Password=${postgres.password}",
    );
    assert.equal(text("redis://redis:6379/0"), "${redis.url}");
    assert.equal(text("redis://:p@redis/2"), "redis://:${redis.password}@${redis.host}:${redis.port}/2");
    assert.equal(text("redis:6379"), "${redis.host}:${redis.port}");
    assert.equal(text("http://minio:9000/files"), "${bucket.files.endpoint}/files");
  });

  it("keep what is no reference as a text", () => {
    assert.equal(asText("${X} $${Y}"), "$${X} $$${Y}");
  });

  it("lead nowhere else: another host, or a word that is a driver's name", () => {
    for (const value of ["postgresql://u:p@dbs:5432/app", "mydb:5432", "redis", "http://api:80", ""])
      assert.equal(text(value), undefined, value);
    assert.equal(text("db", "DB_HOST"), "${postgres.host}");
  });

  it("have parts that names show", () => {
    const shown = (name: string): string => {
      const { need = "", part = "" } = partNamed(name) ?? {};
      return `${need}.${part}`;
    };
    assert.deepEqual(
      [
        "PGHOST",
        "DB_USER",
        "POSTGRES_SERVER",
        "APP_DATABASE_NAME",
        "REDIS_PORT",
        "REDIS_DB",
        "DB_ENGINE",
      ].map(shown),
      ["postgres.host", "postgres.user", "postgres.host", "postgres.database", "redis.port", ".", "."],
    );
    assert.deepEqual(
      ["AWS_ACCESS_KEY_ID", "S3_SECRET_KEY", "AWS_REGION", "S3_BUCKET", "API_SECRET_KEY"].map(
        storagePartNamed,
      ),
      ["accessKey", "secretKey", "region", "name", undefined],
    );
  });
});

describe("versions of images", () => {
  it("are those that Towpath has, else the nearest", () => {
    const shown = (image: string): string => {
      const { version, instead } = postgresVersionOf(image) ?? {};
      return `${version} for ${instead ?? "itself"}`;
    };
    assert.deepEqual(
      [
        "postgres:16-alpine",
        "postgres",
        "postgis/postgis:15-3.4",
        "timescale/timescaledb:2.14-pg16",
        "postgres:13.4",
      ].map(shown),
      ["16 for itself", "17 for any", "15 for itself", "16 for itself", "14 for 13"],
    );
    assert.equal(shown("postgres:18"), "18 for itself");
    for (const image of ["postgres:banana", "postgres:99", "postgres:7"])
      assert.equal(postgresVersionOf(image), undefined);
    assert.deepEqual(redisVersionOf("redis:6-alpine"), { version: 6 });
    assert.deepEqual(redisVersionOf("redis:5"), { version: 6, instead: 5 });
    assert.deepEqual(redisVersionOf("redis:8"), { version: 8 });
    assert.deepEqual(redisVersionOf("valkey/valkey:8"), { version: 8 });
    assert.deepEqual(redisVersionOf("valkey/valkey:7.2"), { version: 7 });
    assert.deepEqual(redisVersionOf("keydb:6"), { version: 7, instead: "any" });
  });
});

describe("the words of a command line", () => {
  it("are parted as a shell does", () => {
    assert.deepEqual(wordsOf(`sh -c "a 'b' \\"c\\"" 'd e' f\\ g ""`), [
      "sh",
      "-c",
      `a 'b' "c"`,
      "d e",
      "f g",
      "",
    ]);
    assert.deepEqual(wordsOf("  "), []);
  });
});
