import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

/** Where a host's Docker engine is. */
export interface DockerHostArgs {
  /** The network that the environment's containers share. */
  networkName: string;
  /** The labels that the network is made with; left out, it is there already and belongs to somebody else. */
  labels?: Readonly<Record<string, string>>;
}

/**
 * A machine with a Docker engine, and the environment's own network on it.
 *
 * The local engine is the one that the docker client uses: `DOCKER_HOST`, else its default socket.
 */
export class DockerHost extends pulumi.ComponentResource {
  readonly provider: docker.Provider;
  /** The network's name, known once the network is there. */
  readonly networkName: pulumi.Output<string>;

  constructor(name: string, args: DockerHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:host:DockerHost", name, {}, opts);
    this.provider = new docker.Provider(`${name}-engine`, {}, { parent: this });
    this.networkName =
      args.labels === undefined
        ? pulumi.output(args.networkName)
        : new docker.Network(
            `${name}-network`,
            { name: args.networkName, driver: "bridge", labels: labelList(args.labels) },
            { parent: this, provider: this.provider },
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
