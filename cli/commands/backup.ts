import { parseApplication } from "../../components/application/parse.ts";
import type { BackUpInput, BackupReceipt } from "../../components/contract/database.ts";
import { defined } from "../../components/input/defined.ts";
import { labels, namesOf } from "../../components/naming/names.ts";
import type { ReleaseRecord } from "../../components/plan/release-record.ts";
import type { ProductionSettings } from "../../components/settings/production.ts";
import type { StagingSettings } from "../../components/settings/staging.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { callFor } from "../stack/call.ts";
import { openHost } from "../stack/hosts.ts";
import { runStep } from "../stack/program.ts";
import { checkKeepsRecords, readRecords } from "../stack/release-records.ts";
import { releasedDatabase, type ReleasedDatabase } from "../stack/released-database.ts";
import { settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";

/** The result of `towpath backup`. */
export interface Backup extends BackupReceipt {
  readonly stack: string;
  /** The host whose volume has the dump. */
  readonly host: string;
  /** The id of the release that runs. */
  readonly release: string;
  /** The revision of the schema in that release's record; left out where it has none. */
  readonly revision?: string;
}

/**
 * Dumps the database of a stack on its host, by the program that a migration takes its dump with: under the same lock, and
 * read back before it counts.
 *
 * @throws Problem when there is no database, nothing was released, or the dump fails
 * @throws HostProblem when the host cannot be reached
 */
export async function backup(stack: string, progress: Progress, project: Project): Promise<Backup> {
  checkKeepsRecords(stack);
  const application = parseApplication(project.application);
  if (application.postgres === undefined) throw new Problem(noDatabase("backup", application.name));
  const settings = settingsOf(project, stack) as StagingSettings | ProductionSettings;
  const call = await callFor("refresh", stack, progress, project);
  const [current] = await readRecords(call, run);
  if (current === undefined) throw new Problem(noRelease(stack));
  const connection = await openHost(call, run, progress);
  const receipt = (await runStep(
    {
      program: "back-up",
      input: inputOf(
        application.name,
        settings,
        current,
        await releasedDatabase(application, settings, connection),
      ),
      words: `dumping the database of ${stack}`,
      wasEnded: wasEnded(stack),
    },
    connection,
    call,
    run,
    progress,
  )) as BackupReceipt;
  return {
    stack,
    host: connection.host,
    release: current.id,
    ...defined({ revision: current.schema?.after }),
    ...receipt,
  };
}

/** The input that the release that runs would give to a migration's dump. */
function inputOf(
  application: string,
  { environment, namespace, migration }: StagingSettings | ProductionSettings,
  { id }: ReleaseRecord,
  database: ReleasedDatabase,
): BackUpInput {
  return {
    ...database,
    volume: namesOf(namespace).volume("backups"),
    release: id,
    why: "by hand",
    // Those of migrations, which wait for a dump whose starter was killed.
    labels: labels({ application, environment, namespace, part: "migration" }),
    waitSeconds: migration.lockWaitSeconds,
  };
}

/** Says that the application keeps nothing that could be dumped. */
export function noDatabase(subject: string, application: string): string {
  return `${subject}: expected an application with a database, got ${application} without postgres; describe one in application.ts and release it first`;
}

/** Says that a stack has no database yet. */
function noRelease(stack: string): string {
  return `backup: expected a release of ${stack}, got none; release one first with npm run pulumi -- up --stack ${stack}`;
}

/** Says that nobody knows what became of a dump. */
function wasEnded(stack: string): string {
  return `backup: the program that dumps the database of ${stack} was ended, got no word of it; what it began goes on on the host: run the command again, which waits for it`;
}

/** Reports the dump and its place. */
export function backupInWords({ stack, host, volume, file, ...dump }: Backup): string {
  const at = dump.revision === undefined ? "" : `, the schema at ${dump.revision}`;
  return `${stack}: dumped into ${file} in the volume ${volume} of ${host}: ${dump.bytes} bytes, ${dump.entries} entries${at}, sha256 ${dump.sha256}, in ${dump.seconds} s`;
}
