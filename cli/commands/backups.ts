import { ageOf, backupConcern, minute } from "../../components/backup/concern.ts";
import type { State } from "../../components/backup/program/scheduler.mjs";
import { askBackups } from "../../components/backup/question.ts";
import { parseApplication } from "../../components/application/parse.ts";
import { dockerView } from "../../components/host/docker-view.ts";
import { defined } from "../../components/input/defined.ts";
import { hasOwnDatabase } from "../../components/settings/external.ts";
import { namesOf } from "../../components/naming/names.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { callFor } from "../stack/call.ts";
import { openHosts } from "../stack/hosts.ts";
import { checkKeepsRecords } from "../stack/release-records.ts";
import { settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";
import { noDatabase } from "./backup.ts";

/** The result of `towpath backups`. */
export interface Backups extends State {
  readonly stack: string;
  /** The host whose volume has them. */
  readonly host: string;
  readonly volume: string;
  /** What is wrong with them; left out where nothing is. */
  readonly concern?: string;
}

/**
 * Lists the backups of a stack's database. Changes nothing.
 *
 * @throws Problem when the stack has no schedule, or the program that takes them does not answer
 * @throws HostProblem when the host cannot be reached
 */
export async function backups(stack: string, progress: Progress, project: Project): Promise<Backups> {
  checkKeepsRecords(stack);
  const application = parseApplication(project.application);
  if (application.postgres === undefined) throw new Problem(noDatabase("backups", application.name));
  const settings = settingsOf(project, stack);
  if (!("backup" in settings)) throw new Problem(noSchedule(stack));
  if (!hasOwnDatabase(application, settings)) throw new Problem(external(stack));
  const call = await callFor("refresh", stack, progress, project);
  const [connection] = Object.values(await openHosts(call, run, progress));
  if (connection === undefined) throw new Error(`${stack} has no host`); // its settings demand one
  const names = namesOf(settings.namespace);
  const state = await askBackups(dockerView(connection), names.backups);
  const { host } = connection;
  if (state === undefined) throw new Problem(noAnswer(host, names.backups, names.volume("backups")));
  const concern = backupConcern(state, { stack, host, container: names.backups, now: new Date() });
  return { stack, host, volume: names.volume("backups"), ...state, ...defined({ concern }) };
}

/** Says that nothing takes backups of a stack by itself. */
function noSchedule(stack: string): string {
  return `--stack: expected a stack whose settings have towpath:backup, got ${JSON.stringify(stack)}; take production`;
}

/** Says that no schedule reaches a database. */
function external(stack: string): string {
  return `--stack: expected a stack with a database of Towpath's own, got ${JSON.stringify(stack)}, whose database is external; see the backups of its server, or dump it with npx towpath backup --stack ${stack}`;
}

/** Says that nobody knows how the backups are. */
function noAnswer(host: string, container: string, volume: string): string {
  return `backups: the program that takes them was asked on ${host}, got no answer; see why there with docker logs ${container}, and what there is in the volume ${volume}`;
}

/** The reasons for which dumps are taken, in words. */
export const reasons = {
  schedule: "by the schedule",
  release: "before a migration",
  "by hand": "by hand",
} as const;

/** Reports the backups as a table, the newest first, with the next time and what is wrong. */
export function backupsInWords(found: Backups, now = new Date()): string {
  const { stack, host, volume, schedule, retentionDays, running, next, lastSuccess, concern } = found;
  const last = lastSuccess === undefined ? "none yet" : minute(lastSuccess);
  const nextOne = running ? "one is being taken" : next === undefined ? "never" : minute(next);
  const lines = [
    `${stack}: "${schedule}" in UTC, kept for ${retentionDays} days in the volume ${volume} of ${host}`,
    `last by the schedule: ${last}; next: ${nextOne}`,
    ...(concern === undefined ? [] : [concern]),
  ];
  if (found.dumps.length === 0) return [...lines, "there is no backup yet"].join("\n");
  const rows = found.dumps.map(({ file, taken, bytes, facts, good }) => [
    file,
    ageOf(taken, now),
    String(bytes),
    facts === undefined ? "not known" : reasons[facts.why],
    facts?.sha256.slice(0, 12) ?? "-",
    file === found.newestGood?.file ? "newest good" : facts === undefined ? "" : good ? "good" : "broken",
  ]);
  return [...lines, columns([["file", "age", "bytes", "taken", "sha256", ""], ...rows])].join("\n");
}
