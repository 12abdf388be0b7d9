import * as pulumi from "@pulumi/pulumi";
import type { Application, Service } from "../application/application.ts";
import { found } from "../application/names.ts";
import { layers } from "../application/needs.ts";
import { publishedServices, routesInOrder } from "../application/routes.ts";
import { onlyReads } from "../application/smoke-here.ts";
import { isStopFirst } from "../application/rollout.ts";
import { readyLabel, rolloutLabel } from "../activator/program/previews.mjs";
import type { HandOver } from "../contract/health-gate.ts";
import { addressOf } from "../gateway/forwarded.ts";
import { healthPaths, knowing, routeChecks, type RouteState } from "../gateway/route-checks.ts";
import { hashOf } from "../gateway/login.ts";
import type { PublicSite, SiteRoute } from "../gateway/site.ts";
import { HealthGate } from "../host/health-gate.ts";
import { defined } from "../input/defined.ts";
import type { SchemaChange } from "../plan/release-record.ts";
import { serviceInputs } from "../secrets/service-inputs.ts";
import { boundariesOf } from "./boundaries.ts";
import { mountsOf } from "./command-surroundings.ts";
import { handOversOf, stopFirstServices } from "./hand-overs.ts";
import { portsOf } from "./ports.ts";
import { probeOf } from "./health-probe.ts";
import { readyData } from "./ready-data.ts";
import type { ImageIds, PublicAccess, ReleaseArgs } from "./release-args.ts";
import { releaseJobsAt } from "./release-jobs.ts";
import type { LeftRoute } from "./route-agreement.ts";
import { Route } from "./route.ts";
import { listedChecks, smokeChecks } from "./smoke-checks.ts";
import { startAfter } from "../host/start-order.ts";
import { Workload } from "./workload.ts";

/** A copy, and the gate that it has to pass. */
interface GatedCopy {
  readonly gate: HealthGate;
  /** The container's name, known once it is healthy. */
  readonly containerName: pulumi.Output<string>;
  readonly containerId: pulumi.Output<string>;
  /** Its part of the switch, where it starts when the old one has ended. */
  readonly handOver?: pulumi.Output<HandOver>;
}

/** The receipts of a release's steps. */
export interface Receipts {
  readonly migration?: Receipt;
  /** The dump from before the migration. */
  readonly backup?: Receipt;
  readonly gates: Receipt;
  readonly smoke: Receipt;
  readonly route: Receipt;
}

type Receipt = Readonly<Record<string, unknown>>;

/** The copies of one release, by service. */
type Copies = Readonly<Record<string, readonly GatedCopy[]>>;

/** One release: the migration, then new copies, each behind its gate, then the switch, which asks them first. */
export class Release extends pulumi.ComponentResource {
  /** The containers that users get, by service; known once the route was switched. */
  readonly containers: pulumi.Output<Record<string, string[]>>;
  /** The proofs of its steps; known once the route was switched. */
  readonly receipts: pulumi.Output<Receipts>;
  /** The route that the gateway serves from now on. */
  readonly route: pulumi.Output<LeftRoute>;
  /** The change of the schema; undefined where nothing is known of it. */
  readonly schema: pulumi.Output<SchemaChange | undefined>;

  constructor(name: string, args: ReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:release:Release", name, {}, opts);
    const { migration, ready } = readyData(name, args, { parent: this });
    const stable = this.copies(name, args, { images: args.images, suffix: "" }, ready);
    const canary =
      args.canary &&
      this.copies(
        name,
        asCanary(args, args.canary),
        { images: args.canary.images, suffix: "-canary", beside: stable },
        ready,
      );
    const route = this.switchTo(name, args, stable, canary);
    this.route = route.left;
    const jobs = releaseJobsAt(name, "after-release", args, [route], { parent: this });
    const done = pulumi.all(jobs.map(({ receipt }) => receipt));
    this.containers = pulumi.all([namesIn(stable), route.receipt]).apply(([names]) => names);
    this.receipts = pulumi
      .all([receiptsIn(stable), route.smoke, route.receipt, migration?.receipt, migration?.backup, done])
      .apply(([gates, smoke, route, migration, backup]): Receipts => ({
        gates,
        smoke,
        route,
        ...defined({ migration, backup }),
      }));
    this.schema = migration?.schema ?? pulumi.output(undefined);
    this.registerOutputs({ containers: this.containers });
  }

  /** Services in the order of their needs, one start at a time: each when those that it needs are healthy. */
  private copies(
    name: string,
    args: ReleaseArgs,
    { images, suffix, beside }: { images: ImageIds; suffix: string; beside?: Copies },
    ready: readonly pulumi.Resource[],
  ): Copies {
    const copies: Record<string, readonly GatedCopy[]> = {};
    let started: pulumi.Output<string> | undefined;
    for (const serviceName of layers(args.application).flat()) {
      const service = found(args.application.services, serviceName);
      if (beside !== undefined && isStopFirst(service)) {
        copies[serviceName] = found(beside, serviceName);
        continue;
      }
      const needed = service.needs.flatMap((need) => (copies[need] ?? []).map(({ gate }) => gate));
      const ofService: GatedCopy[] = (copies[serviceName] = []);
      const inputs = serviceInputs(args, service);
      const part = serviceName + suffix;
      const released = { name, service, serviceName, files: inputs.files, part };
      const within = boundariesOf(released, args, { parent: this });
      for (const copy of copyNames(serviceName + suffix, args.numberOfCopies?.[serviceName])) {
        const workload = new Workload(
          args.names.workload(copy),
          {
            service,
            imageId: startAfter(found(images, service.image), started),
            drainSeconds: args.drainSeconds,
            host: args.host,
            labels: { ...args.labels(serviceName), ...readyLabels(args, service), ...rolloutLabels(service) },
            mounts: mountsOf(args, service),
            volumes: Object.entries(service.volumes).map(([volume, path]) => ({
              name: found(args.volumes, volume),
              path,
            })),
            ...portsOf(args, serviceName),
            ...inputs,
            ...within,
          },
          { parent: this, dependsOn: [...ready, ...needed] },
        );
        started = workload.containerId;
        const gated = {
          subject: `services.${serviceName}`,
          timeoutSeconds: args.gateTimeoutSeconds,
          ...probeOf(service, args),
          ...defined({ pids: within.limits?.pids }),
          ...(isStopFirst(service) && { onlyOneOf: args.labels(serviceName) }),
        };
        const { containerName, containerId } = workload;
        const gate = new HealthGate(
          `${name}-${copy}-gate`,
          { host: args.host, containerName, containerId, ...gated },
          { parent: this },
        );
        const { onlyOneOf } = gated;
        const handOver =
          onlyOneOf &&
          pulumi.output({ ...gated, onlyOneOf, container: containerName, graceSeconds: args.drainSeconds });
        ofService.push({ gate, containerName: gate.containerName, containerId, ...defined({ handOver }) });
      }
    }
    return copies;
  }

  /** The hashes of the passwords that routes ask for, by their secrets' names. */
  private hashes(
    name: string,
    { host, gateway, secretValues }: ReleaseArgs,
    routes: readonly SiteRoute[],
  ): Record<string, pulumi.Output<string>> {
    const secrets = new Set(routes.flatMap(({ basicAuth }) => basicAuth?.secret ?? []));
    return Object.fromEntries(
      [...secrets].map((secret) => {
        const password = found(secretValues, secret);
        const hash = hashOf(`${name}-${secret}-hash`, { host, gateway, password }, { parent: this });
        return [secret, hash] as const;
      }),
    );
  }

  private switchTo(name: string, args: ReleaseArgs, stable: Copies, canary: Copies | undefined): Route {
    const { access } = args;
    const application = knowing(args.application, args.facts);
    const isPublic = access.route === "domain";
    const maintenance = isPublic && access.maintenance;
    const routes = routesInOrder(application).map((route) => ({
      ...route,
      copies: found(stable, route.service).length,
    }));
    const servicePorts = isPublic ? [] : publishedServices(application, access.servicePorts);
    const login = isPublic ? access.login : undefined;
    const { url } = args.facts;
    const state = pulumi.output(login?.password).apply((password): RouteState => ({
      maintenance,
      canary: canary !== undefined,
      url,
      ...defined({ password }),
    }));
    const limitSeconds = args.gateTimeoutSeconds;
    // A canary shares those copies with the release beside it of which never two run.
    const everyCopy = [...new Set([stable, canary ?? {}].flatMap(all))];
    // What the gateway serves tells the next switch which copies the last one left, also of those that answer no path.
    const stopFirst = stopFirstServices(application).map((service) => ({ service }));
    const routed = (copies: Copies): Copies =>
      Object.fromEntries(
        [...routes, ...servicePorts, ...stopFirst].map(({ service }) => [service, found(copies, service)]),
      );
    return new Route(
      `${name}-route`,
      {
        host: args.host,
        gateway: args.gateway,
        siteName: args.names.namespace,
        routes,
        servicePorts,
        files: pulumi
          .all([namesIn(routed(stable)), canary && namesIn(routed(canary))])
          .apply(([some, few]) => ({
            stable: some,
            ...(few !== undefined && { canary: { containers: few, weight: args.canary?.weight ?? 0 } }),
            maintenance,
          })),
        copies: pulumi.all(everyCopy.map(({ containerName }) => containerName)),
        access: isPublic
          ? {
              ...access,
              healthPaths: healthPaths(application),
              domains: withHealthPaths(access.domains, application),
              drainSeconds: args.drainSeconds,
            }
          : { route: access.route },
        ...(login !== undefined && { passwordHash: login.hash }),
        ...defined({ handOvers: handOversOf(application, stable) }),
        ...(isPublic && { hashes: this.hashes(name, args, routes) }),
        smoke: smokeChecks({ ...args, application }, canary === undefined ? [stable] : [stable, canary]),
        checks: state.apply((asked) => routeChecks(application, asked)),
        ...(!application.smoke.every(onlyReads) && {
          listed: state.apply((asked) => listedChecks({ application, limitSeconds }, stable, asked)),
        }),
        watchSeconds: args.watchSeconds,
        drainSeconds: args.drains ? args.drainSeconds : 0,
        since: args.routeSince,
      },
      // Services without a route, such as workers, have to be well before the switch too.
      { parent: this, dependsOn: everyCopy.map(({ gate }) => gate) },
    );
  }
}

function withHealthPaths(
  domains: PublicAccess["domains"],
  application: Application,
): NonNullable<PublicSite["domains"]> {
  const named = Object.entries(domains).map(
    ([label, name]) => [label, { ...name, healthPaths: healthPaths(application, label) }] as const,
  );
  return Object.fromEntries(named);
}

/** The arguments for the copies of a newer release beside the one that all others get. */
function asCanary(args: ReleaseArgs, { version }: { readonly version: string }): ReleaseArgs {
  return { ...args, facts: { ...args.facts, version } };
}

/** The first copy is called like its service, so that another number of copies replaces none. */
function copyNames(service: string, copies = 1): string[] {
  return Array.from({ length: copies }, (_, copy) => (copy === 0 ? service : `${service}-copy-${copy + 1}`));
}

function all(copies: Copies): GatedCopy[] {
  return Object.values(copies).flat();
}

/** The gates' receipts, by the containers' names. */
function receiptsIn(copies: Copies): pulumi.Output<Receipt> {
  const entries = all(copies).map(({ containerName, gate }) => pulumi.all([containerName, gate.receipt]));
  return pulumi.all(entries).apply((pairs) => Object.fromEntries(pairs) as Receipt);
}

/** The containers' names, by service, known once they are healthy. */
function namesIn(copies: Copies): pulumi.Output<Record<string, string[]>> {
  return pulumi.all(
    Object.fromEntries(
      Object.entries(copies).map(([service, gated]) => [
        service,
        pulumi.all(gated.map(({ containerName }) => containerName)),
      ]),
    ),
  );
}

/** The label by which what starts copies again knows of which it may start one only. */
function rolloutLabels(service: Service): Readonly<Record<string, string>> {
  return isStopFirst(service) ? { [rolloutLabel]: "stop-first" } : {};
}

/** The label by which the activator learns whether a copy that it started is well. */
function readyLabels({ access, facts }: ReleaseArgs, service: Service): Readonly<Record<string, string>> {
  const { health, port } = service;
  if (access.route !== "domain" || access.activator === undefined) return {};
  if (port === undefined || health === undefined || !("path" in health)) return {};
  return { [readyLabel]: `${new URL(addressOf(service, facts)).hostname}:${port}${health.path}` };
}
