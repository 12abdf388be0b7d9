import type { HealthDescription } from "../../../components/application/description.ts";
import { publishedPorts as hostPorts } from "../../../components/application/published-ports.ts";
import { readDockerfile, healthUrl, type DockerfileFacts } from "../dockerfile.ts";
import type { GivenKey, KeyRule } from "./keys.ts";
import { named, taken, unneeded, type Key, type Row } from "./report.ts";
import { booleanOf, entriesOf, fieldOf, itemsOf, textOf, textsOf, type Fields, type Value } from "./value.ts";

/** A port of a container, and where it is published. */
export interface PublishedPort {
  readonly target: number;
  readonly published?: number;
  readonly protocol: string;
  /** True when it is at one address of the machine only, or one of a range. */
  readonly isPartial?: true;
}

/** Ports of protocols that are no HTTP, as IANA has them: FTP, SSH, mail, DNS, LDAP, syslog, RTMP, MQTT, STUN, SIP, XMPP and IRC. */
const otherProtocols = [
  ...[21, 22, 25, 53, 110, 143, 389, 465, 514, 587, 636, 993, 995, 1883, 1935, 2525, 3478, 5060, 5061, 5222],
  ...[5269, 5349, 6667, 6697, 8883],
];

/** Tells whether a port is none that the gateway could pass on: UDP, or by its number another protocol's. */
function isOther({ target, published = target, protocol }: PublishedPort): boolean {
  return protocol === "udp" || otherProtocols.includes(target) || otherProtocols.includes(published);
}

/** Reads `127.0.0.1:8000:80/tcp`, or the long form; a range's first port; undefined where it is none. */
export function portOf(item: Value): PublishedPort | undefined {
  if (item.kind === "fields") {
    const target = Number(textOf(fieldOf(item, "target")));
    const published = Number.parseInt(textOf(fieldOf(item, "published")) ?? "", 10);
    const protocol = textOf(fieldOf(item, "protocol")) ?? "tcp";
    const isPartial =
      !isEverywhere(textOf(fieldOf(item, "host_ip"))) ||
      (textOf(fieldOf(item, "published")) ?? "").includes("-");
    return isPort(target)
      ? { target, protocol, ...(isPort(published) && { published }), ...(isPartial && { isPartial }) }
      : undefined;
  }
  const text = textOf(item) ?? "";
  const [, address, published, target, protocol = "tcp"] =
    /^(?:(\d+(?:\.\d+){3}|\[[^\]]*\]):)?(?:(\d*)(?:-\d+)?:)?(\d+)(?:-\d+)?(?:\/(\w+))?$/.exec(text) ?? [];
  if (!isPort(Number(target))) return undefined;
  return {
    target: Number(target),
    protocol,
    ...(isPort(Number(published)) && { published: Number(published) }),
    ...((!isEverywhere(address) || text.includes("-")) && { isPartial: true as const }),
  };
}

function isEverywhere(address: string | undefined): boolean {
  return address === undefined || address === "0.0.0.0" || address === "[::]" || address === "::";
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

/** The ports that a service publishes. */
export function publishedPorts(own: Fields): PublishedPort[] {
  const ports = fieldOf(own, "ports");
  return ports === undefined ? [] : itemsOf(ports).flatMap((item) => portOf(item) ?? []);
}

/** The port that a service listens on: the first that it publishes, else exposes, else what its gateway's label or image says. */
export function listensOn(own: Fields, dockerfile: DockerfileFacts | undefined): number | undefined {
  const [published] = publishedPorts(own).filter((port) => !isOther(port));
  const labels = entriesOf(fieldOf(own, "labels"));
  const label = labels.find(([name]) =>
    /^traefik\.http\.services\.[^.]+\.loadbalancer\.server\.port$/.test(name),
  );
  const [exposed] = textsOf(fieldOf(own, "expose"))
    .map((text) => Number.parseInt(text, 10))
    .filter(isPort);
  const [labelled] = label === undefined ? [] : [Number(textOf(label[1].value))].filter(isPort);
  const [asked] = testOf(fieldOf(own, "healthcheck")) === undefined ? [] : healthPort(own);
  return published?.target ?? labelled ?? exposed ?? dockerfile?.ports[0] ?? asked;
}

function healthPort(own: Fields): number[] {
  const test = testOf(fieldOf(own, "healthcheck"));
  const url = test === undefined ? undefined : healthUrl(test.text);
  return url?.port === undefined ? [] : [url.port];
}

/** The facts of a Dockerfile that the repository has. */
export function dockerfileFacts(text: string | undefined): DockerfileFacts | undefined {
  return text === undefined ? undefined : readDockerfile(text);
}

/** The rule of `ports`. */
export const ports: KeyRule = (given) => {
  const used = portsBefore(given);
  const all = itemsOf(given.value).map((item, index): { row: Row; port?: string } => {
    const key = { place: item.place, path: `${given.path}[${index}]` };
    const port = portOf(item);
    if (port === undefined)
      return { row: named(key, "it is no port", "mend it, or say the port in application.ts") };
    if (port.target === given.facts.port && !isOther(port))
      return { row: taken(key, `port ${port.target}, which the gateway reaches`) };
    const text = hostPort(port);
    // What a compose file opens for people at one machine, such as a debugger's, is not opened on hosts by itself.
    if (text === undefined || !isOther(port)) return { row: leftPort(key, port, given.facts.port) };
    const whose = `${port.published}/${port.protocol}`;
    if (used.has(whose))
      return {
        row: named(
          key,
          "another container has this port of the host",
          "give each a port of its own in ports",
        ),
      };
    used.add(whose);
    return { row: taken(key, `ports: staging and production publish ${text}`), port: text };
  });
  const taking = all.flatMap(({ port }) => port ?? []);
  return {
    rows: all.map(({ row }) => row),
    fields: taking.length > 0 ? { ports: [...new Set(taking)] } : {},
  };
};

/** The ports of the host that services before one publish, which one host gives once. */
function portsBefore({ service, facts }: GivenKey): Set<string> {
  const before = facts.services.slice(
    0,
    facts.services.findIndex(({ name }) => name === service.name),
  );
  const all = before.flatMap(({ own }) => publishedPorts(own)).filter(isOther);
  return new Set(all.map(({ published, protocol }) => `${published}/${protocol}`));
}

/** A port in the form of a description; undefined where that cannot say it. */
function hostPort({ target, published, protocol, isPartial }: PublishedPort): string | undefined {
  if (published === undefined || isPartial === true) return undefined;
  const text = `${published}:${target}${protocol === "tcp" ? "" : `/${protocol}`}`;
  return hostPorts.safeParse([text]).success ? text : undefined;
}

function leftPort(key: Key, { published, isPartial }: PublishedPort, gateways: number | undefined): Row {
  if (isPartial === true || published === undefined)
    return named(
      key,
      "a port of the host is published at all its addresses, one by one",
      "write those in ports that users reach without HTTP, or do without",
    );
  return named(
    key,
    `the gateway reaches one port of a service, which is ${gateways ?? "none"}`,
    "make another service of the image, write it in ports where it is no HTTP, or do without",
  );
}

/** The command of a health check; undefined where it is switched off or left to the image. */
function testOf(health: Value | undefined): { words: string[]; text: string } | undefined {
  const test = fieldOf(health, "test");
  if (test === undefined || booleanOf(fieldOf(health, "disable")) === true) return undefined;
  const words = textsOf(test);
  const [kind = ""] = words;
  if (test.kind === "list" && kind === "NONE") return undefined;
  if (test.kind === "list" && kind === "CMD") {
    const [, ...own] = words;
    return own.length === 0 ? undefined : { words: own, text: own.join(" ") };
  }
  const text = test.kind === "list" && kind === "CMD-SHELL" ? words.slice(1).join(" ") : words.join(" ");
  return text === "" ? undefined : { words: ["sh", "-c", text], text };
}

/** The health of a service: a path on its port where the check asks for one, else its command, else the image's. */
export function healthOf(
  own: Fields,
  port: number | undefined,
  dockerfile: DockerfileFacts | undefined,
): HealthDescription | undefined {
  const written = fieldOf(own, "healthcheck");
  const test = testOf(written);
  if (test !== undefined) {
    const url = healthUrl(test.text);
    return url !== undefined && port !== undefined && (url.port ?? 80) === port
      ? { path: url.path }
      : { command: test.words };
  }
  if (fieldOf(written, "test") !== undefined || booleanOf(fieldOf(written, "disable")) === true)
    return undefined;
  const health = dockerfile?.health;
  if (health === undefined || ("path" in health && port !== dockerfile?.ports[0])) return undefined;
  return "path" in health ? health : { command: [...health.command] };
}

/** The rule of `healthcheck`. */
export const healthcheck: KeyRule = (given) => {
  const test = testOf(given.value);
  const health = healthOf(given.service.own, given.facts.port, undefined);
  const words = health !== undefined && "path" in health ? `the path ${health.path}` : "the same command";
  const rows = entriesOf(given.value).map(([name, { place }]): Row => {
    const key = { place, path: `${given.path}.${name}` };
    if (name === "test")
      return test === undefined ? unneeded(key, "no check; ready as soon as it runs") : taken(key, words);
    if (name === "disable") return unneeded(key, "a check is there only where health says so");
    if (/^(?:interval|timeout|retries|start_period|start_interval)$/.test(name))
      return unneeded(key, "a copy is asked until it is ready, for at most towpath:gateTimeoutSeconds");
    return name.startsWith("x-")
      ? unneeded(key, "for people, or for other files")
      : named(key, "Compose has no such key that Towpath knows", "look whether it is misspelled");
  });
  return { rows };
};
