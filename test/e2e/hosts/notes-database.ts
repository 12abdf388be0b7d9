import { docker } from "../../support/footprint.ts";
import { Container, eventually, prefix, removeAll, run } from "../images/containers.ts";
import type { DatabaseLock } from "../../../components/contract/database.ts";

/** A PostgreSQL that migrations run on, in a network of its own; its image has to be built. */
export class NotesDatabase {
  readonly server: Container;
  readonly network: string;

  private constructor(server: Container, network: string) {
    this.server = server;
    this.network = network;
  }

  static async start(): Promise<NotesDatabase> {
    const network = `${run}-network`;
    await docker(["network", "create", "--label", `towpath.test=${run}`, network]);
    const settings = ["POSTGRES_USER=notes", "POSTGRES_PASSWORD=open-sesame", "POSTGRES_DB=notes"];
    const server = await Container.start(`${prefix}/library/postgres:15`, [
      ...["--network", network],
      ...settings.flatMap((one) => ["--env", one]),
    ]);
    await eventually(() => server.shell("pg_isready --host 127.0.0.1 --username notes"));
    return new NotesDatabase(server, network);
  }

  /** Its address with the password. */
  get url(): string {
    return `postgresql://notes:open-sesame@${this.server.name}:5432/notes`;
  }

  get lock(): DatabaseLock {
    return { container: this.server.name, administrator: "notes", database: "notes", waitSeconds: 10 };
  }

  ask(sql: string): Promise<string> {
    return this.server.shell(`psql --username notes --quiet --no-align --tuples-only --command "${sql}"`);
  }

  /** Removes everything that is in it. */
  async empty(): Promise<void> {
    await this.ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  }

  async remove(): Promise<void> {
    await removeAll();
    await docker(["network", "rm", this.network]);
  }
}
