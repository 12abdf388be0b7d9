import * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import { found } from "../application/names.ts";
import { previousName, withPreviousSecrets } from "../application/previous-secrets.ts";
import { storageSecrets, type BackupStorage } from "../backup/storage.ts";
import { BackingServices } from "../data/backing-services.ts";
import { externalSecrets, type ExternalServers } from "../data/external-servers.ts";
import type { TemplateServer } from "../data/template-server.ts";
import type { Login } from "../gateway/login.ts";
import { JoinedGateway } from "../gateway/joined-gateway.ts";
import type { SharedGateway } from "../gateway/shared-gateway.ts";
import type { HostConnection } from "../host/ssh-config.ts";
import { PulledImage } from "../image/pulled-image.ts";
import { TaggedImages } from "../image/tagged-images.ts";
import { defined } from "../input/defined.ts";
import { schemaSince, type MigrationPlan } from "../migration/migration-plan.ts";
import { tracksOf, type Tracks } from "../plan/canary.ts";
import { dueSecret, lostOverlap } from "../plan/due-secrets.ts";
import { registryAccount } from "../plan/environment-registry.ts";
import { recordsAfter, referencesOf, type ReleasePlan } from "../plan/read-and-plan.ts";
import { summaryOf, type ReleaseRecord, type ReleaseSummary } from "../plan/release-record.ts";
import type { ImageIds, ReleaseArgs } from "../release/release-args.ts";
import { Release } from "../release/release.ts";
import type { LeftRoute } from "../release/route-agreement.ts";
import { applicationSecrets } from "../secrets/application-secrets.ts";
import type { SecretValues } from "../secrets/files.ts";
import { SecretVersions } from "../secrets/secret-versions.ts";
import { namesIn } from "../settings/database-name.ts";
import { referenceFacts } from "../settings/reference-facts.ts";
import { externalOf } from "../settings/external.ts";
import { kinds } from "../settings/kinds.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";
import { secretSourcesOf } from "../settings/settings.ts";
import { withExternalStorage } from "./external-storage.ts";
import type { PlanFile } from "./plan-file.ts";
import { backupsOf, releaseJobsOf, runJobs, schemaArgs, seedOf, serverLimits } from "./release-data.ts";
import { gatewayOf, placeOf, type Place, type PlaceArgs } from "./place.ts";
import { certificateOf, furtherNames, loginOf } from "./site-access.ts";

/** Arguments of a released environment. */
export interface ReleasedEnvironmentArgs extends LoadedSettings<ReleasedSettings>, ExternalServers {
  application: Application;
  /** The open connection to the host. */
  connection: HostConnection;
  plan: ReleasePlan;
  /** The plan of the migration. */
  migration: MigrationPlan;
  /** The gateway of the host, where several environments share it; left out, this one has its own. */
  gateway?: SharedGateway;
  /** The template that a preview's database is a clone of; left out, it is on a server of its own. */
  template?: TemplateServer;
  /** The storage that backups are copied to; left out, they are not. */
  backupStorage?: BackupStorage;
  /** The time since which the gateway serves what the state says; see `agreement`. */
  routeSince: pulumi.Input<string>;
  /** True when the host has IPv6, for a gateway that is made. */
  hasIpv6: boolean;
  /** The file for the facts of this plan; left out in a run that makes something. */
  planFile?: PlanFile;
}

/** The parts with which a release is rolled out. */
interface RollOutParts {
  application: Application;
  place: Place;
  gateway: ReleaseArgs["gateway"];
  login?: Login;
  tracks: Tracks;
  data: BackingServices;
  secretValues: SecretValues;
  versions: SecretVersions["versions"];
}

/**
 * Staging or production: one release of an application on a host over SSH, with data that is kept.
 *
 * The order is that of a release: images, backup, migration, new copies behind their gates, smoke checks, the switch, the
 * record; the engine deletes what was replaced last. All that can be known before has been checked by `prepare`.
 */
export class ReleasedEnvironment extends pulumi.ComponentResource {
  /** The address of the application for users. */
  readonly url: string;
  readonly namespace: string;
  /** The password that visitors are asked for, where one is. */
  readonly password: pulumi.Output<string> | undefined;
  /** The values of the application's secrets, by name. */
  readonly secrets: SecretValues;
  /** The containers that users get, by service. */
  readonly services: pulumi.Output<Record<string, { containers: string[] }>>;
  /** The records of releases, newest first; encrypted, because they would fill the screen at the end of every run. */
  readonly releases: pulumi.Output<readonly ReleaseRecord[]>;
  /** The newest of them, in short. */
  readonly release: pulumi.Output<ReleaseSummary | undefined>;
  /** The route that the gateway serves, for the next run to compare. */
  readonly route: pulumi.Output<LeftRoute>;

  constructor(name: string, args: ReleasedEnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:index:ReleasedEnvironment", name, {}, opts);
    const { settings, plan } = args;
    const tracks = tracksOf(
      plan.references,
      plan.current && referencesOf(settings.registry, plan.current.images),
      settings.canary,
    );
    const child = { parent: this };
    const { template, externalPostgres, externalRedis, externalStorage } = args;
    const place = withExternalStorage(placeOf(name, reachedBy(args), child), externalStorage);
    const gateway =
      args.gateway === undefined
        ? gatewayOf(name, place, { listens: "public", ipv6: args.hasIpv6 }, child)
        : new JoinedGateway(`${name}-shared-gateway`, { host: place.host, gateway: args.gateway }, child);
    const data = new BackingServices(
      name,
      {
        ...place,
        application: args.application,
        kind: kinds[settings.environment],
        limits: serverLimits(settings),
        ...defined({ template, externalPostgres, externalRedis, externalStorage }),
      },
      child,
    );
    const own = applicationSecrets(name, args.application, args, child);
    const secretValues: SecretValues = { ...data.secretValues, ...own };
    const { versions, ofEach } = new SecretVersions(
      `${name}-secret-versions`,
      { values: secretValues },
      child,
    );
    sayDueSecrets(args, ofEach);
    args.planFile?.secrets(secretValues, ofEach, plan);
    const application = withPreviousSecrets(args.application, Object.keys(own));
    const login = loginOf(name, args, { host: place.host, gateway }, child);
    const release = this.rollOut(name, args, {
      ...defined({ login }),
      application,
      place,
      gateway,
      tracks,
      data,
      secretValues,
      versions,
    });
    runJobs(name, args, { application, place, release }, child);
    const records = tracks.completes ? recordsOf(name, args, release, versions) : pulumi.output(plan.records);

    this.namespace = settings.namespace;
    this.password = login?.password;
    this.secrets = { ...externalSecrets(args), ...storageSecrets(args.backupStorage), ...own };
    this.url = referenceFacts(settings, application).url;
    this.services = release.containers.apply((containers) =>
      Object.fromEntries(
        Object.entries(containers).map(([service, found]) => [service, { containers: found }]),
      ),
    );
    this.route = release.route;
    this.releases = pulumi.secret(records);
    this.release = records.apply(([newest]) => newest && summaryOf(newest));
    this.registerOutputs({ url: this.url, release: this.release });
  }

  private rollOut(name: string, args: ReleasedEnvironmentArgs, parts: RollOutParts): Release {
    const { settings, plan } = args;
    const { application, place, gateway, tracks, data, secretValues, versions } = parts;
    const { environment, domain, certificates, maintenance } = settings;
    const kind = kinds[environment];
    const { host } = place;
    const child = { parent: this };
    const backups = backupsOf(name, args, { place, data }, child);
    const pulled = (track: string, references: Readonly<Record<string, string>>): ImageIds =>
      Object.fromEntries(
        Object.entries(references).map(([image, reference]) => [
          image,
          new PulledImage(`${name}-${image}${track}-image`, { reference, host }, child).id,
        ]),
      );
    return new Release(
      `${name}-release`,
      {
        ...place,
        application,
        gateway,
        facts: referenceFacts(settings, application, tracks.completes ? plan : plan.current),
        images: pulled("", tracks.stable),
        ...(tracks.canary !== undefined && {
          canary: {
            images: pulled("-canary", tracks.canary.images),
            weight: tracks.canary.weight,
            version: referenceFacts(settings, application, plan).version,
          },
        }),
        secretValues,
        volumes: data.volumes,
        ...seedOf(settings),
        ...releaseJobsOf(application, args, tracks),
        schema: schemaArgs(args, data, tracks, backups),
        numberOfCopies: settings.copies,
        // Many previews share a host, and a port of it can belong to one.
        ...(environment !== "preview" && { publishesPorts: true }),
        boundaries: { rights: kind.rights, limits: settings.limits, secretVersions: versions },
        access: {
          route: kind.route,
          domain,
          ...certificateOf(domain, certificates, args.gateway),
          ...furtherNames(application, settings, args.gateway),
          hidden: kind.hidden,
          ...defined({ login: parts.login }),
          maintenance,
          ...defined({ activator: activatorOf(args) }),
        },
        watchSeconds: settings.watchSeconds,
        drainSeconds: settings.drainSeconds,
        drains: kind.drains,
        routeSince: args.routeSince,
      },
      child,
    );
  }
}

/** Warns of every secret that is due for a new value, or loses its overlap: once it is known whether this run brings one. */
function sayDueSecrets(
  { application, settings, plan }: ReleasedEnvironmentArgs,
  versions: SecretVersions["ofEach"],
): void {
  const { environment } = settings;
  for (const [secret, source] of Object.entries(secretSourcesOf(settings))) {
    if (!("rotate" in source) || !Object.hasOwn(versions, secret)) continue;
    found(versions, secret).apply((version) => {
      const age = { environment, records: plan.records, version, now: new Date(plan.startedAt) };
      const warning = dueSecret(application, secret, source, age);
      if (warning !== undefined) void pulumi.log.warn(warning);
    });
    pulumi.all([found(versions, secret), versions[previousName(secret)]]).apply(([version, previous]) => {
      const warning = lostOverlap(secret, source, { records: plan.records, version }, previous);
      if (warning !== undefined) void pulumi.log.warn(warning);
    });
  }
}

/** The records after this run. */
function recordsOf(
  name: string,
  args: ReleasedEnvironmentArgs,
  release: Release,
  versions: SecretVersions["versions"],
): pulumi.Output<readonly ReleaseRecord[]> {
  const { application, settings, plan, migration } = args;
  return pulumi
    .all([versions, release.receipts, release.schema, tagged(name, args, release)])
    .apply(([secretVersions, receipts, schema]) =>
      recordsAfter(plan, {
        secretVersions,
        receipts,
        ...(schema !== undefined && {
          // The way down is the one back to what a record tells of already.
          schema: plan.downgrade === undefined ? schemaSince(plan.current, schema, migration) : schema,
        }),
        ...defined({ postgres: application.postgres?.version, external: externalOf(settings) }),
      }),
    );
}

/** The address of what wakes the environment; undefined where it never sleeps. */
function activatorOf({ settings, gateway }: ReleasedEnvironmentArgs): string | undefined {
  const { activator } = gateway ?? {};
  if (settings.environment !== "preview" || activator === undefined) return undefined;
  return `${activator.containerName}:${activator.port}`;
}

/** The environment's place: how its host is reached, and who signs in to the registry for its engine. */
function reachedBy(args: ReleasedEnvironmentArgs): PlaceArgs {
  const { application, settings, connection } = args;
  const { database } = namesIn(application, settings);
  const place = { applicationName: application.name, settings, connection, database };
  const account = registryAccount(args);
  if (account === undefined) return place;
  const { address, user, password } = account;
  return { ...place, registryAuth: [{ address, username: user, password: pulumi.secret(password) }] };
}

/** Tags what users get now, in the registry, where somebody may write to it and it is to be found again. */
function tagged(name: string, args: ReleasedEnvironmentArgs, release: Release): pulumi.Output<unknown> {
  const { plan } = args;
  const { registry } = args.settings;
  const password = registryAccount(args)?.password;
  if (password === undefined || plan.tags.length === 0) return pulumi.output({});
  return new TaggedImages(
    `${name}-tags`,
    { registry, password, images: plan.images, tags: plan.tags },
    { parent: release, dependsOn: [release] },
  ).receipt;
}
