/**
 * A Redis on a server that is there already: what is asked of it before a release, and what is made for it.
 *
 * That a server answers so is proved in test/e2e/hosts.
 */
import { byName } from "./engine.ts";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parseApplication } from "../../../components/application/parse.ts";
import { redisAddress, type RedisAddress } from "../../../components/application/redis-url.ts";
import type { ExternalRedis } from "../../../components/data/external-redis.ts";
import {
  checkRedis,
  externalRedisOf,
  type RedisRelease,
} from "../../../components/environment/external-redis.ts";
import type { AskingScript, HostView } from "../../../components/host/host-view.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import type { StagingSettings } from "../../../components/settings/staging.ts";
import { notes } from "../application/notes.ts";
import { merged } from "../assert-refused.ts";
import { staging } from "../settings/good.ts";
import { hidden } from "./hidden.ts";
import { released } from "./released.ts";

type Answer = Awaited<ReturnType<HostView["ask"]>>;

const url = "redis://app:p%40ssword@cache.example.com/2";
const application = parseApplication(notes);

/** Checks a release of this Redis on a host where the script gives this answer. Returns what was asked. */
async function checked(
  answer: Answer,
  given = url,
  change: Partial<RedisRelease> = {},
): Promise<AskingScript[]> {
  const asked: AskingScript[] = [];
  const view: Pick<HostView, "ask"> = {
    ask: (script) => {
      asked.push(script);
      return Promise.resolve(answer);
    },
  };
  const external = {
    secret: "CACHE",
    url: pulumi.secret(given),
    address: redisAddress(given) as RedisAddress,
  };
  const settings = parseSettings(merged(staging, { maintenance: false })) as StagingSettings;
  const release = { application, external, last: undefined, ...change };
  await checkRedis(release, { settings, view, host: "app1" });
  return asked;
}

describe("an external Redis, before anything is made (000-54, 004-205)", () => {
  it("is found by the URL in its secret, whose value no message shows", async () => {
    const settings = parseSettings(
      merged(staging, { redis: { external: { url: "CACHE" } } }),
    ) as StagingSettings;
    const find = (value: string, lacking: string[] = []): Promise<ExternalRedis | undefined> =>
      externalRedisOf({ settings, secretValues: { CACHE: pulumi.secret(value) } }, lacking);
    const found = await find(url);
    assert.deepEqual([found?.secret, found?.address], ["CACHE", redisAddress(url)]);
    assert.equal(await externalRedisOf({ settings: parseSettings(staging), secretValues: {} }), undefined);
    await assert.rejects(find("http://cache:hunter2@x"), {
      name: "InputError",
      message:
        'towpath:redis.external.url: expected the URL of a Redis in the secret CACHE, got a URL that begins with "http://"; write redis://:password@host:6379/0, or rediss://… where it is encrypted, and each letter of a password that is none of a-z, 0-9, "-", "." and "_" as % and its code',
    });
    // A plan without the value still has something to go by.
    assert.equal((await find("missing", ["CACHE"]))?.address.host, "unknown");
  });

  it("is asked with the password on standard input, and an encrypted one without it", async () => {
    const [plain] = await checked({ printed: "PONG\n" });
    assert.equal(plain?.image, "docker.io/library/redis:7");
    assert.equal(plain.input, "cache.example.com\n6379\n2\nno\napp\np@ssword\n");
    assert.doesNotMatch(plain.script, /p@ssword/);
    const [encrypted] = await checked(
      { printed: "(error) NOAUTH Authentication required.\n" },
      url.replace("redis:", "rediss:"),
    );
    assert.equal(encrypted?.input, "cache.example.com\n6379\n0\nyes\n\n\n");
  });

  it("is not asked where this plan has no value, or the application has no Redis", async () => {
    assert.deepEqual(await checked({ problem: "x" }, url, { lacking: ["CACHE"] }), []);
    assert.deepEqual(await checked({ problem: "x" }, url, { application: {} }), []);
  });

  it("is refused when it does not answer, with its words and without the password", async () => {
    const refusal = (said: string): object => ({
      name: "InputError",
      message: `towpath:redis.external.url: the Redis on cache.example.com:6379 does not answer app1, got "${said}"; correct the secret CACHE, or have the server let app1 in`,
    });
    await assert.rejects(
      checked({ printed: "AUTH failed: WRONGPASS invalid username-password pair\np@ssword\n" }),
      refusal("AUTH failed: WRONGPASS invalid username-password pair; ***"),
    );
    await assert.rejects(
      checked({ printed: "(error) NOAUTH Authentication required." }),
      /got "\(error\) NOAUTH/,
    );
    await assert.rejects(checked({ problem: "no image: not found" }), refusal("no image: not found"));
    await assert.rejects(checked({ printed: "" }), refusal(""));
  });

  it("may not take the place of the one with users' data, nor give way to an empty one", async () => {
    const description = { services: {}, redis: { version: 7 as const } };
    await assert.rejects(checked({ printed: "PONG" }, url, { last: { description } }), {
      message:
        "towpath:redis.external: users' data is in Towpath's own Redis, got an external one; remove external, or change it in maintenance: see \"Another Redis\" in docs/external-services.md",
    });
    const last = { description, external: ["redis"] as const };
    await assert.rejects(checked({ printed: "PONG" }, url, { last, external: undefined }), {
      message:
        'towpath:redis.external: users\' data is in an external Redis, got none, and an empty one would take its place; put external back, or change it in maintenance: see "Another Redis" in docs/external-services.md',
    });
    await checked({ printed: "PONG" }, url, { last });
    await checked({ printed: "PONG" }, url, { last: { description: { services: {} } } });
  });

  it("leaves Towpath's own one its volume while users' data is in it", async () => {
    const last = { description: { services: {}, redis: { version: 7 as const } } };
    const cache = { redis: { version: 7 as const, persistent: false } };
    const own = { last, external: undefined };
    await assert.rejects(checked({ problem: "x" }, url, { ...own, application: cache }), {
      message:
        'redis.persistent: the volume notes-staging-redis holds users\' data, got false; take it away, or let go of the data in maintenance: see "Redis" in docs/services.md',
    });
    assert.deepEqual(await checked({ problem: "x" }, url, own), []);
    const first = { last: undefined, external: undefined };
    assert.deepEqual(await checked({ problem: "x" }, url, { ...first, application: cache }), []);
  });
});

describe("an external Redis, in a release", function () {
  this.timeout(60_000);

  it("takes the place of a server and its volume, and services get its URL as it is", async () => {
    const { registrations, result } = await released({
      settings: { redis: { external: { url: "CACHE" } } },
      externalRedis: { secret: "CACHE", url, address: redisAddress(url) as RedisAddress },
    });
    assert.deepEqual(
      registrations.filter(({ name }) => name.includes("redis")).map(({ name }) => name),
      [],
    );
    const uploads = byName(registrations)["notes-staging-worker"]?.inputs.uploads as { file: string }[];
    assert.deepEqual(
      uploads.filter(({ file }) => file.endsWith("/REDIS_URL")),
      [{ file: "/run/secrets/REDIS_URL", content: hidden(url), permissions: "0444" }],
    );
    assert.ok(Object.keys(result.secrets).includes("CACHE"));
  });
});
