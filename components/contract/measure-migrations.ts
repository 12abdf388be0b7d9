import type { RunLimits } from "./command-run.ts";
import type { AdministeredServer } from "./database.ts";
import type { CommandProbe } from "./health-gate.ts";
import type { Expectation } from "./smoke-check.ts";

/** Pending migrations, tried statement by statement on a server that is made for it and thrown away. */
export interface MeasureMigrationsInput {
  readonly postgres: {
    readonly image: string;
    /** The libraries that the server loads at its start, which extensions ask for; left out, none. */
    readonly preloads?: string;
    /** The name of the database, and of the role that it belongs to. */
    readonly database: string;
  };
  /** The SQL that makes what is there. */
  readonly schema: string;
  /** A template with rows: where it can be, it is measured on a clone of that. Left out, on the schema alone. */
  readonly template?: TriedTemplate;
  readonly statements: readonly TriedStatement[];
  /** The tool that applies the migrations, where it prints no SQL, and there are no statements. */
  readonly tool?: TriedTool;
  /** The release that runs, to be tried on the schema afterwards; left out, none is. */
  readonly oldRelease?: TriedRelease;
  /** The time that all statements may take together, in seconds; and as long may take what comes before them. */
  readonly timeoutSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The limits of each container. */
  readonly limits: RunLimits;
}

/** A template, and what brings a clone of it to where the schema is: the template is older. */
export interface TriedTemplate {
  readonly server: AdministeredServer;
  /** The revision that the schema is at; left out where no migration has run. */
  readonly revision?: string;
  /** Prints the revision of a schema. */
  readonly current: TriedTool;
  /** Applies the migrations of the release that runs. */
  readonly up: TriedTool;
}

/** The address of a database, in parts. */
export interface DatabaseAddress {
  readonly host: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Words that stand in what is tried for the parts of its database's address, which is known when that is there. */
export const triedAddress: DatabaseAddress = {
  host: "tried-host",
  user: "tried-user",
  password: "tried-password",
  database: "tried-database",
};

/** `postgresql://…` */
export function urlAt({ host, user, password, database }: DatabaseAddress): string {
  return `postgresql://${user}:${password}@${host}:5432/${database}`;
}

/** One statement that is tried. */
export interface TriedStatement {
  /** As the migration says it, without the semicolon. */
  readonly sql: string;
  /** What it does with the transaction that it is in; `refuses` one, `none` of these for most. */
  readonly transaction: "opens" | "closes" | "refuses" | "none";
}

/** A command of an image that is tried as a whole. */
export interface TriedTool {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Values that exist for the trial only; each becomes a variable. */
  readonly variables: Readonly<Record<string, string>>;
  /** Values that exist for the trial only; each becomes the file `/run/secrets/<NAME>`, and that which `<NAME>_FILE` tells. */
  readonly files: Readonly<Record<string, string>>;
}

/** A release that is tried on a schema: those of its services that use the database. */
export interface TriedRelease {
  /** Says the release in messages: its id. */
  readonly name: string;
  readonly services: readonly TriedService[];
  /** What they need beside the database. */
  readonly servers: readonly ScratchServer[];
  /** The image of whoever asks them. */
  readonly asker: string;
}

/** One service of a release that is tried. */
export interface TriedService extends TriedTool {
  readonly name: string;
  readonly port?: number;
  /** Left out, it has to run for a while. */
  readonly probe?: { readonly path: string } | CommandProbe;
  readonly timeoutSeconds: number;
  /** The smoke checks that it answers. */
  readonly checks: readonly Expectation[];
}

/** A server that exists for the trial only. */
export interface ScratchServer {
  readonly image: string;
  readonly entrypoint?: string;
  readonly command?: readonly string[];
}

/** What was measured. */
export interface MeasureMigrationsReceipt {
  /** The statements that were tried, in their order, or the tool; the last of them may have failed. */
  readonly statements: readonly TriedResult[];
  readonly on: MeasuredOn;
  /** Left out where no release was tried, or a statement failed. */
  readonly oldRelease?: { readonly lives?: boolean; readonly words: string };
}

/** What was measured on: a template's rows, or a schema without rows. */
export type MeasuredOn =
  | {
      readonly kind: "template";
      /** The time from which its rows are, as ISO 8601 in UTC. */
      readonly at: string;
      /** The number of all rows, by the server's statistics. */
      readonly rows: number;
    }
  | {
      readonly kind: "schema";
      /** The reason that it was no clone of the template; left out where there is none. */
      readonly why?: string;
    };

/** What one statement did. */
export interface TriedResult {
  readonly milliseconds: number;
  /** The strongest lock on each table that was there before, and the time to the end of its transaction. */
  readonly locks: readonly {
    readonly relation: string;
    readonly mode: string;
    readonly milliseconds: number;
  }[];
  readonly rewrites: readonly string[];
  readonly rows?: number;
  readonly walBytes: number;
  /** The server's message, where it failed. */
  readonly problem?: string;
  /** The seconds after which it was cancelled, where it took too long: the rest is what was seen until then. */
  readonly cancelledAfter?: number;
}
