import * as pulumi from "@pulumi/pulumi";
import type { Application, RedisServer } from "../application/application.ts";
import { redisAddress, redisInWords } from "../application/redis-url.ts";
import { externalRedisProblem, type ExternalRedis } from "../data/external-redis.ts";
import type { HostView } from "../host/host-view.ts";
import { limitsFromSettings } from "../host/run-limits.ts";
import { InputError } from "../input/input-error.ts";
import { namesOf } from "../naming/names.ts";
import type { ReleaseRecord } from "../plan/release-record.ts";
import { externalUrl } from "../settings/external.ts";
import { kinds } from "../settings/kinds.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";
import { plainValue } from "./external-database.ts";
import { keptRedisProblem, lostCache, lostInWords } from "./kept-redis.ts";
import { checkMoved, type KeptService } from "./moved-service.ts";

const kept: KeptService = {
  service: "redis",
  title: "Redis",
  otherwise: 'change it in maintenance: see "Another Redis"',
};

/** Stands for the address of a Redis in a plan that is not given its URL. */
const unknownUrl = "redis://unknown";

/**
 * The Redis that the settings name on a server that is there already; undefined where Towpath makes one.
 *
 * @param lacking the secrets that this plan has no value of
 * @throws InputError for a URL that leads to none; it shows nothing of the value
 */
export async function externalRedisOf(
  { settings, secretValues }: Pick<LoadedSettings, "settings" | "secretValues">,
  lacking: readonly string[] = [],
): Promise<ExternalRedis | undefined> {
  const external = externalUrl(settings, "redis");
  if (external === undefined) return undefined;
  const { secret, place } = external;
  const value = lacking.includes(secret) ? unknownUrl : await plainValue(secretValues[secret]);
  const address = redisAddress(value);
  if (typeof address === "string") {
    throw new InputError([
      `${place}: expected the URL of a Redis in the secret ${secret}, got ${address}; write redis://:password@host:6379/0, or rediss://… where it is encrypted, and each letter of a password that is none of a-z, 0-9, "-", "." and "_" as % and its code`,
    ]);
  }
  return { secret, address, url: pulumi.secret(value) };
}

/** A release, as far as its Redis goes. */
export interface RedisRelease {
  readonly application: Pick<Application, "redis">;
  readonly external: ExternalRedis | undefined;
  /** The newest record of the stack; left out for a first release. */
  readonly last: Pick<ReleaseRecord, "description" | "external"> | undefined;
  /** The secrets that this plan has no value of. */
  readonly lacking?: readonly string[] | undefined;
}

/**
 * Makes sure that users do not lose what is in their Redis, and asks an external one, from the host, whether a release can use it.
 *
 * @throws InputError with the reason why not
 */
export async function checkRedis(
  { application: { redis }, external, last, lacking = [] }: RedisRelease,
  { settings, view, host }: { settings: ReleasedSettings; view: Pick<HostView, "ask">; host: string },
): Promise<void> {
  if (redis === undefined) return;
  const { imageMirror = "docker.io", limits, maintenance } = settings;
  const had = last?.description?.redis !== undefined;
  if (!maintenance) checkMoved(kept, last, { had, isExternal: external !== undefined });
  if (external === undefined) {
    checkKept(redis, last, settings);
    return;
  }
  if (lacking.includes(external.secret)) return;
  const { address, secret } = external;
  const run = { imageMirror, limits: limitsFromSettings(limits) };
  const problem = await externalRedisProblem({ address, secret, version: redis.version, host }, view, run);
  if (problem !== undefined) throw new InputError([problem]);
  void pulumi.log.info(`redis: the external Redis on ${redisInWords(address)}`);
  const described = Object.keys(redis.settings ?? {});
  if (described.length > 0)
    void pulumi.log.warn(
      `redis.settings: the external Redis on ${redisInWords(address)} keeps its own; see there that it has ${described.join(", ")}`,
    );
}

/** Makes sure that the data of a server of Towpath's own is still there for users after the release; elsewhere says that it goes. */
function checkKept(
  redis: RedisServer,
  last: RedisRelease["last"],
  { environment, namespace, maintenance }: ReleasedSettings,
): void {
  const had = last?.external?.includes("redis") === true ? undefined : last?.description?.redis;
  if (had === undefined) return;
  const volume = namesOf(namespace).volume("redis");
  if (kinds[environment].data !== "protected") {
    if (lostCache(redis, had)) void pulumi.log.warn(lostInWords(volume));
    return;
  }
  const problem = keptRedisProblem(redis, had, { volume, maintenance });
  if (problem !== undefined) throw new InputError([problem]);
}
