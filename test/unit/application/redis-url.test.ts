import assert from "node:assert/strict";
import { redisAddress, redisInWords, type RedisAddress } from "../../../components/application/redis-url.ts";

describe("the URL of a Redis (000-54, 004-205)", () => {
  it("says the way to it, with letters that are encoded", () => {
    assert.deepEqual(redisAddress("redis://stg"), { host: "stg", port: 6379, database: 0, encrypted: false });
    assert.deepEqual(redisAddress("rediss://app:p%40ss%2Fword@[fd00::1]:6380/12"), {
      ...{ host: "fd00::1", port: 6380, user: "app", password: "p@ss/word" },
      ...{ database: 12, encrypted: true },
    });
    assert.deepEqual(redisAddress("redis://:secret@cache.example.com/"), {
      ...{ host: "cache.example.com", port: 6379, password: "secret", database: 0, encrypted: false },
    });
  });

  it("is told from what is none, without a part that may be secret", () => {
    for (const [text, said] of [
      ["hunter2", "a text that is no URL"],
      ["http://cache:hunter2@x", 'a URL that begins with "http://"'],
      ["redis://:hunter2@", "a text that is no URL, or has a letter that is not encoded"],
      ["redis://:hunter%2@cache", "a text that is no URL, or has a letter that is not encoded"],
      ["redis://:hunter#2@cache", "a text that is no URL, or has a letter that is not encoded"],
      ["redis://:hunter%0A2@cache", "a text that is no URL, or has a letter that is not encoded"],
      ["redis:///0", "a URL without a host"],
      ["redis://cache/hunter2", "a URL whose database is no number"],
    ]) {
      assert.equal(redisAddress(text ?? ""), said, text);
    }
  });

  it("has a name without a password", () => {
    assert.equal(redisInWords(redisAddress("redis://:hunter2@cache") as RedisAddress), "cache:6379");
    assert.equal(redisInWords(redisAddress("redis://[fd00::1]:7") as RedisAddress), "[fd00::1]:7");
  });
});
