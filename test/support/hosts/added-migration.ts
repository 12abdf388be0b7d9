/** A migration to add to an image of the sample application's API. */
export interface AddedMigration {
  readonly revision: string;
  /** The revision that it comes after. */
  readonly after: string;
  /** The SQL that it runs. */
  readonly up: string;
  /** The SQL that takes it back; nothing unless it is given. */
  readonly down?: string;
}

/** Lines of a Dockerfile that add a migration: see `ReleasedProject.publish`. */
export function addedMigration({ revision, after, up, down }: AddedMigration): string[] {
  const text = [
    `from alembic import op`,
    `revision = "${revision}"`,
    `down_revision = "${after}"`,
    `def upgrade() -> None:`,
    `    op.execute("${up}")`,
    `def downgrade() -> None:`,
    down === undefined ? `    pass` : `    op.execute("${down}")`,
  ].join("\n");
  return addedFile(`migrations/versions/${revision}_added.py`, `${text}\n`);
}

/** Lines of a Dockerfile that add a file to the image of the sample application's API, or replace one. */
export function addedFile(path: string, text: string): string[] {
  const encoded = Buffer.from(text).toString("base64");
  return ["USER 0:0", `RUN echo ${encoded} | base64 --decode >/app/${path}`, "USER 10001:10001"];
}
