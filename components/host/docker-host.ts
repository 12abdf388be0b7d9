import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { defined } from "../input/defined.ts";
import { marked } from "../naming/run-mark.ts";
import { containerArgs, labelList, replacing } from "./docker-copy.ts";
import type { Copy, CopyArgs, Host, HostVolume, VolumeArgs } from "./host.ts";
import { engineAddress, type HostConnection } from "./ssh-config.ts";

/** Arguments of a host with a Docker engine. */
export interface DockerHostArgs {
  /** The network that the environment's containers share. */
  networkName: string;
  /** The labels that the network is made with; left out, it is there already and belongs to somebody else. */
  labels?: Readonly<Record<string, string>>;
  /** The open connection to a host over SSH; left out, it is the local engine. */
  connection?: HostConnection;
  /** The accounts in the registries that the engine pulls from. */
  registryAuth?: docker.ProviderArgs["registryAuth"];
}

/**
 * A machine with a Docker engine, and the environment's own network on it.
 *
 * The local engine is the one that the docker client uses: `DOCKER_HOST`, else its default socket. That of a host over SSH
 * answers on a socket of this machine, at the end of the connection that commands use too.
 */
export class DockerHost extends pulumi.ComponentResource implements Host {
  /** Talks to the engine. */
  readonly provider: docker.Provider;
  readonly networkName: pulumi.Output<string>;
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

  image(name: string, reference: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
    return new docker.RemoteImage(
      name,
      // Kept when another release replaces it: a rollback, and the copy that drains, still need it.
      { name: reference, keepLocally: true },
      this.own(opts),
    ).imageId;
  }

  volume(name: string, args: VolumeArgs, opts: pulumi.CustomResourceOptions): HostVolume {
    const labels = labelList(marked(args.labels));
    // Each run has another mark, and a volume that is replaced is empty.
    const own = this.own({ ...opts, ignoreChanges: ["labels"] });
    const made = new docker.Volume(name, { name: args.name, labels }, own);
    return { name: made.name, folder: made.mountpoint };
  }

  copy(name: string, args: CopyArgs, opts: pulumi.CustomResourceOptions): Copy {
    const own = this.own({ ...opts, ...replacing(args) });
    return new docker.Container(name, containerArgs(args), own);
  }

  private own(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
    return { ...opts, provider: this.provider };
  }
}
