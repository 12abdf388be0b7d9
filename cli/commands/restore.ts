import { parseApplication } from "../../components/application/parse.ts";
import { ageOf } from "../../components/backup/concern.ts";
import { timeOf } from "../../components/backup/program/dumps.mjs";
import {
  besideNames,
  type Content,
  type FoundDump,
  type KeptReceipt,
  type LookReceipt,
  type PutReceipt,
  type RestoreInput,
  type TriedReceipt,
} from "../../components/contract/restore.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { minute } from "../../components/input/times.mjs";
import { labels } from "../../components/naming/names.ts";
import { namesIn } from "../../components/settings/database-name.ts";
import { hasOwnDatabase } from "../../components/settings/external.ts";
import type { ProductionSettings } from "../../components/settings/production.ts";
import type { StagingSettings } from "../../components/settings/staging.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { callFor } from "../stack/call.ts";
import { openHost } from "../stack/hosts.ts";
import { runStep } from "../stack/program.ts";
import { checkKeepsRecords } from "../stack/release-records.ts";
import { settingsOf } from "../stack/settings.ts";
import { agree, type Agreeing } from "../terminal/agree.ts";
import type { Progress } from "../terminal/progress.ts";
import { noDatabase } from "./backup.ts";
import { reasons } from "./backups.ts";
import type { RestoreRequest, Scene } from "./restore-request.ts";
import { checkFromStorage, fromStorage, type Bringing } from "./restore-from-storage.ts";

/** The result of `towpath restore`. */
export type Restored = { readonly stack: string; readonly host: string } & (
  | ({ readonly done: "restored" } & PutReceipt)
  | ({ readonly done: "tried" } & TriedReceipt)
  | ({ readonly done: "gone back" | "let go" } & KeptReceipt)
);

/**
 * Puts a dump in the place of a stack's database, once it is whole beside it; or the database from before in its place again,
 * or lets that one go. Says what that does, and asks. Or tries a dump, which changes nothing that anybody sees.
 *
 * @throws Problem when there is nothing to restore, or it is not agreed to, or the dump does not fit
 * @throws HostProblem when the host cannot be reached
 */
export async function restore(
  request: RestoreRequest,
  progress: Progress,
  project: Project,
): Promise<Restored> {
  const { stack, dump, back = false, letGo = false } = request;
  const asked = [
    ...(dump === undefined ? [] : [dump]),
    ...(back ? ["--back"] : []),
    ...(letGo ? ["--let-go"] : []),
  ];
  // A dump may be named to be tried.
  if (request.try === true) asked.splice(0, dump === undefined ? 0 : 1, "--try");
  if (asked.length > 1) throw new Problem(tooMuch(asked));
  checkFromStorage(request);
  const scene = await sceneOf(stack, progress, project);
  const place = { stack, host: scene.connection.host };
  const found = (await scene.step({ operation: "look" }, `looking for dumps of ${stack}`)) as LookReceipt;
  if (back || letGo) {
    if (found.kept === undefined) throw new Problem(nothingKept(stack, besideNames(scene.database).kept));
    await agreed(keptWords(scene, found.kept, letGo), request, progress);
    const operation = letGo ? "let go" : "back";
    const words = letGo ? `dropping ${found.kept}` : `putting ${found.kept} in place`;
    const receipt = (await scene.step({ operation }, words)) as KeptReceipt;
    return { ...place, done: letGo ? "let go" : "gone back", ...receipt };
  }
  const { chosen, bringing } =
    request.fromStorage === true
      ? await fromStorage(request, scene, found, progress)
      : { chosen: chosenDump(found, dump, scene), bringing: undefined };
  const { file, bytes } = chosen;
  if (request.try === true) {
    await bringing?.bring();
    const tried = (await scene.step({ operation: "try", file, bytes }, `trying ${file}`)) as TriedReceipt;
    return { ...place, done: "tried", ...tried };
  }
  await agreed(planWords(scene, chosen, new Date(), bringing), request, progress);
  await bringing?.bring();
  const receipt = (await scene.step({ operation: "put", file, bytes }, `restoring ${file}`)) as PutReceipt;
  return { ...place, done: "restored", ...receipt };
}

async function sceneOf(stack: string, progress: Progress, project: Project): Promise<Scene> {
  checkKeepsRecords(stack);
  const application = parseApplication(project.application);
  if (application.postgres === undefined) throw new Problem(noDatabase("restore", application.name));
  const settings = settingsOf(project, stack) as StagingSettings | ProductionSettings;
  if (!hasOwnDatabase(application, settings)) throw new Problem(external(stack));
  const call = await callFor("refresh", stack, progress, project);
  const connection = await openHost(call, run, progress);
  const { environment, namespace, migration } = settings;
  const names = namesIn(application, settings);
  const volume = names.volume("backups");
  const input = {
    container: names.postgres,
    administrator: names.database,
    database: names.database,
    stack,
    volume,
    // Those of migrations, which wait for one whose starter was killed.
    labels: labels({ application: application.name, environment, namespace, part: "migration" }),
    waitSeconds: migration.lockWaitSeconds,
  };
  const step: Scene["step"] = (more, words) =>
    runRestore({ ...input, ...more } as RestoreInput, words, connection, call, progress);
  return { stack, settings, database: names.database, volume, connection, step };
}

function runRestore(
  input: RestoreInput,
  words: string,
  connection: HostConnection,
  call: PulumiCall,
  progress: Progress,
): Promise<object> {
  return runStep(
    { program: "restore", input, words, wasEnded: wasEnded(input.stack) },
    connection,
    call,
    run,
    progress,
  );
}

/** The dump of that name, else the newest that is whole and known. */
function chosenDump({ dumps }: LookReceipt, name: string | undefined, { stack, volume }: Scene): FoundDump {
  const good = dumps.find(({ bytes, facts }) => facts?.bytes === bytes);
  if (name === undefined) {
    if (good === undefined) throw new Problem(noGoodDump(stack, volume, dumps));
    return good;
  }
  const named = dumps.find(({ file }) => file === name);
  if (named === undefined) throw new Problem(noSuchDump(name, stack, volume, dumps));
  return named;
}

/** What is done, the question, and the command that does it without. */
interface Words {
  readonly words: string;
  readonly question: string;
  readonly again: string;
}

/** Shows what is done, and goes on when the person agrees. */
async function agreed(
  { words, question, again }: Words,
  request: Agreeing,
  progress: Progress,
): Promise<void> {
  progress.say(words);
  const does = "restore: changes users' data";
  await agree({ does, question, unasked: `use "${again}"`, refused: "nothing was changed" }, request);
}

/** What a restore does. */
function planWords(
  { stack, database }: Scene,
  { file, bytes, facts }: FoundDump,
  now: Date,
  bringing?: Bringing,
): Words {
  const began = timeOf(file);
  const time = began === undefined ? undefined : new Date(began).toISOString();
  const why =
    facts === undefined
      ? "of somebody else's making"
      : ((reasons as Partial<Record<string, string>>)[facts.why] ?? facts.why);
  const taken = time === undefined ? why : `taken ${ageOf(time, now)} ago ${why}`;
  const { kept } = besideNames(database);
  const since = time === undefined ? "What is not in it" : `What was written since ${minute(time)}`;
  return {
    words: [
      `${stack}: ${file}, ${taken}, ${bytes} bytes, takes the place of the database ${database}`,
      `  ${since} is away then. It stays in the database ${kept} beside it, which takes as much of the disk, until you let it go.`,
      "  It is restored beside the database while users are served. When it is whole, connections are cut, and requests under way may fail.",
      ...(bringing?.words ?? ["  Redis, buckets and volumes stay as they are."]),
    ].join("\n"),
    question: `Restore ${stack} from ${file}?`,
    again: `npx towpath restore ${file}${bringing?.options ?? ""} --stack ${stack} --yes`,
  };
}

/** What becomes of the database that was kept. */
function keptWords({ stack, database }: Scene, kept: string, letGo: boolean): Words {
  if (letGo) {
    return {
      words: `${stack}: the database ${kept}, which is kept beside the one in place, is dropped for good`,
      question: `Drop ${kept}?`,
      again: `npx towpath restore --let-go --stack ${stack} --yes`,
    };
  }
  return {
    words:
      `${stack}: the database from before the restore takes the place of ${database} again, which is kept as ${kept} in turn\n` +
      "  What was written since the restore is away then. Connections are cut, and requests under way may fail.",
    question: `Go back to the database from before the restore of ${stack}?`,
    again: `npx towpath restore --back --stack ${stack} --yes`,
  };
}

/** Reports what was done, and what to do next. */
export function restoredInWords(restored: Restored): string {
  const { stack, host } = restored;
  if (restored.done === "tried") return triedInWords(restored);
  const { kept } = restored;
  const again = (option: string): string => `npx towpath restore ${option} --stack ${stack}`;
  if (restored.done === "restored") {
    const { file, before, after, cutSeconds, seconds } = restored;
    return [
      `${stack}: ${file} is in place on ${host}, after ${seconds} s; connections were cut for ${cutSeconds} s`,
      `  now ${inWords(after)}; before ${inWords(before)}, kept as ${kept}`,
      `  try it with npx towpath smoke --stack ${stack}, go back with ${again("--back")}, and free the disk with ${again("--let-go")}`,
    ].join("\n");
  }
  if (restored.done === "let go") return `${stack}: dropped ${kept} on ${host}`;
  return `${stack}: the database from before the restore is in place again on ${host}; what was restored is kept as ${kept} until ${again("--let-go")}`;
}

function triedInWords({ stack, host, ...tried }: Extract<Restored, { done: "tried" }>): string {
  const { file, before, after, otherLines, seconds } = tried;
  const schema =
    otherLines === 0 ? "of the schema that runs" : `of another schema than runs, in ${otherLines} lines`;
  return [
    `${stack}: ${file} can be restored on ${host}, and is ${schema}: it was, in ${seconds} s, and dropped again`,
    `  it has ${inWords(after)}; the database has ${inWords(before)}`,
  ].join("\n");
}

function inWords({ tables, rows, bytes }: Content): string {
  return `about ${rows} rows in ${tables} tables, ${bytes} bytes`;
}

/** Says that two things were asked for at once. */
function tooMuch(asked: readonly string[]): string {
  return `restore: expected a dump, --back or --let-go, got ${asked.join(" and ")}; take one of them`;
}

/** Says that Towpath restores nothing on a server that is not its own. */
function external(stack: string): string {
  return `--stack: expected a stack with a database of Towpath's own, got ${JSON.stringify(stack)}, whose database is external; restore it as its provider says`;
}

/** Says that no restore has kept anything. */
function nothingKept(stack: string, kept: string): string {
  return `restore: expected a database from before a restore, got no ${kept}; restore a dump first with npx towpath restore --stack ${stack}`;
}

function noGoodDump(stack: string, volume: string, dumps: readonly FoundDump[]): string {
  const found =
    dumps.length === 0 ? "none" : `none that is whole among ${dumps.map(({ file }) => file).join(", ")}`;
  return `restore: expected a dump in the volume ${volume}, got ${found}; take one with npx towpath backup --stack ${stack}, or name the one to restore`;
}

function noSuchDump(name: string, stack: string, volume: string, dumps: readonly FoundDump[]): string {
  const there =
    dumps.length === 0 ? "there is none" : `there are ${dumps.map(({ file }) => file).join(", ")}`;
  return `restore: expected a dump in the volume ${volume}, got ${JSON.stringify(name)}; ${there}: name one of them, or take one with npx towpath backup --stack ${stack}`;
}

/** Says that nobody knows what became of a restore. */
function wasEnded(stack: string): string {
  return `restore: the program that restores the database of ${stack} was ended, got no word of it; the database is either as it was or restored: see which with npx towpath restore --back --stack ${stack}, which asks before it does anything`;
}
