import * as pulumi from "@pulumi/pulumi";
import type { Application, Service } from "../application/application.ts";
import { found } from "../application/names.ts";
import { layers } from "../application/needs.ts";
import { routeOf, routesInOrder } from "../application/routes.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { DockerHost } from "../host/docker-host.ts";
import type { Names } from "../naming/names.ts";
import type { SecretValues } from "../secrets/files.ts";
import { serviceInputs } from "../secrets/service-inputs.ts";
import { HealthGate } from "./health-gate.ts";
import { Migration } from "./migration.ts";
import { Route } from "./route.ts";
import { SmokeCheck } from "./smoke-check.ts";
import { startAfter } from "./start-order.ts";
import { Workload } from "./workload.ts";

/** What is released, and where. */
export interface ReleaseArgs {
  application: Application;
  environment: string;
  names: Names;
  /** The images' ids, by the images' names. */
  images: Readonly<Record<string, pulumi.Output<string>>>;
  /** Every secret that a service may be given, by name. */
  secretValues: SecretValues;
  gateTimeoutSeconds: number;
  watchSeconds: number;
  drainSeconds: number;
  host: DockerHost;
  gateway: Gateway;
  /** The labels of one part. */
  labels: (part: string) => Readonly<Record<string, string>>;
}

/** How long a migration may take, in seconds. */
const migrationTimeoutSeconds = 600;

/** A copy, and the gate that it has to pass. */
interface GatedCopy {
  readonly gate: HealthGate;
  /** The container's name, known once it is healthy. */
  readonly containerName: pulumi.Output<string>;
  readonly containerId: pulumi.Output<string>;
}

/** One release: the migration, then new copies, each behind its gate, then the smoke checks, then the switch. */
export class Release extends pulumi.ComponentResource {
  /** The containers that users get, by service; known once the route was switched. */
  readonly containers: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: ReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:release:Release", name, {}, opts);
    const migration = this.migration(name, args);
    const copies = this.copies(name, args, migration);
    const smoke = this.smokeCheck(name, args, copies);
    const route = this.route(name, args, copies, smoke);
    this.containers = pulumi
      .all([pulumi.all(mapValues(copies, (copy) => copy.containerName)), route.receipt])
      .apply(([names]) => names);
    this.registerOutputs({ containers: this.containers });
  }

  private migration(name: string, args: ReleaseArgs): Migration | undefined {
    const { migrations, services } = args.application;
    const service = migrations && services[migrations.service];
    if (migrations === undefined || service === undefined) return undefined;
    return new Migration(
      `${name}-migration`,
      {
        imageId: found(args.images, service.image),
        command: migrations.up,
        timeoutSeconds: migrationTimeoutSeconds,
        host: args.host,
        labels: args.labels("migration"),
        mounts: mountsOf(args, service),
        ...serviceInputs(args, service),
      },
      { parent: this },
    );
  }

  /** Services in the order of their needs, one start at a time: each when those that it needs are healthy. */
  private copies(
    name: string,
    args: ReleaseArgs,
    migration: Migration | undefined,
  ): Record<string, GatedCopy> {
    const copies: Record<string, GatedCopy> = {};
    let started: pulumi.Output<string> | undefined;
    for (const serviceName of layers(args.application).flat()) {
      const service = found(args.application.services, serviceName);
      const imageId = found(args.images, service.image);
      const needed = service.needs.flatMap((need) => copies[need]?.gate ?? []);
      const workload = new Workload(
        args.names.workload(serviceName),
        {
          service,
          imageId: startAfter(imageId, started),
          drainSeconds: args.drainSeconds,
          host: args.host,
          labels: args.labels(serviceName),
          mounts: mountsOf(args, service),
          ...serviceInputs(args, service),
        },
        { parent: this, dependsOn: migration === undefined ? needed : [migration, ...needed] },
      );
      started = workload.containerId;
      const gate = new HealthGate(
        `${name}-${serviceName}-gate`,
        {
          subject: `services.${serviceName}`,
          containerName: workload.containerName,
          containerId: workload.containerId,
          timeoutSeconds: args.gateTimeoutSeconds,
          ...probe(service, args.gateway),
        },
        { parent: this },
      );
      copies[serviceName] = { gate, containerName: gate.containerName, containerId: workload.containerId };
    }
    return copies;
  }

  private smokeCheck(name: string, args: ReleaseArgs, copies: Record<string, GatedCopy>): SmokeCheck {
    const { smoke } = args.application;
    const checks = smoke.flatMap((expected) => {
      const target = routeOf(args.application, expected.path);
      if (target === undefined) return [];
      const { containerName } = found(copies, target.service);
      return pulumi
        .all([args.gateway.containerName, containerName])
        .apply(([gateway, host]) => ({ ...expected, target: { gateway, host, port: target.port } }));
    });
    return new SmokeCheck(
      `${name}-smoke`,
      { checks: pulumi.all(checks), containerIds: Object.values(copies).map((copy) => copy.containerId) },
      { parent: this },
    );
  }

  private route(
    name: string,
    args: ReleaseArgs,
    copies: Record<string, GatedCopy>,
    smoke: SmokeCheck,
  ): Route {
    const routes = routesInOrder(args.application);
    const answering = routes.map(({ service }) => [service, found(copies, service).containerName] as const);
    return new Route(
      `${name}-route`,
      {
        gateway: args.gateway,
        siteName: args.names.namespace,
        routes,
        containers: pulumi.all(Object.fromEntries(answering)),
        checks: [...args.application.smoke],
        watchSeconds: args.watchSeconds,
      },
      // Services without a route, such as workers, have to be well before the switch too.
      { parent: this, dependsOn: [smoke, ...Object.values(copies).map((copy) => copy.gate)] },
    );
  }
}

/** The source that a service sees as it is in the working tree. */
function mountsOf({ application }: ReleaseArgs, { image }: Service): Readonly<Record<string, string>> {
  return found(application.images, image).mounts ?? {};
}

function probe(
  { health, port }: Service,
  gateway: Gateway,
): Pick<ConstructorParameters<typeof HealthGate>[1], "probe"> {
  if (health === undefined) return {};
  if ("command" in health) return { probe: { command: [...health.command] } };
  if (port === undefined) return {};
  return { probe: gateway.containerName.apply((name) => ({ gateway: name, path: health.path, port })) };
}

function mapValues<T, U>(map: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
