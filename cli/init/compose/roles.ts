import { show } from "../../../components/input/input-checks.ts";
import { defined } from "../../../components/input/defined.ts";
import {
  imageReference,
  isGateway,
  isStateful,
  readyReference,
  postgresVersionOf,
  redisVersionOf,
  serverOf,
  type Server,
} from "./image-reference.ts";
import { shown } from "./merging.ts";
import {
  booleanOf,
  entriesOf,
  fieldOf,
  fields,
  itemsOf,
  shownPlace,
  textOf,
  textsOf,
  type Fields,
} from "./value.ts";

/**
 * What a service is here: a `service` of an image that is built here; one that runs `once`; a server that Towpath brings; what
 * makes `buckets`; a `gateway`; or of a `ready-made` image.
 */
export type Role = "service" | "once" | Server | "buckets" | "gateway" | "ready-made";

/** A service of a compose file. */
export interface ComposeService {
  readonly name: string;
  readonly own: Fields;
  readonly role: Role;
  /** Its image; of a server that is built here, the one that its Dockerfile begins with. */
  readonly image: string;
  /** The service whose build makes its image: itself, or another of the same build or image. */
  readonly builtBy?: string;
}

/**
 * The services with what they are here. Of several servers of a kind, the first is Towpath's. `baseOf` is the image that a
 * Dockerfile of the repository begins with.
 */
export function withRoles(services: Fields, baseOf: (own: Fields) => string | undefined): ComposeService[] {
  const all = [...services.entries].map(([name, { place, value }]) => {
    const own = value.kind === "fields" ? value : fields(place, []);
    const base = baseOf(own);
    const named = fieldOf(own, "build") === undefined ? (textOf(fieldOf(own, "image")) ?? "") : "";
    return { name, own, image: base ?? named, builtBy: builderOf(name, own, services) };
  });
  const completed = new Set(
    all.flatMap(({ own }) =>
      entriesOf(fieldOf(own, "depends_on")).flatMap(([name, { value }]) =>
        textOf(fieldOf(value, "condition")) === "service_completed_successfully" ? [name] : [],
      ),
    ),
  );
  const found = new Set<Role>();
  return all.map(({ builtBy, ...service }) => {
    const role = roleOf(service, builtBy !== undefined, completed);
    const isSecond = isServer(role) && found.has(role);
    found.add(role);
    const builds = role === "service" || role === "once";
    return { ...service, role: isSecond ? "ready-made" : role, ...(builds && defined({ builtBy })) };
  });
}

/** Tells whether a service runs an image that is pulled as it is. */
export function isReadyMade({ role, image }: Pick<ComposeService, "role" | "image">): boolean {
  return role === "ready-made" && !isStateful(image) && readyReference(image) !== undefined;
}

/** Tells whether a role is that of a server which Towpath brings. */
export function isServer(role: Role): role is Server {
  return role === "postgres" || role === "redis" || role === "object-storage";
}

function roleOf(
  { name, own, image }: Omit<ComposeService, "role">,
  isBuilt: boolean,
  completed: ReadonlySet<string>,
): Role {
  if (isBuilt && serverOf(image) === undefined) {
    const restarts = textOf(fieldOf(own, "restart")) ?? "no";
    const isOnce = completed.has(name) || (/^(?:no|false)$/.test(restarts) && isOnceByName(name, own));
    return isOnce ? "once" : "service";
  }
  if (imageReference(image).name === "mc") return "buckets";
  return serverOf(image) ?? (isGateway(image) || isProxy(own, image) ? "gateway" : "ready-made");
}

const onceByName = /(?:^|[-_])(?:migrat\w*|seed(?:er|s)?|init|setup|bootstrap)$/i;

/** Tells whether a service that nothing starts again seems to run once, such as `migrate`. */
function isOnceByName(name: string, own: Fields): boolean {
  const listens = fieldOf(own, "ports") !== undefined || fieldOf(own, "healthcheck") !== undefined;
  return !listens && onceByName.test(name);
}

/** Tells whether a web server of a ready-made image only passes requests on: it waits for a service, and has a configuration. */
function isProxy(own: Fields, image: string): boolean {
  if (!/^(?:nginx|httpd|openresty)$/.test(imageReference(image).name)) return false;
  const mounts = fieldOf(own, "volumes");
  const targets =
    mounts === undefined
      ? []
      : itemsOf(mounts).map((item) => textOf(fieldOf(item, "target")) ?? textOf(item) ?? "");
  const servesFiles = targets.some((target) => /\/(?:html|htdocs|www)(?:\/|:|$)/.test(target));
  return !servesFiles && entriesOf(fieldOf(own, "depends_on")).length > 0;
}

/** The service that builds the image that a service runs. */
function builderOf(name: string, own: Fields, services: Fields): string | undefined {
  const build = fieldOf(own, "build");
  const image = textOf(fieldOf(own, "image"));
  const builds = (one: string): string | undefined => {
    const other = fieldOf(fieldOf(services, one), "build");
    return other === undefined ? undefined : shown(other);
  };
  const names = [...services.entries.keys()];
  if (build !== undefined) return names.find((one) => builds(one) === shown(build)) ?? name;
  if (image === undefined) return undefined;
  return names.find(
    (one) => builds(one) !== undefined && textOf(fieldOf(fieldOf(services, one), "image")) === image,
  );
}

/** The problems of images and of what waits for what, each with its place. */
export function serviceProblems(services: readonly ComposeService[]): string[] {
  const names = services.map(({ name }) => name);
  return [
    ...services.flatMap((service) => [
      ...versionProblems(service),
      ...waitProblems(service, names),
      ...imageProblems(service),
    ]),
    ...cycleProblems(services),
  ];
}

function versionProblems({ name, own, role, image }: ComposeService): string[] {
  const known = { postgres: postgresVersionOf, redis: redisVersionOf };
  if ((role !== "postgres" && role !== "redis") || known[role](image) !== undefined) return [];
  const place = own.entries.get("image")?.place ?? own.place;
  return [`${shownPlace(place)}: services.${name}.image: ${unknownVersion(role, image)}`];
}

function imageProblems({ name, own }: ComposeService): string[] {
  if (["image", "build", "provider"].some((key) => fieldOf(own, key) !== undefined)) return [];
  return [
    `${shownPlace(own.place)}: services.${name}: expected an image or a build, got neither; say what it runs`,
  ];
}

function waitProblems({ name, own }: ComposeService, names: readonly string[]): string[] {
  return entriesOf(fieldOf(own, "depends_on")).flatMap(([other, { place, value }]) =>
    names.includes(other) || booleanOf(fieldOf(value, "required")) === false
      ? []
      : [`${shownPlace(place)}: services.${name}.depends_on: ${noService(other)}`],
  );
}

/** Walks what waits for what; a service that is still being walked closes a circle. */
function cycleProblems(services: readonly ComposeService[]): string[] {
  const [problems, walked]: [string[], Set<string>] = [[], new Set()];
  const waits = (name: string) =>
    entriesOf(fieldOf(services.find((one) => one.name === name)?.own, "depends_on"));
  const walk = (name: string, trail: readonly string[]): void => {
    walked.add(name);
    for (const [other, { place }] of waits(name)) {
      const circle = [...trail, name];
      const start = circle.indexOf(other);
      if (start >= 0)
        problems.push(
          `${shownPlace(place)}: services.${name}.depends_on: cycle ${[...circle.slice(start), other].join(" -> ")}; remove one of these`,
        );
      else if (!walked.has(other)) walk(other, circle);
    }
  };
  for (const { name } of services) if (!walked.has(name)) walk(name, []);
  return problems;
}

/** The command of a service as one text, to look for words in. */
export function commandText(own: Fields): string {
  return [...textsOf(fieldOf(own, "entrypoint")), ...textsOf(fieldOf(own, "command"))].join(" ");
}

/** Says that a server has no such version. */
export function unknownVersion(server: "postgres" | "redis", image: string): string {
  const [title, example] = { postgres: ["PostgreSQL", "postgres:17"], redis: ["Redis", "redis:7"] }[server];
  return `expected a version of ${title}, got ${show(image)}; write one that there is, for example ${example}`;
}

/** Says that a service waits for one that is not there. */
export function noService(name: string): string {
  return `no such service, got ${show(name)}; remove it, or name the file that has it with another -f`;
}
