import type * as pulumi from "@pulumi/pulumi";
import aws4 from "aws4";
import type { StorageAddress } from "../application/storage-url.ts";
import type { RunLimits } from "../contract/command-run.ts";
import type { HostView } from "../host/host-view.ts";
import { blankOut } from "../secrets/blank-out.ts";

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
  /** The bucket's name in the application, and there. */
  readonly bucket: { readonly name: string; readonly real: string };
  /** The host that has to reach it. */
  readonly host: string;
}

/**
 * What is asked comes on standard input, after a line each for the way there: an argument could be read by everyone on the
 * host. Who answers is not known there, for the image may have no authorities; the request is signed, and is no secret to them.
 */
const script = `IFS=
read -r host; read -r port; read -r encrypted
exec 4<&0 5>&1
case "$encrypted" in
  yes) timeout 10 nc -w 5 "$host" "$port" -e sh -c 'exec 3<&0; ssl_client -s 3 -n "$0" <&4 >&5' "$host" 2>&1 ;;
  *) timeout 10 nc -w 5 "$host" "$port" 2>&1 ;;
esac
exit 0`;

/** Asks for a bucket from the host, whether a release can use it. Returns why not; nothing, where it can. Changes nothing. */
export async function externalStorageProblem(
  asked: AskedStorage,
  { ask }: Pick<HostView, "ask">,
  run: { readonly image: string; readonly limits: RunLimits },
): Promise<string | undefined> {
  const { address, bucket } = asked;
  const { host, port, encrypted } = address;
  const answer = await ask({
    ...run,
    script,
    input: `${host}\n${port}\n${encrypted ? "yes" : "no"}\n${listing(address, bucket.real)}`,
  });
  if ("problem" in answer) return unreached(asked, answer.problem);
  const status = /^HTTP\/\S+ (\d{3})/.exec(answer.printed)?.[1];
  if (status === "200") return undefined;
  // The client says nothing of a server that does not answer.
  if (status === undefined) return unreached(asked, answer.printed.trim() || "no answer within 5 s");
  const code = /<Code>(\w+)<\/Code>/.exec(answer.printed)?.[1];
  return refused(asked, code === undefined ? status : `${status} ${code}`);
}

/** The signed request for what is in a bucket: for one object's name at most. */
function listing({ endpoint, region, ...keys }: StorageAddress, bucket: string): string {
  const path = `/${bucket}?list-type=2&max-keys=1`;
  const signed = aws4.sign({ host: new URL(endpoint).host, path, service: "s3", region }, keys);
  const headers = Object.entries(signed.headers ?? {}).map(
    ([name, value]) => `${name}: ${String(value)}\r\n`,
  );
  return `GET ${path} HTTP/1.1\r\n${headers.join("")}Connection: close\r\n\r\n`;
}

function unreached({ address, secret, host }: AskedStorage, said: string): string {
  const line = said
    .trim()
    .replaceAll(/\s*\n\s*/g, "; ")
    .replaceAll(/\s+/g, " ");
  const hidden = blankOut(line, [address.secretAccessKey]);
  return `towpath:objectStorage.external.url: the object storage ${address.endpoint} does not answer ${host}, got "${hidden}"; correct the secret ${secret}, or have the server let ${host} in`;
}

function refused({ address, secret, bucket: { name, real } }: AskedStorage, got: string): string {
  return `towpath:objectStorage.buckets.${name}: the bucket "${real}" of ${address.endpoint} has to be there and may be listed with the keys in the secret ${secret}, got ${got}; make it, name another, or give the keys the right`;
}
