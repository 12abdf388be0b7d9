import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { posix } from "node:path";
import type { Program } from "../contract/program.ts";
import type { Host } from "./host.ts";
import { connectionText } from "./ssh-config.ts";
import { towpathFolder } from "./towpath-folder.ts";

/** Arguments of a step. */
export interface StepArgs<Input> {
  /** The machine that the program works on. */
  host: Pick<Host, "connection">;
  /** Left out, there is nothing to do before it is deleted. */
  program?: Program;
  /** Goes to the program's standard input, where no process list shows it, and is kept encrypted in the state. */
  input: pulumi.Input<{ [K in keyof Input]: pulumi.Input<Input[K]> }>;
  /**
   * Runs the step again when one of these changes.
   *
   * With triggers, a change of the input alone (a rotated password, a longer time limit) is taken down, runs nothing and
   * leaves the receipt as it is. Without, every change of the input runs the step again, and a failure keeps the old input in the state.
   */
  triggers?: pulumi.Input<string>[];
  /** Runs, with the same input, when the step is taken out of the program or the environment is destroyed. */
  deleteProgram?: Program;
}

/** A step of a release: a program that succeeds with a receipt, or fails with a message and leaves no trace in the state. */
export class Step<Input> extends command.local.Command {
  /** The program's report of its run; never holds a secret. */
  readonly receipt: pulumi.Output<Record<string, unknown>>;

  constructor(name: string, args: StepArgs<Input>, opts: pulumi.CustomResourceOptions) {
    const { connection } = args.host;
    super(
      name,
      {
        create: args.program === undefined ? "true" : commandLine(args.program),
        // Where the connection is described; that is no secret.
        ...(connection !== undefined && { environment: { TOWPATH_HOST: connectionText(connection) } }),
        ...(args.triggers !== undefined && { triggers: args.triggers, update: sameReceipt }),
        ...(args.deleteProgram !== undefined && { delete: commandLine(args.deleteProgram) }),
        stdin: pulumi.secret(pulumi.jsonStringify(args.input)),
        // Programs on hosts tell there what they wait for, and nothing else.
        logging: connection === undefined ? command.local.Logging.None : command.local.Logging.Stderr,
        // Programs need none of it.
        addPreviousOutputInEnv: args.triggers !== undefined,
      },
      opts,
    );
    this.receipt = pulumi
      .unsecret(this.stdout)
      .apply((text) => (text === "" ? {} : (JSON.parse(text) as object))) as typeof this.receipt;
  }
}

/** Prints the last receipt once more: what an update prints takes its place. */
const sameReceipt = `printf %s "$PULUMI_COMMAND_STDOUT"`;

/** Returns the command that starts a step; the project's folder is the working directory. */
function commandLine(program: Program): string {
  return `node ${posix.join(towpathFolder(), "steps/run.mjs")} ${program}`;
}
