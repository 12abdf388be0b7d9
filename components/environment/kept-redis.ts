import type { RedisServer } from "../application/application.ts";

/** What a server keeps, and who reads it. */
type Kept = Pick<RedisServer, "version" | "server" | "persistent">;

/** True when a server would run without the volume that the one before had. */
export function lostCache({ persistent = true }: Kept, before: Kept): boolean {
  return !persistent && before.persistent !== false;
}

/** Says that a volume goes with its data. */
export function lostInWords(volume: string): string {
  return `redis.persistent: it is false now, and the volume ${volume} is removed with what is in it`;
}

const guide = 'see "Redis" in docs/services.md';

/** Returns why a server may not take the place of another one, whose volume has users' data. */
export function keptRedisProblem(
  redis: Kept,
  before: Kept,
  { volume, maintenance }: { readonly volume: string; readonly maintenance: boolean },
): string | undefined {
  if (lostCache(redis, before)) {
    return maintenance
      ? undefined
      : `redis.persistent: the volume ${volume} holds users' data, got false; take it away, or let go of the data in maintenance: ${guide}`;
  }
  if (redis.persistent === false || before.persistent === false || opens(redis, before)) return undefined;
  const [field, got, keep] =
    makeOf(redis) === makeOf(before)
      ? ["version", redis.version, before.version]
      : ["server", `"${makeOf(redis)}"`, `"${makeOf(before)}"`];
  return `redis.${field}: the volume ${volume} was written by ${inWords(before)}, and ${inWords(redis)} may not read it, got ${got}; keep ${keep}, or let go of the data first: ${guide}`;
}

/**
 * Whether a server reads what another one wrote: newer ones read the older. Valkey was made from Redis 7.2, and the image of
 * Redis 7 is of 7.4, whose files are newer; Redis 6 does not find those of 7 at all, and would begin empty.
 */
function opens(redis: Kept, before: Kept): boolean {
  if (makeOf(redis) === makeOf(before)) return redis.version >= before.version;
  return makeOf(redis) === "valkey" && before.version === 6;
}

function makeOf({ server = "redis" }: Kept): "redis" | "valkey" {
  return server;
}

function inWords(server: Kept): string {
  return `${makeOf(server) === "valkey" ? "Valkey" : "Redis"} ${server.version}`;
}
