import * as pulumi from "@pulumi/pulumi";
import type { SeedInput } from "../contract/seed.ts";
import { Step } from "../host/step.ts";
import { runInput, type RunArgs } from "./migration.ts";

/** Arguments of a seed. */
export interface SeedArgs extends RunArgs {
  imageId: pulumi.Output<string>;
  command: readonly string[];
  /** Those of Linux' capabilities that the service keeps: the command gets no others. */
  capabilities: readonly string[];
}

/**
 * Runs the command that fills a new database, once: neither another image nor another command runs it again, for what it
 * wrote is there.
 */
export class Seed extends pulumi.ComponentResource {
  constructor(name: string, args: SeedArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:migration:Seed", name, {}, opts);
    new Step<SeedInput>(
      `${name}-run`,
      {
        host: args.host,
        program: "seed",
        input: {
          image: args.imageId,
          command: [...args.command],
          capabilities: [...args.capabilities],
          ...runInput(args),
        },
        triggers: [],
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
