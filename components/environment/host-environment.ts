import * as pulumi from "@pulumi/pulumi";
import { found } from "../application/names.ts";
import { Activator, activatorPort } from "../activator/activator.ts";
import type { JoinNetworksInput } from "../contract/join-networks.ts";
import type { GivenCertificate, WriteWildcardInput } from "../contract/write-wildcard.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { Postgres } from "../data/postgres.ts";
import type { TemplateServer } from "../data/template-server.ts";
import type { SharedGateway } from "../gateway/shared-gateway.ts";
import { certificateProblems, renewalWarning, type Wildcard } from "../gateway/wildcard.ts";
import { preflight } from "../host/check-hosts.ts";
import { writeConnections } from "../host/connection.ts";
import type { Host } from "../host/host.ts";
import { gatewayDemand } from "../host/preflight.ts";
import { Step } from "../host/step.ts";
import { folderOf, type HostConnection } from "../host/ssh-config.ts";
import { defined } from "../input/defined.ts";
import { InputError } from "../input/input-error.ts";
import { Secret } from "../secrets/secret.ts";
import { missingCredentials } from "../settings/agreement.ts";
import type { HostStackSettings } from "../settings/host-stack.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { TemplateSettings } from "../settings/template.ts";
import { givenValues } from "./agreed.ts";
import { gatewayOf, placeOf, type Place } from "./place.ts";

/** Arguments of a host that several environments share. */
export interface HostEnvironmentArgs {
  /** The application whose project this is; it is the labels' `towpath.project`. */
  applicationName: string;
  settings: HostStackSettings;
  /** The open connection to the host. */
  connection: HostConnection;
  /** True when the host has IPv6, for a gateway that is made. */
  hasIpv6: boolean;
  /** The wildcard certificate, where one is given. */
  certificate?: GivenCertificate;
}

/**
 * Opens the connection to the host, and makes sure that it can take a gateway.
 *
 * @throws InputError with what is wrong with it
 */
export async function prepareHost(
  loaded: LoadedSettings<HostStackSettings>,
): Promise<Pick<HostEnvironmentArgs, "connection" | "hasIpv6" | "certificate">> {
  const { settings, credential } = loaded;
  const missing = missingCredentials(settings, givenValues(loaded));
  if (missing.length > 0) throw new InputError(missing);
  const certificate = givenCertificate(loaded);
  const connections = await writeConnections(
    folderOf(settings.namespace),
    { host: settings.host },
    credential,
  );
  const reports = await preflight(connections, gatewayDemand);
  const [connection] = Object.values(connections);
  if (connection === undefined) throw new Error("settings without a host");
  const { facts, cautions = [] } = found(reports, connection.host);
  for (const caution of cautions) void pulumi.log.warn(caution);
  return { connection, hasIpv6: facts?.hasIpv6 ?? false, ...defined({ certificate }) };
}

/** The wildcard certificate that the settings give, once it is known to be one. */
function givenCertificate({
  settings: { wildcard },
  credential,
}: LoadedSettings<HostStackSettings>): GivenCertificate | undefined {
  if (wildcard?.certificates !== "given") return undefined;
  const given = { certificate: credential(wildcard.certificate) ?? "", key: credential(wildcard.key) ?? "" };
  const now = new Date();
  const problems = certificateProblems(wildcard.domain, given, now);
  if (problems.length > 0) throw new InputError(problems);
  const warning = renewalWarning(given, now);
  if (warning !== undefined) void pulumi.log.warn(warning);
  return given;
}

/** Writes the site of the wildcard certificate, where the settings ask for one; known once the gateway has it. */
function wildcardOf(
  name: string,
  { settings: { namespace, wildcard }, certificate: given }: HostEnvironmentArgs,
  { host, gateway }: { host: Host; gateway: Gateway },
): pulumi.Output<Wildcard> | undefined {
  if (wildcard === undefined) return undefined;
  const { domain, certificates } = wildcard;
  const site = gateway.containerName.apply((container) => ({ gateway: container, name: namespace }));
  return new Step<WriteWildcardInput>(
    `${name}-gateway-wildcard`,
    {
      host,
      program: "write-wildcard",
      input: { site, domain, ...defined({ given }) },
      deleteProgram: "remove-route",
    },
    { parent: gateway },
  ).receipt.apply(() => ({ domain, certificates }));
}

/** A host that several environments share: the gateway that serves them all, its network, and what wakes previews. */
export class HostEnvironment extends pulumi.ComponentResource {
  /** The facts of it that environments have to know; they set its stack as their `gateway`. */
  readonly gateway: pulumi.Output<SharedGateway>;
  /** The server with the template of previews' databases; undefined where there is none. */
  readonly template: pulumi.Output<TemplateServer> | undefined;
  readonly namespace: string;

  constructor(name: string, args: HostEnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:index:HostEnvironment", name, {}, opts);
    const { applicationName, settings, connection, hasIpv6 } = args;
    const child = { parent: this };
    const place = placeOf(name, { applicationName, settings, connection }, child);
    const gateway = gatewayOf(name, place, { listens: "public", ipv6: hasIpv6 }, child);
    // One that was made again serves the environments that are there, before their own next run.
    new Step<JoinNetworksInput & { gatewayId: string }>(
      `${name}-gateway-join`,
      {
        host: place.host,
        program: "join-networks",
        input: { gateway: gateway.containerName, gatewayId: gateway.containerId },
      },
      { parent: gateway },
    );
    const { room } = settings;
    const activator =
      room &&
      new Activator(
        `${name}-activator`,
        { ...place, containerName: place.names.activator, gateway, room, labels: place.labels("activator") },
        child,
      );
    this.namespace = settings.namespace;
    this.gateway = pulumi
      .all([
        gateway.containerName,
        gateway.containerId,
        place.host.networkName,
        activator?.containerName,
        wildcardOf(name, args, { host: place.host, gateway }),
      ])
      .apply(([containerName, containerId, networkName, activator, wildcard]) => ({
        ...{ containerName, containerId, networkName },
        ...(activator !== undefined &&
          room !== undefined && {
            activator: { containerName: activator, port: activatorPort, room },
          }),
        ...defined({ wildcard }),
      }));
    this.template = settings.template && templateOf(name, place, settings.template, child);
    this.registerOutputs({ gateway: this.gateway });
  }
}

/** The most connections to the server, of all previews together. */
const connections = "500";

/** Makes the server with the template; of another version, it is another one. */
function templateOf(
  name: string,
  { host, names, labels, imageMirror, gateTimeoutSeconds }: Place,
  { version, image }: TemplateSettings,
  opts: pulumi.ComponentResourceOptions,
): pulumi.Output<TemplateServer> {
  const source = { source: "generated", length: 32 } as const;
  const password = new Secret(`${name}-template-password`, { source }, opts).value;
  const administrator = names.database;
  const server = new Postgres(
    `${name}-template`,
    {
      ...{ host, imageMirror, gateTimeoutSeconds, version, password },
      ...defined({ image }),
      containerName: names.volume(`postgres-${version}`),
      database: administrator,
      kind: { data: "kept", rights: "few" },
      settings: { max_connections: connections },
      labels: labels("postgres"),
    },
    opts,
  );
  return pulumi
    .all([server.server.container, server.containerId])
    .apply(([containerName, containerId]) => ({ containerName, containerId, administrator, version }));
}
