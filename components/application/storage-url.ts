import { objectStorageRegion } from "./connections.ts";

/** The way to an S3 storage, as a URL says it. */
export interface StorageAddress {
  /** What clients are given: `https://s3.example.com`, with its port where that is another than usual. */
  readonly endpoint: string;
  readonly host: string;
  readonly port: number;
  /** True for `https`. */
  readonly encrypted: boolean;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Reads the URL of an S3 storage; a text is what it is instead, and shows no part of it that may be secret. */
export function storageAddress(text: string): StorageAddress | string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1];
  if (scheme === undefined) return "a text that is no URL";
  if (!/^https?$/i.test(scheme)) return `a URL that begins with "${scheme}://"`;
  const url = URL.parse(text);
  const keys = url === null ? undefined : decodedKeys(url);
  if (url?.hash !== "" || keys === undefined)
    return "a text that is no URL, or has a letter that is not encoded";
  if (keys.accessKeyId === "" || keys.secretAccessKey === "") return "a URL without the two keys";
  if (url.pathname !== "/") return "a URL with a path";
  const { region = objectStorageRegion, ...unknown } = Object.fromEntries(url.searchParams);
  if (Object.keys(unknown).length > 0) return "a URL with another option than region";
  if (!/^[a-z0-9-]+$/.test(region)) return "a URL whose region is none";
  const encrypted = url.protocol === "https:";
  return {
    endpoint: url.origin,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port) || (encrypted ? 443 : 80),
    encrypted,
    region,
    ...keys,
  };
}

/** The keys with their letters as they are; undefined where one is encoded wrongly. */
function decodedKeys({
  username,
  password,
}: URL): Pick<StorageAddress, "accessKeyId" | "secretAccessKey"> | undefined {
  try {
    const keys = { accessKeyId: decodeURIComponent(username), secretAccessKey: decodeURIComponent(password) };
    return /^[\x21-\x7e]*$/.test(keys.accessKeyId + keys.secretAccessKey) ? keys : undefined;
  } catch {
    return undefined;
  }
}
