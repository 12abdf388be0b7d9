import * as pulumi from "@pulumi/pulumi";
import { askActivator } from "../activator/ask.ts";
import { previewMemory, roomInWords } from "../activator/room-words.ts";
import type { Application } from "../application/application.ts";
import type { ApplicationDescription } from "../application/description.ts";
import { found } from "../application/names.ts";
import { parseApplication } from "../application/parse.ts";
import { releasable } from "../application/running-services.ts";
import { withVariables } from "../application/variables.ts";
import type { ExternalDatabase } from "../data/external-postgres.ts";
import { templateServer } from "../data/template-server.ts";
import { portsWarning, sharedGateway } from "../gateway/shared-gateway.ts";
import { connectAll, preflight, type HostReport } from "../host/check-hosts.ts";
import { writeConnections } from "../host/connection.ts";
import { dockerView } from "../host/docker-view.ts";
import { demandOf } from "../host/preflight.ts";
import { limitsFromSettings } from "../host/run-limits.ts";
import { variablesOn } from "../host/container-variables.ts";
import { folderOf, type HostConnection } from "../host/ssh-config.ts";
import { judgePlatforms } from "../image/platforms.ts";
import { defined } from "../input/defined.ts";
import { InputError } from "../input/input-error.ts";
import { postgresVersionOf, printingOn } from "../migration/look-at-data.ts";
import { planMigration, type MigrationPlan } from "../migration/migration-plan.ts";
import { checkMovedDatabase } from "../migration/moved-database.ts";
import { checkPostgresVersion } from "../migration/postgres-version.ts";
import { namesOf } from "../naming/names.ts";
import { runningDescription } from "../plan/canary.ts";
import { environmentRegistry, registryAccount } from "../plan/environment-registry.ts";
import {
  planRelease,
  schemaStays,
  type LoadedReleasedSettings,
  type ReleasePlan,
} from "../plan/read-and-plan.ts";
import { applicationOf, changedParts, descriptionOf } from "../plan/release-description.ts";
import type { PlanBasis } from "../plan/plan-basis.ts";
import { stackOutputsOf } from "../plan/stack-outputs.ts";
import { stoppedServices } from "../plan/stopped-services.ts";
import { withVaultSecrets } from "../secrets/with-vault-secrets.ts";
import { agreed, withoutAbsent } from "./agreed.ts";
import { backupStorageOf, checkBackupStorage, sayUncopied } from "./backup-storage.ts";
import { checkDatabaseName } from "./database-name.ts";
import { checkExternalDatabase, externalDatabase } from "./external-database.ts";
import { checkRedis, externalRedisOf } from "./external-redis.ts";
import { checkStorage, externalStorageOf } from "./external-storage.ts";
import { planFactsOf, type ApprovalState } from "./plan-facts.ts";
import { PlanFile, refuse } from "./plan-file.ts";
import { planOrigin } from "./plan-origin.ts";
import type { ReleasedEnvironmentArgs } from "./released-environment.ts";
import { jobConcernsOf, lookAtRunning } from "./running-release.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";
import { describedHere, runningHere } from "../settings/running-here.ts";

/**
 * Everything that has to be known of a release before anything is made: whether application and settings agree, whether
 * the host can take it, which images it is made of and what its migration would do.
 *
 * @throws InputError with what may not be, or cannot be done
 */
export async function prepareRelease(
  description: ApplicationDescription,
  given: LoadedReleasedSettings,
): Promise<ReleasedEnvironmentArgs> {
  const planFile = PlanFile.open();
  const whole = releasable(parseApplication(description));
  const parsed = runningHere(whole, given.settings);
  const complete = planFile?.withoutGaps(parsed, given) ?? given;
  const application = checked(parsed, complete, planFile);
  const loaded = await withVaultSecrets(complete);
  const { settings, credential } = loaded;
  const externalPostgres = await externalDatabase(loaded, planFile?.missing);
  const externalRedis = await externalRedisOf(loaded, planFile?.missing);
  const externalStorage = await externalStorageOf(application, loaded, planFile?.missing);
  const backupStorage = await backupStorageOf(loaded, planFile?.missing);
  const connections = await writeConnections(folderOf(settings.namespace), settings.hosts, credential);
  const planning = planRelease(whole, loaded, planFile);
  // A problem with it is reported when the hosts are well.
  planning.catch(() => undefined);
  const [connection] = Object.values(connections);
  if (connection === undefined) throw new Error("settings without a host");
  const connecting = connectAll(connections);
  const shared = sharedArgs(settings, application);
  const reached = connecting[connection.host];
  const running = lookAtRunning({ application, settings }, connection, { reached, shared });
  const reports = await preflight(connections, demandOf(application, settings), connecting);
  const report = found(reports, connection.host);
  const planned = await planning;
  const { basis, variables } = await planOrigin(planned, settings, planFile);
  const plan = planFile === undefined ? await approvedPlan(settings, planned, basis) : planned;
  await checkPlatforms(loaded, plan, report);
  const released = withVariables(
    asReleased({ whole, application }, loaded, plan, planFile),
    loaded.settings.variables,
  );
  const asked = { application: released, last: plan.current, lacking: planFile?.missing };
  const asking = { settings, view: dockerView(connection), host: connection.host };
  await checkRedis({ ...asked, external: externalRedis }, asking);
  await checkStorage({ ...asked, external: externalStorage }, asking);
  await checkBackupStorage(backupStorage, { ...asking, lacking: planFile?.missing });
  const [{ routeSince, concerns, unproven }, jobs, migration] = await Promise.all([
    running,
    jobConcernsOf(application, { settings, current: plan.current }, asking),
    plannedMigration({ ...loaded, application: released, connection, plan, planFile, externalPostgres }),
  ]);
  sayUncopied({ application, settings, host: connection.host, externalPostgres, backupStorage });
  const stops = stoppedServices(released, plan, settings);
  for (const warning of [...(report.cautions ?? []), ...concerns, ...jobs, ...stops, ...migration.warnings])
    void pulumi.log.warn(warning);
  if (unproven !== undefined && plan.changes && !plan.rollback) refuse(unproven, planFile);
  if (basis !== undefined) {
    planFile?.plan(
      planFactsOf({
        ...{ application: released, settings, plan, migration, basis, now: new Date() },
        ...defined({
          approval: await approvalState(settings, plan, basis),
          variables,
          memoryFree: report.facts?.memoryFreeBytes,
        }),
      }),
    );
  }
  await takeRoom(application, settings, connection, await shared);
  const hasIpv6 = report.facts?.hasIpv6 ?? false;
  return {
    ...loaded,
    application: withoutAbsent(released, loaded),
    connection,
    plan,
    migration,
    routeSince,
    hasIpv6,
    ...(await shared),
    ...defined({ planFile, externalPostgres, externalRedis, externalStorage, backupStorage }),
  };
}

/** Makes sure that the host can run the images that are new to it. */
async function checkPlatforms(
  loaded: LoadedReleasedSettings,
  { images, current }: ReleasePlan,
  { host, facts }: HostReport,
): Promise<void> {
  if (facts === undefined) return;
  const registry = environmentRegistry(loaded);
  const news = Object.entries(images).filter(([image, digest]) => current?.images[image] !== digest);
  const problems = await Promise.all(
    news.map(async ([image, digest]) =>
      judgePlatforms(image, await registry.platforms(image, digest), { host, ...facts }),
    ),
  );
  const told = problems.filter((problem) => problem !== undefined);
  if (told.length > 0) throw new InputError(told);
}

/** The parts of a shared host that this environment uses: its gateway, and the template of its database. */
type SharedArgs = Pick<ReleasedEnvironmentArgs, "gateway" | "template">;

async function sharedArgs(settings: ReleasedSettings, { postgres }: Application): Promise<SharedArgs> {
  const { gateway, namespace } = settings;
  if (gateway === undefined) return {};
  const outputs = await stackOutputsOf(gateway);
  const found = sharedGateway(gateway, outputs);
  const warning = portsWarning(namesOf(namespace).network, found);
  if (warning !== undefined) void pulumi.log.warn(warning);
  if (!("data" in settings) || settings.data.kind !== "template") return { gateway: found };
  return { gateway: found, template: templateServer(gateway, outputs, postgres?.version) };
}

/** Makes sure of the room for a preview on its host, and wakes it where it sleeps; a plan only asks whether there is some. */
async function takeRoom(
  application: Application,
  { environment, namespace, limits, gateway = "" }: ReleasedSettings,
  connection: HostConnection,
  { gateway: shared, template }: SharedArgs,
): Promise<void> {
  if (environment !== "preview" || shared?.activator === undefined) return;
  const { containerName, room } = shared.activator;
  // A clone is on the template's server, which is not the preview's.
  const { postgres: _, ...cloned } = application;
  const memory = previewMemory(template === undefined ? application : cloned, limits);
  const isPlan = pulumi.runtime.isDryRun();
  const answer = await askActivator(dockerView(connection), containerName, isPlan ? "look" : "admit", {
    namespace,
    memory,
  });
  const lines = roomInWords({ namespace, memory, gateway, room }, answer, isPlan ? "would sleep" : "sleeps");
  for (const line of lines) void pulumi.log.info(line);
}

/** The application as the release describes it: this checkout may do so otherwise. */
function asReleased(
  { whole, application }: { readonly whole: Application; readonly application: Application },
  loaded: LoadedReleasedSettings,
  plan: ReleasePlan,
  planFile: PlanFile | undefined,
): Application {
  const description = runningDescription(plan, loaded.settings.canary);
  if (description === undefined || changedParts(description, descriptionOf(whole)).length === 0)
    return application;
  const described = describedHere(
    applicationOf(application.name, Object.keys(plan.images), description),
    loaded.settings,
  );
  // Values that only this checkout knows of are kept: they would be others when the release that uses them comes back.
  const secrets = { ...application.secrets, ...described.secrets };
  const released = { ...described, secrets };
  const services = { ...application.services, ...described.services };
  const domains = [...new Set([...application.domains, ...described.domains])];
  agreed({ ...application, ...released, services, domains }, loaded, planFile?.missing);
  return released;
}

/** The plan, once enough signers approved it where the settings ask for that. */
async function approvedPlan(
  settings: ReleasedSettings,
  plan: ReleasePlan,
  basis: PlanBasis | undefined,
): Promise<ReleasePlan> {
  if (!("approval" in settings) || basis === undefined) return plan;
  const { approved } = await import("../plan/approval.ts");
  return approved(plan, settings.approval, { ...settings, basis });
}

/** The approvals that a release needs and has; undefined where it needs none. */
async function approvalState(
  settings: ReleasedSettings,
  plan: ReleasePlan,
  basis: PlanBasis,
): Promise<ApprovalState | undefined> {
  if (!("approval" in settings) || !plan.changes) return undefined;
  const { approval, approvals, namespace } = settings;
  const { approversOf } = await import("../plan/approval.ts");
  const { approvedBy } = await approversOf(approval, approvals, { ...plan, namespace, basis });
  return { required: approval.required, signers: Object.keys(approval.signers), approvedBy };
}

/** Plans the migration of the data, once it is known that these servers can open it. */
async function plannedMigration({
  application,
  connection,
  plan,
  planFile,
  externalPostgres,
  ...loaded
}: LoadedReleasedSettings &
  Pick<ReleasedEnvironmentArgs, "application" | "connection" | "plan"> & {
    readonly planFile: PlanFile | undefined;
    readonly externalPostgres: ExternalDatabase | undefined;
  }): Promise<MigrationPlan> {
  const { settings } = loaded;
  const { environment, namespace, imageMirror = "docker.io", migration } = settings;
  const { current } = plan;
  const volume = namesOf(namespace).volume("postgres");
  const limits = limitsFromSettings(settings.limits);
  const recorded = current?.postgres;
  const { maintenance } = settings;
  checkMovedDatabase({ last: current, external: externalPostgres !== undefined, maintenance });
  if (externalPostgres === undefined) {
    await checkDatabaseName({ application, settings }, variablesOn(connection));
    await checkPostgresVersion(application, {
      volume,
      recorded,
      onDisk: async () =>
        recorded && postgresVersionOf(dockerView(connection), volume, { recorded, imageMirror, limits }),
    });
  }
  if (externalPostgres !== undefined && planFile?.missing.includes(externalPostgres.secret) !== true) {
    const { host } = connection;
    await checkExternalDatabase(application, externalPostgres, {
      settings,
      view: dockerView(connection),
      host,
    });
  }
  return planMigration(
    {
      application,
      environment,
      images: plan.references,
      stays: schemaStays(plan),
      ...("acknowledge" in migration && { acknowledge: migration.acknowledge }),
      ...defined({ last: current, refuse: planFile?.refuse }),
    },
    printingOn(dockerView(connection, registryAccount(loaded)), limits),
  );
}

function checked(
  parsed: Application,
  loaded: LoadedReleasedSettings,
  planFile: PlanFile | undefined,
): Application {
  const application = agreed(parsed, loaded, planFile?.missing);
  const hosts = Object.keys(loaded.settings.hosts);
  if (hosts.length > 1) {
    throw new InputError([
      `towpath:hosts: one host for each environment so far, got ${hosts.join(", ")}; keep one of them`,
    ]);
  }
  return application;
}
