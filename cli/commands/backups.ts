import { ageOf, backupConcern } from "../../components/backup/concern.ts";
import { drillConcern, provenInWords } from "../../components/backup/drill-concern.ts";
import type { State } from "../../components/backup/program/scheduler.mjs";
import type { StorageState } from "../../components/backup/program/storage.mjs";
import { askBackups } from "../../components/backup/question.ts";
import { isCopied, newestCopyInWords, storageConcern } from "../../components/backup/storage-concern.ts";
import { parseApplication } from "../../components/application/parse.ts";
import { dockerView } from "../../components/host/docker-view.ts";
import { defined } from "../../components/input/defined.ts";
import { minute } from "../../components/input/times.mjs";
import { hasOwnDatabase } from "../../components/settings/external.ts";
import { namesOf } from "../../components/naming/names.ts";
import { drillNow } from "../on-hosts/drill.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { callFor } from "../stack/call.ts";
import { openHost } from "../stack/hosts.ts";
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
  /** Why nobody knows that they can be restored; left out where that is known. */
  readonly unproven?: string;
}

/** What is asked of the backups. */
export interface BackupsRequest {
  readonly stack: string;
  /** True to have the newest one restored on the host, to prove it. */
  readonly drill: boolean;
}

/**
 * Lists the backups of a stack's database, once the newest one is proven where that is asked. Changes nothing.
 *
 * @throws Problem when the stack has no schedule, the program that takes them does not answer, or the newest one cannot be restored
 * @throws HostProblem when the host cannot be reached
 */
export async function backups(
  { stack, drill }: BackupsRequest,
  progress: Progress,
  project: Project,
): Promise<Backups> {
  checkKeepsRecords(stack);
  const application = parseApplication(project.application);
  if (application.postgres === undefined) throw new Problem(noDatabase("backups", application.name));
  const settings = settingsOf(project, stack);
  if (!("backup" in settings)) throw new Problem(noSchedule(stack));
  if (!hasOwnDatabase(application, settings)) throw new Problem(external(stack));
  const call = await callFor("refresh", stack, progress, project);
  const connection = await openHost(call, run, progress);
  const names = namesOf(settings.namespace);
  const view = dockerView(connection);
  const place = { stack, host: connection.host, container: names.backups };
  const state = drill ? await drillNow(view, place, progress) : await askBackups(view, names.backups);
  const { host } = connection;
  if (state === undefined) throw new Problem(noAnswer(host, names.backups, names.volume("backups")));
  const now = new Date();
  const concerns = [backupConcern(state, { ...place, now }), storageConcern(state, { stack, now })];
  const known = concerns.filter((one) => one !== undefined);
  const concern = known.length === 0 ? undefined : known.join("\n");
  const unproven = drillConcern(state, stack, now);
  return { stack, host, volume: names.volume("backups"), ...state, ...defined({ concern, unproven }) };
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
export function noAnswer(host: string, container: string, volume: string): string {
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
  const { unproven, drill } = found;
  const lines = [
    `${stack}: "${schedule}" in UTC, kept for ${retentionDays} days in the volume ${volume} of ${host}`,
    `last by the schedule: ${last}; next: ${nextOne}`,
    ...(drill === undefined ? [] : [drillInWords(found, now)]),
    ...(found.storage === undefined ? [] : [copiesInWords(found.storage, now)]),
    ...(concern === undefined ? [] : [concern]),
    ...(unproven === undefined ? [] : [unproven]),
  ];
  if (found.dumps.length === 0) return [...lines, "there is no backup yet"].join("\n");
  const rows = found.dumps.map(({ file, taken, bytes, facts, good }) => [
    file,
    ageOf(taken, now),
    String(bytes),
    facts === undefined ? "not known" : reasons[facts.why],
    facts?.sha256.slice(0, 12) ?? "-",
    file === found.newestGood?.file ? "newest good" : facts === undefined ? "" : good ? "good" : "broken",
    ...(found.storage === undefined ? [] : [isCopied(found.storage, file) ? "in the storage" : "here alone"]),
  ]);
  return [...lines, columns([["file", "age", "bytes", "taken", "sha256", ""], ...rows])].join("\n");
}

/** What is known of their restores: the last that passed, and the last that failed, mended or not. */
function drillInWords(found: Backups, now: Date): string {
  const { running, lastFailure: failure } = found.drill ?? {};
  return [
    running === true
      ? `one is being restored to prove it; ${provenInWords(found, now)}`
      : provenInWords(found, now),
    ...(failure === undefined ? [] : [`the last that failed: ${minute(failure.at)}`]),
  ].join("; ");
}

/** Says what is copied where, and how old that is. */
function copiesInWords(storage: StorageState, now: Date): string {
  const { repository, newest, running } = storage;
  const as = newest === undefined ? "" : `, snapshot ${newest.snapshot}`;
  return `copied to ${repository}: ${newestCopyInWords(storage, now)}${as}${running ? "; one is being made" : ""}`;
}
