/** A PostgreSQL server, by the name of its copy, and the role that may do everything there. */
export interface AdministeredServer {
  readonly container: string;
  readonly administrator: string;
}

/** The secret of a container with clients of an external server: the service file by which they reach it. */
export const postgresServiceSecret = "POSTGRES_SERVICE";

/** The lock of one database, by which whoever migrates or dumps keeps others out. */
export interface DatabaseLock {
  /** The server, by the name of its copy. */
  readonly container: string;
  /** The role that may do everything, and needs no password where the server runs. */
  readonly administrator: string;
  readonly database: string;
  /** True where the copy has only clients of a server elsewhere. */
  readonly external?: true;
  /** The time to wait for another one to end, in seconds. */
  readonly waitSeconds: number;
}

/** One dump of a database into a volume of its host. */
export interface BackupInput {
  /** The server, by the name of its copy. */
  readonly container: string;
  /** The role that may do everything, and needs no password on the server's own address. */
  readonly administrator: string;
  readonly database: string;
  /** True where the copy has only clients of a server elsewhere. */
  readonly external?: true;
  /** The volume that keeps the dumps. */
  readonly volume: string;
  /** The release that the dump is taken for. */
  readonly release: string;
  /** The reason that is written down beside it. */
  readonly why: "release" | "by hand";
  /** The labels that find the dump that goes on when its starter was killed. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A dump that is taken by itself: while nobody migrates. */
export interface BackUpInput extends BackupInput {
  /** The time to wait for a migration, or another dump, to end, in seconds. */
  readonly waitSeconds: number;
}

/** The proof of a dump that can be restored from. */
export interface BackupReceipt {
  readonly volume: string;
  /** The dump's name in the volume; names are in the order of their times. */
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  /** The number of entries in the dump's table of contents. */
  readonly entries: number;
  readonly seconds: number;
}
