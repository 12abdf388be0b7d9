import * as pulumi from "@pulumi/pulumi";
import { join } from "node:path";
import type { Application, Image, JobTime } from "../application/application.ts";
import { withBuildArguments } from "../application/build-arguments.ts";
import type { ApplicationDescription } from "../application/description.ts";
import { developmentProblems, inDevelopment } from "../application/development.ts";
import { isReadyMade } from "../application/images.ts";
import { releaseJobs } from "../application/jobs.ts";
import { parseApplication } from "../application/parse.ts";
import { withVariables } from "../application/variables.ts";
import { BackingServices } from "../data/backing-services.ts";
import { checkBuildArguments } from "../image/build-arguments.ts";
import { developmentFolder, projectFiles } from "../image/build-inputs.ts";
import { BuiltImage } from "../image/built-image.ts";
import { checkContexts } from "../image/contexts.ts";
import { ReadyImage } from "../image/ready-image.ts";
import { InputError } from "../input/input-error.ts";
import { recordOf, type ReleaseIdentity } from "../plan/release-record.ts";
import type { ImageIds, ReleaseArgs, TimedJobs } from "../release/release-args.ts";
import { Release } from "../release/release.ts";
import { jobsAtTimes } from "../release/release-jobs.ts";
import type { LeftRoute } from "../release/route-agreement.ts";
import { applicationSecrets } from "../secrets/application-secrets.ts";
import type { SecretValues } from "../secrets/files.ts";
import { namesIn } from "../settings/database-name.ts";
import { referenceFacts } from "../settings/reference-facts.ts";
import { kinds } from "../settings/kinds.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { LocalSettings } from "../settings/local.ts";
import { checkGatewayPort, checkPorts, dataPorts, servicePorts, type Ports } from "../settings/ports.ts";
import { runningHere } from "../settings/running-here.ts";
import { agreed, withoutAbsent } from "./agreed.ts";
import { withEnvFile, withEnvSecrets } from "./env-file.ts";
import type { LocalRun, PublishedPorts } from "./local-run.ts";
import { gatewayOf, placeOf, type DockerPlace, type Place, type PlaceArgs } from "./place.ts";

/** Arguments of a local environment. */
export interface EnvironmentArgs extends Omit<LoadedSettings<LocalSettings>, "credential"> {
  application: Application;
  /** The ports of this machine that lead to services and backing services, by name. */
  ports: Ports;
  /**
   * The time since which the gateway serves what the state says; another time switches again. See `agreement`.
   * @default "" which never changes: what the gateway serves is not compared with the state
   */
  routeSince?: pulumi.Input<string>;
  /**
   * True when the gateway listens on `::1`, too. See `listensOnIpv6`.
   * @default false
   */
  ipv6?: pulumi.Input<boolean>;
}

/**
 * Finds what has to be known of an application before any of it is made here.
 *
 * @throws InputError with what cannot be used
 */
export function prepareLocal(
  description: ApplicationDescription,
  loaded: LoadedSettings<LocalSettings>,
  run: LocalRun = {},
): EnvironmentArgs {
  const whole = parseApplication(description);
  const parsed = runningHere(whole, loaded.settings);
  const given = withEnvSecrets(parsed, loaded);
  const { settings } = given;
  const application = withoutAbsent(agreed(parsed, given), given);
  const ports = run.ports ?? settings.ports ?? {};
  checkPorts(application, settings);
  checkGatewayPort(settings, ports);
  // The rest is not looked at where the backing services are made alone.
  if (run.only === "data") return { ...loaded, application, ports };
  checkContexts(application);
  checkBuildArguments(whole, settings.buildArgs);
  const built = withBuildArguments(application, settings.buildArgs);
  const complete = withEnvFile(withVariables(built, settings.variables), given);
  return {
    ...complete,
    application: settings.reload ? mounted(complete.application) : complete.application,
    ports,
  };
}

/**
 * One environment of an application, on this machine's Docker engine.
 *
 * The order is that of a release: images, migration, new copies behind their gates, smoke checks, the switch; the engine
 * deletes what was replaced last. All that can be known before has been checked by `prepareLocal`.
 */
export class Environment extends pulumi.ComponentResource {
  /** The address of the application for users. */
  readonly url: pulumi.Output<string>;
  readonly release: pulumi.Output<ReleaseIdentity>;
  /** The route that the gateway serves, for the next run to compare. */
  readonly route: pulumi.Output<LeftRoute>;
  /** The containers that users get, by service. */
  readonly services: pulumi.Output<Record<string, { container: string }>>;
  readonly namespace: string;
  /** The port of the gateway on this machine. */
  readonly port: number;
  /** The ports that lead to services and backing services. */
  readonly ports: PublishedPorts;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:index:Environment", name, {}, opts);
    const { application, settings, ports } = args;
    const { namespace, port } = settings;
    const child = { parent: this };
    const place = placeOf(name, localPlace(args), child);
    const listens = { port, servicePorts: Object.values(servicePorts(ports)) };
    const gateway = gatewayOf(name, place, { listens, ipv6: args.ipv6 ?? false }, child);
    const images = this.provide(name, application, place);
    const data = localData(name, args, place, child);
    const secretValues: SecretValues = {
      ...data.secretValues,
      ...applicationSecrets(name, application, args, child),
    };
    const facts = referenceFacts(settings, application);
    const release = new Release(
      `${name}-release`,
      {
        ...place,
        application,
        gateway,
        facts,
        images,
        secretValues,
        volumes: data.volumes,
        ...localJobs(application, images),
        watchSeconds: settings.watchSeconds,
        drainSeconds: settings.drainSeconds,
        routeSince: args.routeSince ?? "",
        access: { route: kinds.local.route, servicePorts: servicePorts(ports) },
        boundaries: { rights: kinds.local.rights },
        drains: kinds.local.drains,
        schema: { careful: false },
      },
      child,
    );

    this.namespace = namespace;
    this.port = port;
    this.ports = publishedPorts(args);
    this.route = release.route;
    this.url = release.containers.apply(() => facts.url);
    this.services = release.containers.apply((containers) =>
      Object.fromEntries(
        Object.entries(containers).map(([service, [container = ""]]) => [service, { container }]),
      ),
    );
    this.release = pulumi.all([pulumi.all(images), release.containers]).apply(([ids]) => recordOf(ids));
    this.registerOutputs({ url: this.url, release: this.release });
  }

  private provide(name: string, { images }: Application, place: DockerPlace): ImageIds {
    const { names, host, imageMirror } = place;
    const provided = (key: string, image: Image): BuiltImage | ReadyImage => {
      const resource = `${name}-${key}-image`;
      if (isReadyMade(image)) return new ReadyImage(resource, { image, imageMirror, host }, { parent: this });
      const repository = names.image(key);
      const folder = join(developmentFolder(names.namespace), key);
      const args = { image, repository, imageMirror, developmentFolder: folder, host };
      return new BuiltImage(resource, args, { parent: this });
    };
    return Object.fromEntries(Object.entries(images).map(([key, image]) => [key, provided(key, image).id]));
  }
}

/**
 * The backing services of such an environment alone.
 *
 * To Pulumi it is the same component, so that a start of everything takes them over as they are.
 */
export class DataOnly extends pulumi.ComponentResource {
  readonly namespace: string;
  /** The port that the gateway will have. */
  readonly port: number;
  /** The ports that lead to the backing services. */
  readonly ports: PublishedPorts;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:index:Environment", name, {}, opts);
    const { settings } = args;
    const child = { parent: this };
    localData(name, args, placeOf(name, localPlace(args), child), child);
    this.namespace = settings.namespace;
    this.port = settings.port;
    this.ports = publishedPorts(args);
    this.registerOutputs({});
  }
}

/** The environment's place, with the name of its database. */
function localPlace({ application, settings }: EnvironmentArgs): PlaceArgs {
  return { applicationName: application.name, settings, database: namesIn(application, settings).database };
}

function localData(
  name: string,
  { application, ports }: EnvironmentArgs,
  place: Place,
  opts: pulumi.ComponentResourceOptions,
): BackingServices {
  return new BackingServices(
    name,
    { ...place, application, kind: kinds.local, ports: dataPorts(ports) },
    opts,
  );
}

/** The jobs that run once for a release: with each start that builds another image. */
function localJobs(application: Application, images: ImageIds): Pick<ReleaseArgs, "jobs"> {
  const release = pulumi.all(images).apply((ids) => recordOf(ids).id);
  const at = (time: JobTime): TimedJobs => ({
    jobs: releaseJobs(application, "local", time),
    release,
    isDue: true,
  });
  return jobsAtTimes({
    "before-release": at("before-release"),
    "after-release": at("after-release"),
    again: "npm start",
  });
}

/** The ports with those that the settings ask for: as long as these stay, a port that stood in for one does, too. */
function publishedPorts({ ports, settings }: EnvironmentArgs): PublishedPorts {
  return Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [name, { port, wanted: settings.ports?.[name] ?? port }]),
  );
}

/** The application with its source mounted, once that is known to be possible. */
function mounted(application: Application): Application {
  const problems = developmentProblems(application, projectFiles(process.cwd()));
  if (problems.length > 0) throw new InputError(problems);
  return inDevelopment(application);
}
