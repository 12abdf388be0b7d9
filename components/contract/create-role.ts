/** A role that has to be there, with a database of its own. */
export interface CreateRoleInput {
  readonly container: string;
  /** The role that may do everything, and needs no password where the server runs. */
  readonly administrator: string;
  /** The role's name, and its database's. */
  readonly role: string;
  readonly password: string;
}
