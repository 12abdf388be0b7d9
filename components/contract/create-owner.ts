import type { AdministeredServer } from "./database.ts";

/** The secret in the container of a server that has a port of this machine: the password of that role. */
export const ownerPassword = "DATABASE_PASSWORD";

/** The role by which an application reaches its database, and that all of the database belongs to. */
export interface CreateOwnerInput extends AdministeredServer {
  readonly database: string;
  readonly role: string;
  readonly password: string;
  /** True where it may make databases beside it, as the workers of checks do. */
  readonly createsDatabases: boolean;
}

/** The proof that it owns the database. */
export interface OwnerReceipt {
  readonly role: string;
  /** How many tables, views, functions and other objects were the administrator's before. */
  readonly given: number;
}
