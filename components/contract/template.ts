import type { AdministeredServer } from "./database.ts";

/** The names on a server that holds a template. */
export const templateNames = {
  /** The database that others are cloned from. */
  database: "towpath_template",
  /** The one that takes its place when it is masked. */
  next: "towpath_template_next",
  /** The one whose place was taken, about to be dropped. */
  last: "towpath_template_last",
  /** The role that everything in them belongs to, so that a clone can hand it to its own. */
  owner: "towpath_template",
} as const;

/** A copy of a database that becomes the template once it is masked. */
export interface RefreshTemplateInput {
  readonly server: AdministeredServer;
  readonly source: AdministeredServer & {
    readonly database: string;
    /** The address of its host's engine. */
    readonly engine: string;
    /** Its stack, for messages. */
    readonly stack: string;
  };
  readonly mask: { readonly file: string; readonly sql: string };
  /** The columns with personal data: `<table>.<column>` or `<schema>.<table>.<column>`. */
  readonly personal: readonly string[];
  /** The time to wait for another run to end, in seconds. */
  readonly waitSeconds: number;
}

/** The proof of a template without personal data. */
export interface RefreshTemplateReceipt {
  readonly bytes: number;
  /** The number of columns whose values were compared with the source's. */
  readonly compared: number;
}

/** A database of one's own that begins as the template is, and stays when it is there. */
export interface CloneDatabaseInput {
  readonly server: AdministeredServer;
  /** The name of the database, and of its role. */
  readonly clone: string;
  readonly password: string;
  /** The labels that say whose it is. */
  readonly labels: Readonly<Record<string, string>>;
  /** The network that the server joins, and its name there. */
  readonly network: string;
  readonly alias: string;
}

/** The proof of a clone. */
export interface CloneReceipt {
  readonly bytes: number;
  /** `clone`: file systems that can share blocks do; `copy`: every block is copied; `kept`: it was there. */
  readonly method: "clone" | "copy" | "kept";
}

/** A clone to drop, with its role, and the network that the server leaves; left out, it is in none. */
export interface DropCloneInput {
  readonly server: AdministeredServer;
  readonly clone: string;
  readonly network?: string;
}
