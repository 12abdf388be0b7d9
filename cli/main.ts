import { Command } from "commander";
import { approveCommand } from "./commands/approve.command.ts";
import { backupCommand } from "./commands/backup.command.ts";
import { backupsCommand } from "./commands/backups.command.ts";
import { ciCommand } from "./commands/ci.command.ts";
import { commentCommand } from "./commands/comment.command.ts";
import { completionCommand } from "./commands/completion.command.ts";
import { deployCommand } from "./commands/deploy.command.ts";
import { destroyCommand } from "./commands/destroy.command.ts";
import { doctorCommand } from "./commands/doctor.command.ts";
import { driftCommand } from "./commands/drift.command.ts";
import { envCheckCommand } from "./commands/env-check.command.ts";
import { execCommand } from "./commands/exec.command.ts";
import { exportCommand } from "./commands/export.command.ts";
import { githubImportCommand } from "./commands/github-import.command.ts";
import { hostCommand } from "./commands/host.command.ts";
import { imagesCommand } from "./commands/images.command.ts";
import { initCommand } from "./commands/init.command.ts";
import { jobCommand } from "./commands/job.command.ts";
import { logsCommand } from "./commands/logs.command.ts";
import { migrationsCommand } from "./commands/migrations.command.ts";
import { namespaceCommand } from "./commands/namespace.command.ts";
import { previewCommand } from "./commands/preview.command.ts";
import { planCommand } from "./commands/plan.command.ts";
import { psqlCommand } from "./commands/psql.command.ts";
import { pullRequestCommand } from "./commands/pull-request.command.ts";
import { pulumiCommand } from "./commands/pulumi.command.ts";
import { receiptCommand } from "./commands/receipt.command.ts";
import { releasesCommand } from "./commands/releases.command.ts";
import { restoreCommand } from "./commands/restore.command.ts";
import { rollbackCommand } from "./commands/rollback.command.ts";
import { runCommand } from "./commands/run.command.ts";
import { setupCommand } from "./commands/setup.command.ts";
import { shellCommand } from "./commands/shell.command.ts";
import { smokeCommand } from "./commands/smoke.command.ts";
import { startCommand } from "./commands/start.command.ts";
import { statusCommand } from "./commands/status.command.ts";
import { stopCommand } from "./commands/stop.command.ts";
import { sweepCommand } from "./commands/sweep.command.ts";
import { templateCommand } from "./commands/template.command.ts";
import { testCommand } from "./commands/test.command.ts";
import { topCommand } from "./commands/top.command.ts";
import { exitCode } from "./problem.ts";
import { listenForInterrupts } from "./process/interrupts.ts";
import { isClone } from "./project.ts";

const program = new Command("towpath")
  .enablePositionalOptions()
  .description("Every environment of a web application, as Pulumi stacks on your own Docker hosts")
  .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted")
  .exitOverride(({ exitCode: code }) => process.exit(code === 0 ? exitCode.done : exitCode.usage));

/** The functions that add the commands, in the order of the help. The code of a command is loaded when it runs. */
const commands = [
  startCommand,
  stopCommand,
  destroyCommand,
  runCommand,
  ciCommand,
  pulumiCommand,
  ...(isClone() ? [testCommand] : []),
  setupCommand,
  statusCommand,
  logsCommand,
  topCommand,
  shellCommand,
  execCommand,
  psqlCommand,
  jobCommand,
  smokeCommand,
  namespaceCommand,
  doctorCommand,
  hostCommand,
  completionCommand,
  initCommand,
  exportCommand,
  previewCommand,
  pullRequestCommand,
  deployCommand,
  planCommand,
  commentCommand,
  releasesCommand,
  rollbackCommand,
  approveCommand,
  receiptCommand,
  backupCommand,
  backupsCommand,
  restoreCommand,
  migrationsCommand,
  imagesCommand,
  sweepCommand,
  driftCommand,
  templateCommand,
  githubImportCommand,
  envCheckCommand,
];
for (const add of commands) add(program);

listenForInterrupts();
await program.parseAsync();
