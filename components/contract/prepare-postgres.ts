/** What a PostgreSQL server has to be and to have before anything uses its databases. */
export interface PreparePostgresInput {
  /** The server's container, or that of its clients. */
  readonly container: string;
  /** Another container is asked again. */
  readonly containerId?: string;
  /** The role that may do everything, and needs no password where the server runs. */
  readonly administrator: string;
  /** True where the container has only clients of a server elsewhere. */
  readonly external?: true;
  /** The image that the application names for it, which has to be of a version and keep its data where the volume is. */
  readonly image?: { readonly reference: string; readonly version: number; readonly dataPath: string };
  /** The databases, in their order, in which the extensions are created where they are not there. */
  readonly databases: readonly string[];
  readonly extensions: readonly string[];
}
