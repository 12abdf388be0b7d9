import type * as pulumi from "@pulumi/pulumi";
import type { StorageAddress } from "../application/storage-url.ts";
import type { RunLimits } from "../contract/command-run.ts";
import type { HostView } from "../host/host-view.ts";
import { blankOut } from "../input/blank-out.mjs";

/** An S3 storage that is not Towpath's. */
export interface ExternalStorage {
  /** The secret that holds its URL. */
  readonly secret: string;
  /** The URL as it is given. */
  readonly url: pulumi.Output<string>;
  readonly address: StorageAddress;
  /** The buckets' names there, by those in the application. */
  readonly buckets: Readonly<Record<string, string>>;
}

/** The storage that is asked, and who asks. */
export interface AskedStorage {
  readonly address: StorageAddress;
  readonly secret: string;
  /** The bucket's name there. */
  readonly bucket: string;
  /** The settings that name the storage and the bucket. */
  readonly settings: { readonly storage: string; readonly bucket: string };
  /** The host that has to reach it. */
  readonly host: string;
}

/**
 * What is asked comes on standard input, after a line each for the way there: an argument could be read by everyone on the
 * host. The image's own client for encrypted connections is too old for most servers: of these it is asked only whether they
 * take one.
 */
const script = `IFS=
read -r host; read -r port; read -r encrypted
exec 5>&1
case "$encrypted" in
  yes) timeout 10 nc -w 5 "$host" "$port" -e sh -c 'echo connected >&5' 2>&1 ;;
  *) timeout 10 nc -w 5 "$host" "$port" 2>&1 ;;
esac
exit 0`;

/** The time in which an encrypted storage has to answer this machine, in milliseconds. */
const patience = 10_000;

/**
 * Asks for a bucket, whether a release can use it: from the host, and where the connection is encrypted, from this machine as
 * far as it gets there. Returns why not; nothing, where it can. Changes nothing.
 */
export async function externalStorageProblem(
  asked: AskedStorage,
  { ask }: Pick<HostView, "ask">,
  run: { readonly image: string; readonly limits: RunLimits },
): Promise<string | undefined> {
  const { address, bucket } = asked;
  const { host, port, encrypted } = address;
  const way = `${host}\n${port}\n${encrypted ? "yes" : "no"}\n`;
  const request = await listing(address, bucket);
  const answer = await ask({ ...run, script, input: encrypted ? way : way + written(request) });
  if ("problem" in answer) return unreached(asked, answer.problem);
  const { printed } = answer;
  if (encrypted && printed.trim() === "connected") return judged(asked, await fromHere(address, request));
  const status = /^HTTP\/\S+ (\d{3})/.exec(printed)?.[1];
  // The client says nothing of a server that does not answer.
  if (status === undefined) return unreached(asked, printed.trim() || "no answer within 5 s");
  return judged(asked, { status: Number(status), body: printed });
}

/** A signed request. */
interface Signed {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a storage answered. */
interface Answered {
  readonly status: number;
  readonly body: string;
}

/** The signed request for what is in a bucket: for one object's name at most. */
async function listing({ endpoint, region, ...keys }: StorageAddress, bucket: string): Promise<Signed> {
  // Few programs have such a storage, and each would load it at its start.
  const { default: aws4 } = await import("aws4");
  const path = `/${bucket}?list-type=2&max-keys=1`;
  const { headers = {} } = aws4.sign({ host: new URL(endpoint).host, path, service: "s3", region }, keys);
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return { path, headers: Object.fromEntries(texts) };
}

function written({ path, headers }: Signed): string {
  const lines = Object.entries({ ...headers, Connection: "close" }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return [`GET ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}

/** Asks from this machine; undefined where that does not get there, for only the host has to. */
async function fromHere(
  { endpoint }: StorageAddress,
  { path, headers }: Signed,
): Promise<Answered | undefined> {
  try {
    const answer = await fetch(`${endpoint}${path}`, { headers, signal: AbortSignal.timeout(patience) });
    return { status: answer.status, body: await answer.text() };
  } catch {
    return undefined;
  }
}

function judged(asked: AskedStorage, answer: Answered | undefined): string | undefined {
  if (answer === undefined || answer.status === 200) return undefined;
  const code = /<Code>(\w+)<\/Code>/.exec(answer.body)?.[1];
  return refused(asked, code === undefined ? String(answer.status) : `${answer.status} ${code}`);
}

function unreached({ address, secret, host, settings }: AskedStorage, said: string): string {
  const line = said
    .trim()
    .replaceAll(/\s*\n\s*/g, "; ")
    .replaceAll(/\s+/g, " ");
  const hidden = blankOut(line, [address.secretAccessKey]);
  return `${settings.storage}: the object storage ${address.endpoint} does not answer ${host}, got "${hidden}"; correct the secret ${secret}, or have the server let ${host} in`;
}

function refused({ address, secret, bucket, settings }: AskedStorage, got: string): string {
  return `${settings.bucket}: the bucket "${bucket}" of ${address.endpoint} has to be there and may be listed with the keys in the secret ${secret}, got ${got}; make it, name another, or give the keys the right`;
}
