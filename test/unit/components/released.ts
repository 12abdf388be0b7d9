import { deployed, type Registration } from "./engine.ts";
import * as pulumi from "@pulumi/pulumi";
import { parseApplication } from "../../../components/application/parse.ts";
import type { ExternalDatabase } from "../../../components/data/external-postgres.ts";
import type { ExternalStorage } from "../../../components/data/external-storage.ts";
import type { ExternalRedis } from "../../../components/data/external-redis.ts";
import { loadSettings } from "../../../components/environment/load-settings.ts";
import type { ReleasePlan } from "../../../components/plan/plan.ts";
import type { ReleaseRecord } from "../../../components/plan/release-record.ts";
import {
  ReleasedEnvironment,
  type ReleasedEnvironmentArgs,
} from "../../../components/environment/released-environment.ts";
import { notes } from "../application/notes.ts";
import { merged } from "../assert-refused.ts";
import { record } from "../plan/records.ts";
import { production, staging } from "../settings/good.ts";

/** The connection to the host. */
export const connection = { folder: ".towpath/ssh/notes-staging", host: "app1" };
/** The digest that a letter stands for. */
export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const secretValues = '{"JWT_SECRET":"hunter2","SSH_KEY":"key"}';

/** Returns the plan of a release: images of that letter, after the release `current`. */
export function planOf(letter: string, current?: ReleaseRecord): ReleasePlan {
  const images = { api: digest(letter), web: digest(letter) };
  const references = Object.fromEntries(
    Object.entries(images).map(([name, image]) => [name, `ghcr.io/octocat/notes/${name}@${image}`]),
  );
  return {
    ...{ id: letter.repeat(12), images, references, changes: true, warnings: [], rollback: false },
    ...{
      tags: ["staging-1"],
      settingsHash: "0".repeat(12),
      startedAt: "2026-01-02T03:04:05.000Z",
      by: "somebody",
    },
    records: current === undefined ? [] : [current],
    ...(current !== undefined && { current }),
  };
}

/** Returns the record of what ran before: images of that letter. */
export function earlier(letter: string): ReleaseRecord {
  return record("a", { images: { api: digest(letter), web: digest(letter) } });
}

/** The release, and the way in which it is made. */
interface Asked extends Partial<
  Pick<ReleasedEnvironmentArgs, "plan" | "gateway" | "hasIpv6" | "backupStorage">
> {
  externalPostgres?: Omit<ExternalDatabase, "url"> & { readonly url: string };
  externalRedis?: Omit<ExternalRedis, "url"> & { readonly url: string };
  externalStorage?: Omit<ExternalStorage, "url"> & { readonly url: string };
  stack?: "staging" | "production";
  /** The change of the sample's description. */
  described?: Readonly<Record<string, unknown>>;
  settings?: Readonly<Record<string, unknown>>;
}

/** Returns what a staging or production with the good settings registers. */
export async function released({
  stack = "staging",
  described = {},
  settings = {},
  plan = planOf("b"),
  gateway,
  hasIpv6 = false,
  externalPostgres,
  externalRedis,
  externalStorage,
  backupStorage,
}: Asked): Promise<{
  registrations: readonly Registration[];
  result: ReleasedEnvironment;
}> {
  const good: Record<string, unknown> = { ...{ staging, production }[stack], ...settings };
  const texts = Object.entries(good)
    .filter(
      ([key, value]) =>
        (value !== undefined && !["canary", "freeze", "vault", "gateway", ...unused].includes(key)) ||
        key in settings,
    )
    .map(([key, value]) => [`towpath:${key}`, typeof value === "string" ? value : JSON.stringify(value)]);
  const configuration = { ...Object.fromEntries(texts), "towpath:secretValues": secretValues } as Record<
    string,
    string
  >;
  process.env.REGISTRY_TOKEN = "token";
  try {
    return await deployed(
      () => {
        const { settings: read, ...values } = loadSettings("notes");
        if (read.environment !== "staging" && read.environment !== "production")
          throw new Error("not released");
        const application = parseApplication(merged(notes, described));
        const migration = { revisions: [], findings: [], statements: [], destructive: [], warnings: [] };
        return new ReleasedEnvironment(read.namespace, {
          ...{ ...values, application, settings: read, connection, plan, migration, routeSince: "", hasIpv6 },
          ...(gateway !== undefined && { gateway }),
          ...(backupStorage !== undefined && { backupStorage }),
          ...(externalRedis !== undefined && {
            externalRedis: { ...externalRedis, url: pulumi.secret(externalRedis.url) },
          }),
          ...(externalStorage !== undefined && {
            externalStorage: { ...externalStorage, url: pulumi.secret(externalStorage.url) },
          }),
          ...(externalPostgres !== undefined && {
            externalPostgres: { ...externalPostgres, url: pulumi.secret(externalPostgres.url) },
          }),
        });
      },
      { stack, configuration },
    );
  } finally {
    delete process.env.REGISTRY_TOKEN;
  }
}

/** Settings of the good ones that ask for more than is tested here. */
const unused = ["github", "secrets", "copies", "maintenance"];
