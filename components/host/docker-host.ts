import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { defined } from "../input/defined.ts";
import { marked } from "../naming/run-mark.ts";
import { engineAddress, type HostConnection } from "./ssh-config.ts";

/** Where a host's Docker engine is. */
export interface DockerHostArgs {
  /** The network that the environment's containers share. */
  networkName: string;
  /** The labels that the network is made with; left out, it is there already and belongs to somebody else. */
  labels?: Readonly<Record<string, string>>;
  /** The open connection to a host over SSH; left out, it is the local engine. */
  connection?: HostConnection;
  /** Who signs in to the registries that the engine pulls from. */
  registryAuth?: docker.ProviderArgs["registryAuth"];
}

/**
 * A machine with a Docker engine, and the environment's own network on it.
 *
 * The local engine is the one that the docker client uses: `DOCKER_HOST`, else its default socket. That of a host over SSH
 * answers on a socket of this machine, at the end of the connection that commands use too.
 */
export class DockerHost extends pulumi.ComponentResource {
  readonly provider: docker.Provider;
  /** The network's name, known once the network is there. */
  readonly networkName: pulumi.Output<string>;
  /** How the steps reach the host; undefined for the local engine. */
  readonly connection: HostConnection | undefined;

  constructor(name: string, args: DockerHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:host:DockerHost", name, {}, opts);
    const { connection, registryAuth } = args;
    this.connection = connection;
    this.provider = new docker.Provider(
      `${name}-engine`,
      {
        ...defined({ host: connection && engineAddress(connection), registryAuth }),
      },
      { parent: this },
    );
    this.networkName =
      args.labels === undefined
        ? pulumi.output(args.networkName)
        : new docker.Network(
            `${name}-network`,
            { name: args.networkName, driver: "bridge", labels: labelList(marked(args.labels)) },
            { parent: this, provider: this.provider, ignoreChanges: ["labels"] },
          ).name;
    this.registerOutputs({ networkName: this.networkName });
  }
}

/** Labels in the form that the docker package asks for, in a stable order. */
export function labelList(labels: Readonly<Record<string, string>>): { label: string; value: string }[] {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => ({ label, value }));
}
