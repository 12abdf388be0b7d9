import * as pulumi from "@pulumi/pulumi";
import { earlierChecks, rehearsal } from "../application/checks.ts";
import { withBuildArguments } from "../application/build-arguments.ts";
import type { ApplicationDescription } from "../application/description.ts";
import { developmentOf } from "../application/development.ts";
import { isReadyMade } from "../application/images.ts";
import { byCommands } from "../application/migrations.ts";
import { found } from "../application/names.ts";
import { parseApplication } from "../application/parse.ts";
import { bareVariables, withVariables } from "../application/variables.ts";
import { Check } from "../ci/check.ts";
import { checkDatabase, ciPlan, isDeveloped, type CiPlan } from "../ci/plan.ts";
import type { CiRun } from "../ci/run.ts";
import { BackingServices } from "../data/backing-services.ts";
import { checkBuildArguments } from "../image/build-arguments.ts";
import type { BuildCache } from "../image/build-cache.ts";
import { BuiltImage } from "../image/built-image.ts";
import { checkContexts } from "../image/contexts.ts";
import { ReadyImage } from "../image/ready-image.ts";
import { defined } from "../input/defined.ts";
import { InputError } from "../input/input-error.ts";
import { MigrationRehearsal } from "../migration/migration-rehearsal.ts";
import type { Names } from "../naming/names.ts";
import { registryAccount } from "../plan/environment-registry.ts";
import { applicationSecrets } from "../secrets/application-secrets.ts";
import { serviceInputs, type InputsOfAll } from "../secrets/service-inputs.ts";
import type { CiSettings } from "../settings/ci.ts";
import { namesIn } from "../settings/database-name.ts";
import { referenceFacts } from "../settings/reference-facts.ts";
import { kinds } from "../settings/kinds.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import { checkPorts } from "../settings/ports.ts";
import { agreed, withoutAbsent } from "./agreed.ts";
import { placeOf, type DockerPlace, type Place } from "./place.ts";

/** Arguments of an environment for checks. */
export interface CiEnvironmentArgs extends LoadedSettings<CiSettings> {
  plan: CiPlan;
  run: CiRun;
  /** The namespace whose servers are used; undefined for servers of its own. */
  reused: Names | undefined;
}

/**
 * Finds what has to be known before anything is checked.
 *
 * @throws InputError with what cannot be used
 */
export function prepareCi(
  description: ApplicationDescription,
  loaded: LoadedSettings<CiSettings>,
  run: CiRun,
): CiEnvironmentArgs {
  const application = withoutAbsent(agreed(parseApplication(description), loaded), loaded);
  checkContexts(application);
  checkBuildArguments(application, loaded.settings.buildArgs);
  checkPorts(application, loaded.settings);
  if (loaded.settings.reuse === "local" && run.reused === undefined) {
    throw new InputError([
      'towpath:reuse: only the command line knows the local environment and starts its servers, got "local"; use npm run ci',
    ]);
  }
  const reused =
    run.reused === undefined
      ? undefined
      : namesIn(application, { environment: "local", namespace: run.reused });
  const built = withBuildArguments(application, loaded.settings.buildArgs);
  const complete = withVariables(built, loaded.settings.variables);
  return { ...loaded, plan: ciPlan(complete, run.only), run, reused };
}

/** The time that one command of the rehearsal may take, in seconds: as long as a release's migration. */
const rehearsalTimeoutSeconds = 600;

/** The values that the parts of one run have in common. */
interface Shared extends InputsOfAll, Pick<Place, "host" | "labels"> {
  readonly plan: CiPlan;
  readonly names: Names;
  readonly data: BackingServices;
  readonly reports: string;
}

/** Images by their names: as they are released, and as they are built for the checks. */
interface Images {
  readonly released: Readonly<Record<string, pulumi.Output<string>>>;
  readonly developed: Readonly<Record<string, pulumi.Output<string>>>;
}

/**
 * Everything that checks an application: throwaway backing services, its images, the rehearsal of its migrations and its
 * own checks. What waits for nothing runs side by side; what fails leaves the rest alone.
 */
export class CiEnvironment extends pulumi.ComponentResource {
  readonly namespace: string;
  /** The ids of the images as they are released, by name. */
  readonly images: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: CiEnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:ci:Environment", name, {}, opts);
    const { plan, settings, run, reused } = args;
    const { namespace } = settings;
    const { application } = plan;
    const child = { parent: this };
    const place = placeOf(
      name,
      {
        applicationName: application.name,
        settings,
        ...defined({ networkName: reused?.network }),
      },
      child,
    );
    const images = this.provide(name, args, place);
    const data = new BackingServices(
      name,
      { ...place, application, kind: kinds.ci, ...defined({ reused, ports: run.ports ?? settings.ports }) },
      child,
    );
    const shared: Shared = {
      ...place,
      plan,
      data,
      application,
      facts: referenceFacts(settings, application),
      reports: run.reports,
      names: reused === undefined ? place.names : { ...place.names, objectStorage: reused.objectStorage },
      secretValues: { ...data.secretValues, ...applicationSecrets(name, application, args, child) },
    };
    this.rehearse(name, shared, images);
    this.check(name, shared, images);

    this.namespace = namespace;
    this.images = pulumi.all(images.released);
    this.registerOutputs({ images: this.images });
  }

  private provide(name: string, args: CiEnvironmentArgs, { names, host, imageMirror }: DockerPlace): Images {
    const { application, releaseImages, developmentImages } = args.plan;
    const { facts = {} } = args.run;
    const image = (key: string): CiPlan["application"]["images"][string] => found(application.images, key);
    const provided = (suffix: string, key: string, target: string | undefined): pulumi.Output<string> => {
      const resource = `${name}-${key}${suffix}-image`;
      const given = image(key);
      const common = { host, imageMirror, repository: names.image(`${key}${suffix}`) };
      if (isReadyMade(given)) {
        return new ReadyImage(resource, { ...common, image: given }, { parent: this }).id;
      }
      const built = { ...given, ...defined({ target }) };
      const cache = defined({ cache: buildCacheOf(key, args) });
      return new BuiltImage(resource, { ...common, facts, image: built, ...cache }, { parent: this }).id;
    };
    return {
      released: Object.fromEntries(releaseImages.map((key) => [key, provided("", key, undefined)])),
      developed: Object.fromEntries(
        developmentImages.map((key) => [key, provided("-dev", key, developmentOf(image(key))?.target)]),
      ),
    };
  }

  private rehearse(name: string, shared: Shared, images: Images): void {
    const { plan, application, names, data, labels: labelsOf } = shared;
    const migrations = byCommands(application.migrations);
    if (!plan.rehearses || migrations === undefined) return;
    const service = found(application.services, migrations.service);
    const database = databaseOf(data, checkDatabase(names.database, rehearsal));
    const inputs = serviceInputs({ ...shared, ...withDatabase(shared, database) }, service);
    new MigrationRehearsal(
      `${name}-${rehearsal}`,
      {
        ...shared,
        ...inputs,
        migrations,
        bareEnvironment: bareVariables(service.environment),
        database,
        imageId: found(images.released, service.image),
        timeoutSeconds: rehearsalTimeoutSeconds,
        labels: labelsOf(`check-${rehearsal}`),
      },
      { parent: this },
    );
  }

  private check(name: string, shared: Shared, images: Images): void {
    const { plan, application, names, data, labels: labelsOf } = shared;
    const checks: Record<string, Check> = {};
    for (const checkName of plan.checks) {
      const check = found(application.checks, checkName);
      const service = found(application.services, check.service);
      const database = check.needs.includes("postgres")
        ? databaseOf(data, checkDatabase(names.database, checkName))
        : undefined;
      const built = isDeveloped(application, service.image) ? images.developed : images.released;
      checks[checkName] = new Check(
        `${name}-${checkName}`,
        {
          ...shared,
          ...serviceInputs(
            database === undefined ? shared : withDatabase(shared, database),
            service,
            check.needs,
          ),
          checkName,
          check,
          database,
          imageId: found(built, service.image),
          labels: labelsOf(`check-${checkName}`),
          after: earlierChecks(check, application.checks).map((earlier) => found(checks, earlier)),
        },
        { parent: this },
      );
    }
  }
}

/** The layers in the registry that builds of an image use; undefined where the run uses none. */
function buildCacheOf(
  image: string,
  { run, settings, credential }: Pick<CiEnvironmentArgs, "run" | "settings" | "credential">,
): BuildCache | undefined {
  const [registry] = settings.registries;
  const { buildCache: use } = run;
  if (registry === undefined || use === undefined) return undefined;
  const account = registryAccount({ settings: { registry }, credential });
  const from = Object.hasOwn(use.from, image) ? (use.from[image] ?? []) : [];
  return { from, registry: registry.address, leaves: use.leaves, ...defined({ account }) };
}

/** A database of its own on the run's server. */
function databaseOf(
  { databases }: BackingServices,
  name: string,
): { server: NonNullable<BackingServices["databases"]>; name: string } {
  if (databases === undefined) throw new Error(`${name}: needs a server that the plan left out`);
  return { server: databases, name };
}

/** The connections with this database in place of the run's first one. */
function withDatabase(shared: Shared, { server, name }: ReturnType<typeof databaseOf>): Shared {
  return { ...shared, secretValues: { ...shared.secretValues, DATABASE_URL: server.urlOf(name) } };
}
