import type { Application } from "../application/application.ts";
import { hostPorts, portInWords, type HostPort } from "../application/published-ports.ts";
import { show } from "../input/input-checks.ts";

/** A port of the host that a service publishes. */
export interface WantedPort extends HostPort {
  readonly namespace: string;
  readonly service: string;
  /** Its place in messages, and what stands there. */
  readonly path: string;
  readonly given: string;
}

/** A container as the engine lists it, as far as its ports go. */
export interface ListedContainer {
  readonly Names: readonly string[];
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Ports?: readonly { readonly PublicPort?: number; readonly Type: string }[] | null;
}

/** The ports that the services of an environment want of their host. */
export function wantedPorts({ services }: Pick<Application, "services">, namespace: string): WantedPort[] {
  return Object.entries(services).flatMap(([service, described]) =>
    hostPorts(service, described).map((port) => ({ ...port, service, namespace })),
  );
}

/** Prints what the machine listens on: a protocol, and the address and port as the kernel writes them. */
export const listeningScript = `
for one in tcp tcp6; do awk -v as="$one" '$4 == "0A" { print as, $2 }' "/proc/net/$one" 2>/dev/null; done
for one in udp udp6; do awk -v as="$one" '$4 == "07" { print as, $2 }' "/proc/net/$one" 2>/dev/null; done
true
`;

/**
 * Says who has ports that services want. The service's own copy gives its port up before the next one takes it.
 *
 * @param listening what `listeningScript` printed
 */
export function takenPorts(
  host: string,
  wanted: readonly WantedPort[],
  containers: readonly ListedContainer[],
  listening: string,
): string[] {
  return wanted.flatMap((port) => {
    const { published, protocol, path, given, namespace, service } = port;
    const holders = containers.filter(({ Ports }) =>
      Ports?.some(({ PublicPort, Type }) => PublicPort === published && Type === protocol),
    );
    const isOwn = ({ Labels }: ListedContainer): boolean =>
      Labels?.["towpath.namespace"] === namespace && Labels["towpath.part"] === service;
    const other = holders.find((one) => !isOwn(one));
    if (other !== undefined) {
      const fix =
        other.Labels?.["towpath.namespace"] === namespace
          ? "take it from there in a release before this one, or choose another port"
          : "choose another port, or another host";
      return [
        `${path}: port ${portInWords(port)} of ${host} is published by ${ownerOf(other)}, got ${show(given)}; ${fix}`,
      ];
    }
    if (holders.length > 0 || !isListenedOn(port, listening)) return [];
    return [
      `${path}: something on ${host} listens on port ${portInWords(port)}, got ${show(given)}; see there what with sudo ss -lnp${protocol === "tcp" ? "t" : "u"} 'sport = :${published}' and stop it, or choose another port`,
    ];
  });
}

function ownerOf({ Names: [name = ""], Labels }: ListedContainer): string {
  const { "towpath.namespace": namespace, "towpath.part": part } = Labels ?? {};
  const container = name.replace(/^\//, "");
  return namespace === undefined || part === undefined
    ? `the container ${container}`
    : `${part} of ${namespace}`;
}

/** Every IPv4 address is in the way; of IPv6, the one that stands for all, which takes IPv4's requests, too. */
function isListenedOn({ published, protocol }: WantedPort, listening: string): boolean {
  const port = published.toString(16).toUpperCase().padStart(4, "0");
  return listening.split("\n").some((line) => {
    const [kind = "", address = ""] = line.split(" ");
    if (!address.endsWith(`:${port}`)) return false;
    return kind === protocol || (kind === `${protocol}6` && /^0+:/.test(address));
  });
}
