import type * as pulumi from "@pulumi/pulumi";
import { imageReference } from "../application/images.ts";
import { redisInWords, type RedisAddress } from "../application/redis-url.ts";
import type { RunLimits } from "../contract/command-run.ts";
import type { HostView } from "../host/host-view.ts";
import { blankOut } from "../input/blank-out.mjs";

/** A Redis that is not Towpath's. */
export interface ExternalRedis {
  /** The secret that holds its URL. */
  readonly secret: string;
  /** The URL as it is given, with all its options. */
  readonly url: pulumi.Output<string>;
  readonly address: RedisAddress;
}

/** The server that is asked, and who asks. */
export interface AskedRedis {
  readonly address: RedisAddress;
  readonly secret: string;
  /** The major version of the client. */
  readonly version: number;
  /** The host that has to reach it. */
  readonly host: string;
}

/** What the client is told comes on standard input, a line each: an argument could be read by everyone on the host. */
const script = `IFS=
read -r host; read -r port; read -r database; read -r encrypted; read -r user; read -r REDISCLI_AUTH
[ -n "$REDISCLI_AUTH" ] && export REDISCLI_AUTH || unset REDISCLI_AUTH
set -- -h "$host" -p "$port" -n "$database"
[ -z "$user" ] || set -- "$@" --user "$user"
[ "$encrypted" = no ] || set -- "$@" --tls --insecure
timeout 10 redis-cli --no-auth-warning "$@" ping 2>&1 && exit 0
[ "$?" = 124 ] && echo "no answer within 10 s"
exit 0`;

/** Asks a Redis from the host whether a release can use it. Returns why not; nothing, where it can. Changes nothing. */
export async function externalRedisProblem(
  asked: AskedRedis,
  { ask }: Pick<HostView, "ask">,
  { imageMirror, limits }: { readonly imageMirror: string; readonly limits: RunLimits },
): Promise<string | undefined> {
  const { address, version } = asked;
  const { host, port, database, encrypted } = address;
  // Who answers an encrypted connection is not known here, for the image has no authorities: it is not told the password.
  const { user = "", password = "" } = encrypted ? {} : address;
  const lines = [
    host,
    String(port),
    encrypted ? "0" : String(database),
    encrypted ? "yes" : "no",
    user,
    password,
  ];
  const answer = await ask({
    image: imageReference(`redis:${version}`, imageMirror),
    script,
    input: `${lines.join("\n")}\n`,
    limits,
  });
  const said = "problem" in answer ? answer.problem : answer.printed.trim();
  if (said === "PONG" || (encrypted && /\bNOAUTH\b/.test(said))) return undefined;
  return unreached(asked, said);
}

function unreached({ address, secret, host }: AskedRedis, said: string): string {
  const line = said.replaceAll(/\s*\n\s*/g, "; ").replaceAll(/\s+/g, " ");
  const hidden = blankOut(line, address.password === undefined ? [] : [address.password]);
  return `towpath:redis.external.url: the Redis on ${redisInWords(address)} does not answer ${host}, got "${hidden}"; correct the secret ${secret}, or have the server let ${host} in`;
}
