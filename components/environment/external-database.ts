import * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import { postgresAddress, postgresInWords } from "../application/postgres-url.ts";
import { externalPostgresProblem } from "../data/ask-external-postgres.ts";
import type { ExternalDatabase } from "../data/external-postgres.ts";
import type { HostView } from "../host/host-view.ts";
import { limitsFromSettings } from "../host/run-limits.ts";
import { InputError } from "../input/input-error.ts";
import { externalUrl } from "../settings/external.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";

/** Stands for the address of a database in a plan that is not given its URL. */
const unknownUrl = "postgresql://unknown@unknown/unknown";

/**
 * The database that the settings name on a server that is there already; undefined where Towpath makes one.
 *
 * @param lacking the secrets that this plan has no value of
 * @throws InputError for a URL that leads to no database; it shows nothing of the value
 */
export async function externalDatabase(
  { settings, secretValues }: Pick<LoadedSettings, "settings" | "secretValues">,
  lacking: readonly string[] = [],
): Promise<ExternalDatabase | undefined> {
  const external = externalUrl(settings, "postgres");
  if (external === undefined) return undefined;
  const { secret, place } = external;
  const given = secretValues[secret];
  const value = lacking.includes(secret) ? unknownUrl : await plainValue(given);
  const address = postgresAddress(value);
  if (typeof address === "string") {
    throw new InputError([
      `${place}: expected the URL of a PostgreSQL database in the secret ${secret}, got ${address}; write postgresql://user:password@host:5432/database, and each letter of a password that is none of a-z, 0-9, "-", "." and "_" as % and its code`,
    ]);
  }
  return { secret, address, url: pulumi.secret(value) };
}

/**
 * Asks an external database, from the host, whether the release can use it, and says which one it is.
 *
 * @throws InputError with the reason why not
 */
export async function checkExternalDatabase(
  { postgres }: Application,
  external: ExternalDatabase,
  { settings, view, host }: { settings: ReleasedSettings; view: Pick<HostView, "ask">; host: string },
): Promise<void> {
  const { address, secret } = external;
  if (postgres === undefined) return;
  const { imageMirror = "docker.io", limits } = settings;
  const run = { imageMirror, limits: limitsFromSettings(limits) };
  const problem = await externalPostgresProblem({ address, secret, described: postgres, host }, view, run);
  if (problem !== undefined) throw new InputError([problem]);
  const { version, settings: described = {} } = postgres;
  void pulumi.log.info(`postgres: the external database ${postgresInWords(address)}, PostgreSQL ${version}`);
  if (Object.keys(described).length > 0)
    void pulumi.log.warn(
      `postgres.settings: the external database ${postgresInWords(address)} keeps its own; see there that it has ${Object.keys(described).join(", ")}`,
    );
}

/** The value of a secret that is known, to be looked at in this process alone. */
export function plainValue(value: pulumi.Output<string> | undefined): Promise<string> {
  if (value === undefined) throw new Error("a secret without a value passed the checks");
  return new Promise((known) => {
    value.apply(known);
  });
}
