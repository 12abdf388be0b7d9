import * as pulumi from "@pulumi/pulumi";
import { redisPort, secretFile } from "../application/connections.ts";
import { imageReference } from "../application/images.ts";
import { DataContainer, type BackingServiceArgs } from "./backing-service.ts";

/** A Redis server. */
export interface RedisArgs extends BackingServiceArgs {
  version: number;
  password: pulumi.Output<string>;
}

const configuration = "redis.conf";

/** Redis, with what it holds written to disk. */
export class Redis extends pulumi.ComponentResource {
  /** `redis://…` with the password, known once the server answers. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:Redis", name, {}, opts);
    const { password } = args;
    const server = new DataContainer(
      name,
      {
        ...args,
        subject: "redis",
        image: imageReference(`redis:${args.version}`, args.imageMirror),
        command: ["redis-server", secretFile(configuration).path],
        // A password in the command line would be in every process list.
        secrets: {
          [configuration]: pulumi.interpolate`requirepass ${password}\nappendonly ${args.kind.data === "memory" ? "no" : "yes"}\ndir /data\n`,
        },
        port: redisPort,
        dataPath: "/data",
        probe: {
          command: [
            "sh",
            "-c",
            `REDISCLI_AUTH="$(sed -n 's/^requirepass //p' ${secretFile(configuration).path})" redis-cli ping | grep -q PONG`,
          ],
        },
      },
      { parent: this },
    );
    this.url = pulumi.secret(pulumi.interpolate`redis://:${password}@${server.address}:${redisPort}/0`);
    this.registerOutputs({ url: this.url });
  }
}
