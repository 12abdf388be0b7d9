import type * as pulumi from "@pulumi/pulumi";
import type { PostgresServer } from "../application/application.ts";
import type { PreparePostgresInput } from "../contract/prepare-postgres.ts";
import type { Host } from "../host/host.ts";
import { startAfter } from "../host/start-order.ts";
import { Step } from "../host/step.ts";
import { defined } from "../input/defined.ts";

/** A server that answers, and what it has to be and to have. */
export interface PreparedPostgresArgs {
  host: Pick<Host, "connection">;
  /** The server's container, or that of its clients, known once it can be asked. */
  container: pulumi.Output<string>;
  /** Another container is asked again; left out, it is not this environment's own. */
  containerId?: pulumi.Output<string>;
  administrator: string;
  external?: true;
  described: Pick<PostgresServer, "version" | "image" | "extensions">;
  /** The folder that the server's data has to be in, where the image is to be looked at. */
  dataPath?: string;
  /** The databases that have the extensions. */
  databases: readonly string[];
}

/**
 * Makes sure that a server of another image is of the right version and keeps its data, and creates the extensions.
 *
 * @returns the container, known once that is so; nothing is made where the application says neither
 */
export function preparedPostgres(
  name: string,
  { described, dataPath, host, databases, ...server }: PreparedPostgresArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { version, image: reference, extensions = [] } = described;
  const image =
    reference === undefined || dataPath === undefined ? undefined : { reference, version, dataPath };
  if (image === undefined && extensions.length === 0) return server.container;
  const prepared = new Step<PreparePostgresInput>(
    `${name}-prepare`,
    {
      host,
      program: "prepare-postgres",
      input: {
        container: server.container,
        administrator: server.administrator,
        ...defined({ containerId: server.containerId, external: server.external, image }),
        databases: [...databases],
        extensions: [...extensions],
      },
    },
    opts,
  );
  // Who uses the server does not depend on this: in a plan that adds it, the copies that serve would be replaced.
  return startAfter(server.container, prepared.id);
}
