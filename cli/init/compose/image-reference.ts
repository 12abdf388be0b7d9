import { isReference, namesVersion } from "../../../components/application/images.ts";

/** The parts of an image's reference that say what it is. */
export interface ImageReference {
  /** The last part of its name: `postgres` of `docker.io/library/postgres:16-alpine`. */
  readonly name: string;
  /** Its tag; empty when it has none. */
  readonly tag: string;
}

/** Reads an image's reference. */
export function imageReference(text: string): ImageReference {
  const [bare = ""] = text.split("@", 1);
  const last = bare.split("/").at(-1) ?? "";
  const [name = "", tag = ""] = last.split(":");
  return { name: name.toLowerCase(), tag };
}

/** The images whose server Towpath brings itself, and the one that they are. */
const servers: readonly (readonly [RegExp, Server])[] = [
  [/^(?:postgres(?:ql)?|postgis|pgvector|timescaledb(?:-ha)?)$/, "postgres"],
  [/^(?:redis|valkey|redismod|redis-stack(?:-server)?|keydb|dragonfly)$/, "redis"],
  [/^(?:minio|versitygw)$/, "object-storage"],
];

/** A server that Towpath brings itself. */
export type Server = "postgres" | "redis" | "object-storage";

/** The server that an image is; undefined for any other. */
export function serverOf(image: string): Server | undefined {
  const { name } = imageReference(image);
  return servers.find(([form]) => form.test(name))?.[1];
}

/** Images of gateways: what they do, Towpath's own one does. */
export function isGateway(image: string): boolean {
  return /^(?:traefik|caddy|haproxy|nginx-proxy(?:-manager)?|acme-companion|letsencrypt-nginx-proxy-companion|caddy-docker-proxy|swag|certbot)$/.test(
    imageReference(image).name,
  );
}

/** Images of servers whose data only one of them may have open: a release would start another beside it. */
export function isStateful(image: string): boolean {
  return (
    serverOf(image) !== undefined ||
    /^(?:mysql|mariadb|percona.*|mongo.*|elasticsearch|opensearch|rabbitmq|clickhouse.*|cassandra|scylla|kafka|zookeeper|influxdb|couchdb|couchbase.*|neo4j|meilisearch|typesense|qdrant|weaviate|milvus|etcd|consul|vault|mssql.*|cockroach.*|prometheus|loki|gitea|registry)$/.test(
      imageReference(image).name,
    )
  );
}

/** The reference of an image that is taken as it is, with the tag that Docker takes where none is written; undefined where it is none. */
export function readyReference(image: string): string | undefined {
  if (!isReference(image)) return undefined;
  return namesVersion(image) ? image : `${image}:latest`;
}

/** A version that Towpath runs in the place of an image's. */
export interface Version<Known extends number> {
  readonly version: Known;
  /** The image's own one, where Towpath has another; `any` where it says none. */
  readonly instead?: number | "any";
}

/** The versions of PostgreSQL that a description can have, and all that there are. */
const postgres = { known: [14, 15, 16, 17, 18], all: { from: 8, to: 18 }, usual: 17 } as const;
/** The same of Redis. */
const redis = { known: [6, 7, 8], all: { from: 2, to: 8 }, usual: 7 } as const;
/** The same of Valkey. */
const valkey = { known: [7, 8], all: { from: 7, to: 9 }, usual: 8 } as const;

/** The version of PostgreSQL for an image; undefined where its tag names none that there is. */
export function postgresVersionOf(image: string): Version<14 | 15 | 16 | 17 | 18> | undefined {
  return versionOf(image, postgres, /pg-?(\d+)/);
}

/** True for an image of Valkey. */
export function isValkey(image: string): boolean {
  return imageReference(image).name === "valkey";
}

/** The version of Redis for an image; undefined where its tag names none that there is. */
export function redisVersionOf(image: string): Version<6 | 7 | 8> | undefined {
  const { name } = imageReference(image);
  if (isValkey(image)) return versionOf(image, valkey, /$^/);
  // What others count is no version of Redis, and what they understand is that of 7.
  if (name !== "redis") return { version: 7, instead: "any" };
  return versionOf(image, redis, /$^/);
}

interface Versions<Known extends number> {
  readonly known: readonly Known[];
  readonly all: { readonly from: number; readonly to: number };
  readonly usual: Known;
}

function versionOf<Known extends number>(
  image: string,
  { known, all, usual }: Versions<Known>,
  inside: RegExp,
): Version<Known> | undefined {
  const { tag } = imageReference(image);
  const written = inside.exec(tag)?.[1] ?? /^v?(\d+)(?=[.\-_a-z]|$)/.exec(tag)?.[1];
  if (written === undefined)
    return /^(?:|latest|stable|alpine.*|bookworm|bullseye|trixie|slim.*|edge|main|master)$/.test(tag)
      ? { version: usual, instead: "any" }
      : undefined;
  const major = Number(written);
  const same = known.find((version) => version === major);
  if (same !== undefined) return { version: same };
  if (major < all.from || major > all.to) return undefined;
  const [least = usual] = known;
  return { version: major < least ? least : (known.at(-1) ?? usual), instead: major };
}
