import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import {
  majorIn,
  postgresImage,
  redisConfiguration,
  redisImage,
} from "../../../components/application/servers.ts";
import { messageOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

function refused(message: string, postgres: object): void {
  assert.equal(
    messageOf(() => parseApplication({ ...notes, postgres: { version: 16, ...postgres } })),
    message,
  );
}

function refusedRedis(message: string, redis: object): void {
  assert.equal(
    messageOf(() => parseApplication({ ...notes, redis: { version: 7, ...redis } })),
    message,
  );
}

describe("a PostgreSQL server", () => {
  it("is described by its version, image, settings and extensions", () => {
    const described = {
      version: 18,
      image: "pgvector/pgvector:0.8.1-pg18",
      settings: { max_connections: 200, jit: false, "auto_explain.log_min_duration": "5s" },
      extensions: ["vector", "uuid-ossp"],
    };
    const { postgres } = parseApplication({ ...notes, postgres: described });
    assert.deepEqual(postgres, {
      ...described,
      settings: { max_connections: "200", jit: "off", "auto_explain.log_min_duration": "5s" },
    });
    // A record keeps what was parsed, and it is parsed again.
    assert.deepEqual(parseApplication({ ...notes, postgres }).postgres, postgres);
    for (const version of [14, 15, 16, 17, 18]) parseApplication({ ...notes, postgres: { version } });
  });

  it("refuses what is no image, and one of another version", () => {
    const form = (got: string): string =>
      `postgres.image: expected the reference of an image of that version, with a tag or a digest, got ${got}; for example "pgvector/pgvector:pg16"`;
    refused(form('"pgvector/pgvector"'), { image: "pgvector/pgvector" });
    refused(form('"PG:16"'), { image: "PG:16" });
    refused(form("16"), { image: 16 });
    refused(
      'postgres.image: expected an image of PostgreSQL 16, as postgres.version says, got "postgis/postgis:15-3.4"; take its tag for 16',
      { image: "postgis/postgis:15-3.4" },
    );
  });

  it("refuses what is no setting, and those that Towpath sets", () => {
    const name = (got: string): string =>
      `postgres.settings.${got}: expected a setting's name of lower-case letters, digits and underscores, with at most one dot, got "${got}"; for example "max_connections"`;
    refused(name("max-connections"), { settings: { "max-connections": 1 } });
    refused(name("a.b.c"), { settings: { "a.b.c": 1 } });
    const value = (got: string): string =>
      `postgres.settings.work_mem: expected a number, true, false, or a text of one line and at most 1000 characters, got ${got}; for example 200, or "64MB"`;
    refused(value('"a\\nb"'), { settings: { work_mem: "a\nb" } });
    refused(value("null"), { settings: { work_mem: null } });
    refused('postgres.settings.port: Towpath sets it itself, got "5433"; remove it', {
      settings: { port: 5433 },
    });
    refused('postgres.settings.fsync: Towpath sets it itself, got "off"; remove it', {
      settings: { fsync: false },
    });
    refused(
      'postgres.settings: expected settings by their names, got ["a"]; for example { max_connections: 200 }',
      { settings: ["a"] },
    );
  });

  it("refuses what is no extension, and one that is named twice", () => {
    refused(
      'postgres.extensions[0]: expected an extension\'s name of letters, digits, hyphens and underscores, got "a\\"; DROP"; for example "pg_trgm"',
      { extensions: ['a"; DROP'] },
    );
    refused('postgres.extensions[1]: named twice, got "vector"; remove one of them', {
      extensions: ["vector", "vector"],
    });
    refused('postgres.imgae: unknown field; did you mean "image"', { imgae: "x:16" });
  });

  it("runs the official image where no other is named, through the mirror where there is one", () => {
    assert.equal(postgresImage({ version: 17 }), "postgres:17");
    assert.equal(
      postgresImage({ version: 17 }, "mirror.example/hub"),
      "mirror.example/hub/library/postgres:17",
    );
    const image = "pgvector/pgvector:pg17";
    assert.equal(postgresImage({ version: 17, image }, "mirror.example/hub"), `mirror.example/hub/${image}`);
  });

  it("is of the version that its image's tag says, where that counts PostgreSQL's", () => {
    const images = {
      "pgvector/pgvector:pg16": 16,
      "pgvector/pgvector:0.8.0-pg17-trixie": 17,
      "timescale/timescaledb:2.14.2-pg16": 16,
      "postgis/postgis:15-3.4-alpine": 15,
      "mirror.example:5000/library/postgres:18.1": 18,
      "registry.example:5000/team/db:3": undefined,
      [`team/db@sha256:${"0".repeat(64)}`]: undefined,
    };
    for (const [image, major] of Object.entries(images)) assert.equal(majorIn(image), major, image);
  });
});

describe("a Redis server", () => {
  it("is described by its version, make, settings and whether it keeps what is in it", () => {
    const described = {
      version: 8,
      server: "valkey",
      persistent: false,
      settings: { maxmemory: "64mb", "maxmemory-policy": "allkeys-lru", timeout: 30, lazyfree: true },
    };
    const { redis } = parseApplication({ ...notes, redis: described });
    const settings = { ...described.settings, timeout: "30", lazyfree: "yes" };
    assert.deepEqual(redis, { ...described, settings });
    // A record keeps what was parsed, and it is parsed again.
    assert.deepEqual(parseApplication({ ...notes, redis }).redis, redis);
    for (const version of [6, 7, 8])
      assert.deepEqual(parseApplication({ ...notes, redis: { version } }).redis, { version });
  });

  it("refuses what is no version, make or choice, and Valkey before its first", () => {
    refusedRedis("redis.version: expected a version out of 6, 7 and 8, got 5; take 7 if in doubt", {
      version: 5,
    });
    refusedRedis('redis.server: expected "redis" or "valkey", got "keydb"; leave it out for Redis', {
      server: "keydb",
    });
    refusedRedis("redis.version: Valkey begins with 7, got 6; take 7, or leave redis.server out", {
      version: 6,
      server: "valkey",
    });
    refusedRedis(
      'redis.persistent: expected true or false, got "no"; write false for a cache whose data may be lost',
      { persistent: "no" },
    );
    refusedRedis('redis.persistant: unknown field; did you mean "persistent"', { persistant: false });
  });

  it("refuses what is no setting, and those that Towpath sets", () => {
    refusedRedis(
      'redis.settings.max_memory: expected a setting\'s name of lower-case letters, digits and hyphens, got "max_memory"; for example "maxmemory-policy"',
      { settings: { max_memory: 1 } },
    );
    refusedRedis(
      'redis.settings.maxmemory: expected a number, true, false, or a text of one line and at most 1000 characters, got "1mb\\nsave 1 1"; for example 200, or "64MB"',
      { settings: { maxmemory: "1mb\nsave 1 1" } },
    );
    refusedRedis(
      'redis.settings: expected settings by their names, got ["a"]; for example { maxmemory: "100mb" }',
      { settings: ["a"] },
    );
    for (const name of ["appendonly", "save", "requirepass", "user", "replicaof", "include", "dir", "port"])
      refusedRedis(`redis.settings.${name}: Towpath sets it itself, got "x"; remove it`, {
        settings: { [name]: "x" },
      });
  });

  it("runs the official image of its make, through the mirror where there is one", () => {
    assert.equal(redisImage({ version: 6 }), "redis:6");
    assert.equal(redisImage({ version: 7 }, "mirror.example/hub"), "mirror.example/hub/library/redis:7");
    assert.equal(redisImage({ version: 7, server: "valkey" }), "valkey/valkey:7.2");
    assert.equal(
      redisImage({ version: 8, server: "valkey" }, "mirror.example/hub"),
      "mirror.example/hub/valkey/valkey:8",
    );
  });

  it("writes everything down, or nothing where it is a cache", () => {
    assert.deepEqual(redisConfiguration({}), ["appendonly yes", "dir /data"]);
    assert.deepEqual(redisConfiguration({ settings: { maxmemory: "1mb" } }, false), [
      ...["appendonly no", "dir /data", "maxmemory 1mb"],
    ]);
    assert.deepEqual(redisConfiguration({ persistent: false }), ["appendonly no", "dir /data", 'save ""']);
  });
});
