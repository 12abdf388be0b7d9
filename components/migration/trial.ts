import { randomBytes } from "node:crypto";
import type { Application, Migrations, Service } from "../application/application.ts";
import { objectStorageImage, objectStoragePort } from "../application/connections.ts";
import { imageReference } from "../application/images.ts";
import { found } from "../application/names.ts";
import { optionalSecrets, withoutSecrets } from "../application/optional-secrets.ts";
import type { ReferenceFacts } from "../application/references.ts";
import { pathAtService, routeOf } from "../application/routes.ts";
import { redisImage } from "../application/servers.ts";
import { onlyReads } from "../application/smoke-here.ts";
import {
  triedAddress,
  urlAt,
  type ScratchServer,
  type TriedRelease,
  type TriedService,
  type TriedStatement,
  type TriedTool,
} from "../contract/measure-migrations.ts";
import { gatewayImage } from "../gateway/gateway-image.ts";
import { knowing } from "../gateway/route-checks.ts";
import { defined } from "../input/defined.ts";
import { knownInputs } from "../secrets/service-inputs.ts";
import { effectsOf } from "./statement-locks.ts";
import { KnownSchema } from "./known-schema.ts";
import { statementsOf } from "./sql-statements.ts";

/** The statements of SQL as they are tried one by one. Throws where `readMigration` could not read it. */
export async function triedStatements(sql: string, version: number): Promise<TriedStatement[]> {
  const statements = await statementsOf(sql);
  if (typeof statements === "string") throw new Error(statements);
  const around = { known: new KnownSchema(), version };
  return statements.map(({ source, node }) => {
    if ("TransactionStmt" in node) {
      const { kind } = node.TransactionStmt;
      if (kind === "TRANS_STMT_BEGIN" || kind === "TRANS_STMT_START")
        return { sql: source, transaction: "opens" };
      const closes = kind === "TRANS_STMT_COMMIT" || kind === "TRANS_STMT_ROLLBACK";
      return { sql: source, transaction: closes ? "closes" : "none" };
    }
    const refuses = effectsOf(node, around).outsideOfTransaction === true || "VacuumStmt" in node;
    return { sql: source, transaction: refuses ? "refuses" : "none" };
  });
}

/** A release that runs, and how it is to be tried. */
export interface RunningRelease {
  readonly id: string;
  readonly application: Application;
  /** The references by digest of its images, by the images' names. */
  readonly images: Readonly<Record<string, string>>;
  readonly facts: ReferenceFacts;
  readonly imageMirror: string | undefined;
  /** The time that a service may take to become healthy, in seconds. */
  readonly gateTimeoutSeconds: number;
}

/** The release with all that it needs, at addresses and with secrets that exist for the trial only; it does without optional ones. */
export function triedRelease(given: RunningRelease): TriedRelease {
  const release = withoutOptional(given);
  const { id, application, imageMirror } = release;
  const used = Object.entries(application.services).filter(([, { needs }]) => needs.includes("postgres"));
  const needs = new Set(used.flatMap(([, one]) => one.needs));
  const buckets = application.buckets.filter((bucket) => needs.has(bucket));
  const secrets = trialSecrets(release);
  const servers: ScratchServer[] = [
    ...(needs.has("redis") && application.redis !== undefined
      ? [{ image: redisImage(application.redis, imageMirror) }]
      : []),
    ...(buckets.length > 0 ? [objectStorage(buckets, secrets, imageMirror)] : []),
  ];
  return {
    name: id,
    services: used.map(([name, service]) => tried(name, service, release, secrets)),
    servers,
    asker: imageReference(gatewayImage, imageMirror),
  };
}

/** A command of a release's migrations, by default the one that applies them, which reaches the database and nothing else. */
export function triedTool(
  given: RunningRelease & { readonly migrations: Migrations },
  command: "up" | "current" = "up",
): TriedTool {
  const release = withoutOptional(given);
  const { application, migrations } = release;
  const service = found(application.services, migrations.service);
  return { ...toolOf(service, release, trialSecrets(release)), command: migrations[command] };
}

/** A value that was made up could be worse than none: the address of a server, for example. */
function withoutOptional<Release extends RunningRelease>(release: Release): Release {
  const { application } = release;
  return { ...release, application: withoutSecrets(application, optionalSecrets(application)) };
}

/** Values that exist for the trial only. */
function trialSecrets({ application }: RunningRelease): Readonly<Record<string, string>> {
  const random = (name: string): [string, string] => [name, randomBytes(16).toString("hex")];
  return {
    ...Object.fromEntries(Object.keys(application.secrets).map(random)),
    ...Object.fromEntries([storageKeys.id, storageKeys.secret].map(random)),
    DATABASE_URL: urlAt(triedAddress),
    REDIS_URL: "redis://127.0.0.1:6379/0",
  };
}

const storageKeys = { id: "S3_ACCESS_KEY_ID", secret: "S3_SECRET_ACCESS_KEY" } as const;

function toolOf(
  service: Service,
  { application, images, facts }: RunningRelease,
  secretValues: Readonly<Record<string, string>>,
): TriedTool {
  const names = { objectStorage: "127.0.0.1", bucket: (bucket: string): string => bucket };
  const inputs = knownInputs({ application, facts, names, secretValues }, service);
  return { image: found(images, service.image), ...inputs };
}

function tried(
  name: string,
  service: Service,
  release: RunningRelease,
  secrets: Readonly<Record<string, string>>,
): TriedService {
  const { application, facts, gateTimeoutSeconds } = release;
  const { health, port, command } = service;
  return {
    name,
    ...toolOf(service, release, secrets),
    ...defined({ command, port }),
    ...(health !== undefined && { probe: "path" in health ? { path: health.path } : health }),
    timeoutSeconds: gateTimeoutSeconds,
    checks: knowing(application, facts)
      .smoke.filter(onlyReads)
      .flatMap((check) => {
        const route = routeOf(application, check.path);
        return route?.service === name ? [{ ...check, path: pathAtService(route, check.path) }] : [];
      }),
  };
}

/** A bucket is a folder of this server. */
function objectStorage(
  buckets: readonly string[],
  secrets: Readonly<Record<string, string>>,
  imageMirror: string | undefined,
): ScratchServer {
  const folders = ["attributes", ...buckets.map((bucket) => `objects/${bucket}`)].map((one) => `/tmp/${one}`);
  const serve = `versitygw --port :${objectStoragePort} posix --sidecar /tmp/attributes /tmp/objects`;
  return {
    image: imageReference(objectStorageImage, imageMirror),
    entrypoint: "sh",
    command: [
      "-c",
      `mkdir -p ${folders.join(" ")} && ROOT_ACCESS_KEY=${secrets[storageKeys.id] ?? ""} ROOT_SECRET_KEY=${secrets[storageKeys.secret] ?? ""} exec ${serve}`,
    ],
  };
}
