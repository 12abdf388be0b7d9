import * as pulumi from "@pulumi/pulumi";
import { redisPort, secretFile } from "../application/connections.ts";
import type { RedisServer } from "../application/application.ts";
import { redisConfiguration, redisImage } from "../application/servers.ts";
import { DataContainer, type BackingServiceArgs } from "./backing-service.ts";

/** A Redis server. */
export interface RedisArgs extends BackingServiceArgs, RedisServer {
  password: pulumi.Output<string>;
}

const configuration = "redis.conf";

/** Redis, or Valkey, with what it holds written to disk unless it may be lost. */
export class Redis extends pulumi.ComponentResource {
  /** `redis://…` with the password, known once the server answers. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:Redis", name, {}, opts);
    const { password, kind, persistent = true, server: make = "redis" } = args;
    const data = persistent ? kind.data : "memory";
    const lines = redisConfiguration(args, data !== "memory").join("\n");
    const server = new DataContainer(
      name,
      {
        ...args,
        subject: "redis",
        kind: { ...kind, data },
        image: redisImage(args, args.imageMirror),
        command: [`${make}-server`, secretFile(configuration).path],
        // A password in the command line would be in every process list.
        secrets: {
          [configuration]: pulumi.interpolate`requirepass ${password}\n${lines}\n`,
        },
        port: redisPort,
        dataPath: "/data",
        probe: {
          command: [
            "sh",
            "-c",
            `REDISCLI_AUTH="$(sed -n 's/^requirepass //p' ${secretFile(configuration).path})" ${make}-cli ping | grep -q PONG`,
          ],
        },
      },
      { parent: this },
    );
    this.url = pulumi.secret(pulumi.interpolate`redis://:${password}@${server.address}:${redisPort}/0`);
    this.registerOutputs({ url: this.url });
  }
}
