/** The recipes of docs/migration-tools.md, each on a small project of that tool. */
import { join } from "node:path";
import { execa } from "execa";
import { runsAsDocumented } from "./tool-migrations.ts";

const takes = /^drops the column "old": /;

runsAsDocumented({
  ...{ heading: "golang-migrate", folder: "golang-migrate", base: "debian" },
  revisions: ["1", "2"],
  afterFailure: "an unknown revision",
  repair: "sh schema.sh force 2",
  plan: { takes },
  prepare: (folder) =>
    execa(
      "go",
      ["install", "-tags", "postgres", "github.com/golang-migrate/migrate/v4/cmd/migrate@v4.20.1"],
      {
        env: { GOBIN: folder, CGO_ENABLED: "0" },
        timeout: 600_000,
      },
    ),
});

const django = (name: string): string =>
  `auth.0012_alter_user_first_name_max_length+contenttypes.0002_remove_content_type_name+notes.${name}`;
runsAsDocumented({
  ...{ heading: "Django", folder: "django", base: "python" },
  revisions: [django("0001_notes"), django("0002_titles")],
  afterFailure: django("0002_titles").replace(/[.+]/g, "\\$&"),
  plan: { takes },
});

runsAsDocumented({
  ...{ heading: "Rails", folder: "rails", base: "debian" },
  revisions: ["20240101000001", "20240101000002"],
  afterFailure: "20240101000002",
  plan: { unknown: "the application describes no migrations.sql" },
});

runsAsDocumented({
  ...{ heading: "Several heads", folder: "alembic", base: "python" },
  revisions: ["1a+1b", "1b+2a"],
  afterFailure: "1b\\+2a",
  plan: { takes },
});

runsAsDocumented({
  ...{ heading: "Prisma", folder: "prisma", base: "node" },
  revisions: ["20240101000001_notes", "20240101000002_titles"],
  afterFailure: "20240101000002_titles",
  plan: { takes },
});

runsAsDocumented({
  ...{ heading: "Flyway", folder: "flyway", base: "debian" },
  revisions: ["1", "2"],
  afterFailure: "2",
  plan: { takes },
  prepare: (folder) => {
    const plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy";
    const archive = "-Dartifact=org.flywaydb:flyway-commandline:11.8.2:tar.gz";
    const into = [`-DoutputDirectory=${folder}`, "-Dmdep.stripVersion=true"];
    return execa("mvn", ["--batch-mode", "--quiet", plugin, archive, ...into], { timeout: 600_000 }).then(
      () => execa("mv", [join(folder, "flyway-commandline.tar.gz"), join(folder, "flyway.tar.gz")]),
    );
  },
});
