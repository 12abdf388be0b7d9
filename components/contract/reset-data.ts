import type { AdministeredServer } from "./database.ts";

/** The data of a preview that goes, so that it begins anew. */
export interface ResetDataInput {
  /** The database to drop and make again, empty. */
  readonly database?: AdministeredServer & { readonly name: string; readonly owner: string };
  /** The Redis server to empty, by the name of its copy. */
  readonly redis?: string;
  /** The buckets to empty, and the server's copy. */
  readonly storage?: { readonly container: string; readonly buckets: readonly string[] };
}
