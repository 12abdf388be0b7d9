import assert from "node:assert/strict";
import { keptRedisProblem, lostCache, lostInWords } from "../../../components/environment/kept-redis.ts";

type Server = Parameters<typeof keptRedisProblem>[0];

function problem(redis: Server, before: Server, maintenance = false): string | undefined {
  return keptRedisProblem(redis, before, { volume: "notes-staging-redis", maintenance });
}

describe("users' data in Redis", () => {
  it("is not given up by a release, but in maintenance", () => {
    const redis = { version: 7, persistent: false } as const;
    assert.equal(
      problem(redis, { version: 7 }),
      'redis.persistent: the volume notes-staging-redis holds users\' data, got false; take it away, or let go of the data in maintenance: see "Redis" in docs/services.md',
    );
    assert.equal(problem(redis, { version: 7 }, true), undefined);
    assert.equal(problem(redis, redis), undefined);
    assert.equal(problem({ version: 7 }, redis), undefined);
    assert.deepEqual(
      [
        lostCache(redis, { version: 7, persistent: true }),
        lostCache(redis, redis),
        lostCache({ version: 7 }, redis),
      ],
      [true, false, false],
    );
  });

  it("is told of where it goes", () => {
    assert.equal(
      lostInWords("notes-pr-12-redis"),
      "redis.persistent: it is false now, and the volume notes-pr-12-redis is removed with what is in it",
    );
  });

  it("is not handed to a server that may not read it, in maintenance neither", () => {
    const older =
      'redis.version: the volume notes-staging-redis was written by Redis 7, and Redis 6 may not read it, got 6; keep 7, or let go of the data first: see "Redis" in docs/services.md';
    assert.equal(problem({ version: 6 }, { version: 7 }), older);
    assert.equal(problem({ version: 6 }, { version: 7 }, true), older);
    assert.equal(
      problem({ version: 8, server: "valkey" }, { version: 7 }),
      'redis.server: the volume notes-staging-redis was written by Redis 7, and Valkey 8 may not read it, got "valkey"; keep "redis", or let go of the data first: see "Redis" in docs/services.md',
    );
    assert.equal(
      problem({ version: 8 }, { version: 8, server: "valkey" }),
      'redis.server: the volume notes-staging-redis was written by Valkey 8, and Redis 8 may not read it, got "redis"; keep "valkey", or let go of the data first: see "Redis" in docs/services.md',
    );
    assert.equal(problem({ version: 8 }, { version: 6 }), undefined);
    assert.equal(problem({ version: 7, server: "valkey" }, { version: 6 }), undefined);
    assert.equal(problem({ version: 7, server: "redis" }, { version: 7 }), undefined);
    // What is in a cache may be lost anyway.
    const cache = { persistent: false } as const;
    assert.equal(problem({ version: 6, ...cache }, { version: 8, ...cache }), undefined);
    assert.equal(problem({ version: 6 }, { version: 8, ...cache }), undefined);
  });
});
