import type { Application, Service } from "../../components/application/application.ts";
import { imageReference } from "../../components/application/images.ts";
import { byCommands } from "../../components/application/migrations.ts";
import { isBackingService } from "../../components/application/needs.ts";
import { isStopFirst } from "../../components/application/rollout.ts";
import { describedRoutes, routedDomains, routesInOrder } from "../../components/application/routes.ts";
import { gatewayImage } from "../../components/gateway/gateway-image.ts";
import { handling } from "../../components/gateway/route-handling.ts";
import { defined } from "../../components/input/defined.ts";
import { extensionsFile, serversOf } from "./compose-servers.ts";
import { healthcheck, nonEmpty, type ComposeService } from "./compose-service.ts";
import { givenTo, portVariable, plain, serverNames, type Given } from "./compose-values.ts";

/** A compose file that runs an application, and what it leaves out. */
export interface ComposeExport {
  readonly compose: ComposeFile;
  /** The variables that a person has to give, such as passwords, by name. */
  readonly values: readonly string[];
  /** What of `application.ts` is not in it, a line each: path, and what it means. */
  readonly left: readonly string[];
}

/** The parts of a compose file that are written. */
export interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes?: Readonly<Record<string, object>>;
  readonly secrets?: Readonly<Record<string, { readonly environment: string }>>;
  readonly configs?: Readonly<Record<string, { readonly content: string }>>;
}

/** What the export takes from the settings of `local`. */
export interface ExportSettings {
  readonly imageMirror?: string | undefined;
  readonly buildArgs?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
}

const isHealthy = { condition: "service_healthy" } as const;
const isDone = { condition: "service_completed_successfully" } as const;
const hasStarted = { condition: "service_started" } as const;

/**
 * Describes an application for Docker Compose: its services, servers, routes, migrations and jobs.
 *
 * @param application as it runs in `local`
 */
export function composeFile(application: Application, settings: ExportSettings): ComposeExport {
  const scene: Scene = { application, settings, migrate: freeName(application, "migrate") };
  const { services, volumes } = serversOf(application, settings.imageMirror);
  const given = Object.values(application.services).map((service) => givenTo(application, service));
  const own = Object.keys(application.services).map((name) => [name, serviceOf(scene, name)] as const);
  const all = {
    ...services,
    ...migration(scene),
    ...Object.fromEntries(own),
    ...jobs(scene),
    ...gateway(scene),
  };
  const secrets = [...new Set(given.flatMap((one) => Object.keys(one.secrets)))];
  const files: Record<string, { content: string }> = extensionsFile(application);
  for (const one of given) for (const [name, content] of Object.entries(one.files)) files[name] = { content };
  if (Object.hasOwn(all, gatewayName)) files[caddyfileName] = { content: plain(caddyfile(application)) };
  const compose = {
    name: application.name,
    services: all,
    ...nonEmpty("volumes", {
      ...volumes,
      ...Object.fromEntries(application.volumes.map((name) => [name, {}])),
    }),
    ...nonEmpty("secrets", Object.fromEntries(secrets.map((name) => [name, { environment: name }]))),
    ...nonEmpty("configs", files),
  };
  return { compose, values: valuesIn(compose), left: leftOut(application) };
}

/** What is needed to describe one service after the other. */
interface Scene {
  readonly application: Application;
  readonly settings: ExportSettings;
  /** The name of the service that migrates. */
  readonly migrate: string;
}

function serviceOf({ application, settings, migrate }: Scene, name: string): ComposeService {
  const service = application.services[name];
  if (service === undefined) throw new Error(`no service ${name}`);
  const { health } = service;
  return {
    ...processOf(application, settings, service),
    ...nonEmpty("depends_on", dependsOn(application, service.needs, migrate)),
    ...(health !== undefined && "command" in health && { healthcheck: healthcheck(...health.command) }),
    ...(service.ports !== undefined && { ports: [...service.ports] }),
    ...(isStopFirst(service) && { deploy: { update_config: { order: "stop-first" } } }),
    restart: "unless-stopped",
  };
}

/** A service's image, and how its process runs there. */
function processOf(application: Application, settings: ExportSettings, service: Service): ComposeService {
  const { command, entrypoint, user, workingDir, init, stopSignal, tmpfs, shmSize, ulimits, extraHosts } =
    service;
  const volumes = Object.entries(service.volumes).map(([volume, path]) => `${volume}:${path}`);
  return {
    ...imageOf(application, settings, service.image),
    ...defined({
      command: command?.map(plain),
      entrypoint: entrypoint?.map(plain),
      user,
      working_dir: workingDir,
      stop_signal: stopSignal,
      shm_size: shmSize?.replace("iB", "").toLowerCase(),
    }),
    ...(init && { init }),
    ...deliveries(givenTo(application, service)),
    ...nonEmpty("tmpfs", tmpfs),
    ...nonEmpty("ulimits", ulimits),
    ...nonEmpty("extra_hosts", extraHosts),
    ...nonEmpty("volumes", volumes),
  };
}

function deliveries({ environment, secrets, files }: Given): ComposeService {
  const own = Object.entries(secrets).map(([source, target]) => ({ source, target }));
  const configs = Object.keys(files).map((source) => ({
    source,
    target: environment[`${source}_FILE`] ?? `/run/secrets/${source}`,
  }));
  return { environment, ...nonEmpty("secrets", own), ...nonEmpty("configs", configs) };
}

function imageOf(
  { images, name }: Application,
  { imageMirror, buildArgs = {} }: ExportSettings,
  image: string,
): ComposeService {
  const described = images[image];
  if (described === undefined) throw new Error(`no image ${image}`);
  if ("from" in described) return { image: imageReference(described.from, imageMirror) };
  const { context, dockerfile, target, args } = described;
  const all = {
    ...(imageMirror !== undefined && { IMAGE_MIRROR: imageMirror }),
    ...args,
    ...buildArgs[image],
  };
  return {
    image: `${name}-${image}`,
    build: {
      context: `./${context}`.replace(/\/\.?$/, "") || ".",
      ...(dockerfile !== "Dockerfile" && { dockerfile }),
      ...defined({ target }),
      ...nonEmpty("args", Object.fromEntries(Object.entries(all).map(([key, text]) => [key, plain(text)]))),
    },
  };
}

function dependsOn(
  { buckets, migrations }: Application,
  needs: readonly string[],
  migrate?: string,
): Record<string, object> {
  const found: Record<string, object> = {};
  for (const need of needs) {
    if (buckets.includes(need)) found[serverNames.objectStorage] = isHealthy;
    else if (isBackingService(need)) found[need] = isHealthy;
    else found[need] = hasStarted;
  }
  if (migrate !== undefined && byCommands(migrations) !== undefined && needs.includes("postgres"))
    found[migrate] = isDone;
  return found;
}

/** The migrations, which run to their end before what needs the database starts. */
function migration({ application, settings, migrate }: Scene): Record<string, ComposeService> {
  const { services } = application;
  const migrations = byCommands(application.migrations);
  const service = migrations && services[migrations.service];
  if (migrations === undefined || service === undefined) return {};
  const needs = service.needs.filter(isBackingService);
  return {
    [migrate]: {
      ...processOf(application, settings, { ...service, command: migrations.up }),
      ...nonEmpty("depends_on", dependsOn(application, needs)),
      restart: "no",
    },
  };
}

/** The jobs, which run when somebody asks: `docker compose run --rm <name>`. */
function jobs({ application, settings, migrate }: Scene): Record<string, ComposeService> {
  const all = Object.entries(application.jobs).flatMap(([name, { service: of, command }]) => {
    const service = application.services[of];
    if (service === undefined) return [];
    const job = {
      ...processOf(application, settings, { ...service, command }),
      ...nonEmpty("depends_on", dependsOn(application, service.needs, migrate)),
      profiles: ["jobs"],
      restart: "no",
    };
    return [[freeName(application, `job-${name}`), job] as const];
  });
  return Object.fromEntries(all);
}

const gatewayName = "gateway";
const caddyfileName = "gateway-caddyfile";

function gateway({ application, settings }: Scene): Record<string, ComposeService> {
  const routes = routesInOrder(application);
  if (routes.length === 0) return {};
  const { name, value } = portVariable;
  return {
    [gatewayName]: {
      image: imageReference(gatewayImage, settings.imageMirror),
      ports: [`127.0.0.1:\${${name}:-${value}}:${value}`],
      configs: [{ source: caddyfileName, target: "/etc/caddy/Caddyfile" }],
      depends_on: Object.fromEntries(
        [...new Set(routes.map(({ service }) => service))].map((one) => [one, hasStarted]),
      ),
      restart: "unless-stopped",
    },
  };
}

/** The gateway's file: each path leads to its service, as in Towpath, those of further host names below `localhost`. */
export function caddyfile(application: Application): string {
  const site = (address: string, domain?: string): string => {
    const routes = routesInOrder(application)
      .filter((route) => route.domain === domain)
      .map((route) => {
        const lines = [...handling(route, "", undefined), `reverse_proxy ${route.service}:${route.port}`];
        return `\thandle ${route.path} {\n${lines.map((line) => `\t\t${line}\n`).join("")}\t}\n`;
      });
    return `${address}:${portVariable.value} {\n${routes.join("")}}\n`;
  };
  const further = routedDomains(application).map((label) => site(`http://${label}.localhost`, label));
  return [site(""), ...further].join("");
}

/** A name that no service of the application has. */
function freeName(application: Pick<Application, "services">, name: string): string {
  return Object.hasOwn(application.services, name) ? freeName(application, `${name}-it`) : name;
}

/** The variables that Compose asks for. */
function valuesIn(compose: ComposeFile): string[] {
  const asked = [...JSON.stringify(compose).matchAll(/\$\{(\w+):\?/g)].map(([, name = ""]) => name);
  return [...new Set([...Object.keys(compose.secrets ?? {}), ...asked])].sort();
}

/** What Compose has no word for, or not here. */
function leftOut({ services, secrets, smoke, checks, migrations, images, jobs }: Application): string[] {
  const paths = Object.entries(services).flatMap(([name, { health }]) =>
    health !== undefined && "path" in health
      ? [
          `services.${name}.health: Compose asks no path; give it a command that asks ${health.path} where the image has one`,
        ]
      : [],
  );
  const development = Object.entries(images).flatMap(([name, image]) =>
    "dev" in image ? [`images.${name}.dev: the source is not mounted; images are as they are released`] : [],
  );
  const optional = Object.entries(secrets).flatMap(([name, secret]) =>
    secret.optional === true
      ? [`secrets.${name}: Compose knows no optional secret; it has to have a value`]
      : [],
  );
  const guarded = Object.entries(services).flatMap(([name, service]) =>
    describedRoutes(service).flatMap(({ basicAuth }, index) =>
      basicAuth === undefined
        ? []
        : [`services.${name}.routes[${index}].basicAuth: the gateway asks for no password, as in local`],
    ),
  );
  return [
    ...paths,
    ...guarded,
    ...development,
    ...optional,
    ...(byCommands(migrations) === undefined
      ? []
      : ["migrations: up alone, without a lock, a dump or a way down"]),
    ...jobTimes(jobs),
    ...(smoke.length === 0 ? [] : ["smoke: nothing is asked before users get a new release"]),
    ...(Object.keys(checks).length === 0 ? [] : ["checks: Compose runs none; npx towpath ci does"]),
  ];
}

/** What makes jobs run by themselves. */
function jobTimes(jobs: Application["jobs"]): string[] {
  return Object.entries(jobs).flatMap(([name, { schedule, runs }]) => {
    const command = `docker compose run --rm job-${name}`;
    if (schedule !== undefined)
      return [
        `jobs.${name}.schedule: Compose runs nothing by a schedule; have the machine's cron run it at "${schedule}" (UTC): ${command}`,
      ];
    if (runs === undefined) return [];
    const time = runs === "before-release" ? "before" : "after";
    return [
      `jobs.${name}.runs: Compose knows no releases; run it ${time} each docker compose up: ${command}`,
    ];
  });
}
