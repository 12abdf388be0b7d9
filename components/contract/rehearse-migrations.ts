import type { CommandRun } from "./command-run.ts";
import type { AdministeredServer } from "./database.ts";

/** The application's migrations, tried on a database that nothing else uses. */
export interface RehearseMigrationsInput extends Omit<CommandRun, "command" | "limits"> {
  readonly commands: {
    readonly up: readonly string[];
    /** The command down to the lowest revision; left out, only up is tried. */
    readonly down?: readonly string[];
    /** Prints the schema's revision. */
    readonly current: readonly string[];
    /** The commands by which a plan of a release asks; left out, no plan can. */
    readonly plan?: PlanCommands;
  };
  /** The service's variables that hold no secret: a plan asks with these alone. */
  readonly bareEnvironment: Readonly<Record<string, string>>;
  readonly database: { readonly server: AdministeredServer; readonly name: string; readonly owner: string };
  readonly timeoutSeconds: number;
  /** The folder for the reports of all checks. */
  readonly reports: string;
}

/** The commands by which a plan of a release knows what its migrations would do. */
export interface PlanCommands {
  /** The revision of an empty database. */
  readonly base: string;
  readonly pending: readonly string[];
  readonly sql?: readonly string[];
}
