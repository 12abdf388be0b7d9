import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { ApplicationDescription } from "../../components/application/description.ts";
import { parseApplication } from "../../components/application/parse.ts";
import { defined } from "../../components/input/defined.ts";
import { isLabel, longestName } from "../../components/naming/namespace.ts";
import { askWhatIsMissing, type Ask } from "../init/ask.ts";
import { missingIgnores } from "../init/build-ignores.ts";
import { fromCompose, noneTakenOver, reportInWords } from "../init/compose/from-compose.ts";
import type { Row } from "../init/compose/report.ts";
import { applicationName, describe } from "../init/describe.ts";
import { find } from "../init/find.ts";
import { notesOf } from "../init/notes.ts";
import { planFiles, presentName, type PlannedFile } from "../init/plan.ts";
import { readRepository, type Repository } from "../init/repository.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import { towpathVersion } from "../project.ts";
import { asStep, type Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";

/** The options of `towpath init`. */
export interface InitSettings {
  /** The application's name; left out, it is found. */
  readonly name?: string | undefined;
  /** The compose files that the application is taken over from; none, and the repository's Dockerfiles show it. */
  readonly from?: readonly string[];
  /** True when the person has agreed already. */
  readonly yes: boolean;
  /** True to show only what would be written. */
  readonly dryRun: boolean;
  /** Asks the person; undefined where nobody can answer. */
  readonly ask: Ask | undefined;
}

/** The result of `towpath init`. */
export interface Initialized {
  readonly application: ApplicationDescription;
  readonly files: readonly Pick<PlannedFile, "path" | "state">[];
  /** The notes on what a person has to look at. */
  readonly notes: readonly string[];
  /** What became of every key of the compose files. */
  readonly report?: readonly Row[];
  /** True when the files were written. */
  readonly written: boolean;
  /** The commands that come next. */
  readonly next: readonly string[];
}

/** Makes a folder of a repository the project of the application that the repository holds: shows what it writes, asks, and writes. */
export async function init(
  progress: Progress,
  settings: InitSettings,
  folder = process.cwd(),
): Promise<Initialized> {
  const read = (path: string): string | undefined =>
    existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8") : undefined;
  const present = presentName(read("Pulumi.yaml"));
  const repository = await asStep(progress, "looking through the repository", () =>
    readRepository(folder, run),
  );
  const name = nameOf(settings.name ?? present, repository);
  const sure = settings.yes || settings.dryRun;
  if (!sure && settings.ask === undefined) throw new Problem(nobodyToAsk);
  const described = await describedBy(settings, name, repository);
  const { application, env = {} } = described;
  const isNothing = Object.keys(application.services).length === 0;
  if (isNothing && !settings.dryRun)
    throw new Problem(noneTakenOver(settings.from ?? [], described.report ?? []));
  const { files, notes } = isNothing
    ? { files: [], notes: [] }
    : planFiles(
        {
          ...described,
          version: towpathVersion(),
          holdsPrograms: repository.paths.some((path) => isProgramIn(repository.folder, path)),
          ignores: missingIgnores(parseApplication(application), withEnv(repository, env)),
          ...defined({ github: repository.github }),
        },
        read,
      );
  const { report } = described;
  const result = { application, files, notes: [...described.notes, ...notes], next, ...defined({ report }) };
  progress.say(shown(result));
  const written = await agreed(settings, files);
  if (written) write(folder, files);
  return { ...result, files: files.map(({ path, state }) => ({ path, state })), written };
}

const next = ["npm install", "npm start"];

/** An application, and what else is known of its project. */
interface Described {
  readonly application: ApplicationDescription;
  readonly notes: readonly string[];
  readonly report?: readonly Row[];
  readonly local?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

async function describedBy(settings: InitSettings, name: string, repository: Repository): Promise<Described> {
  const { from = [], yes, dryRun, ask } = settings;
  if (from.length > 0) {
    const { application, local, env, rows } = fromCompose(from, name, repository, process.env);
    return { application, local: { ...local }, env, report: rows, notes: [] };
  }
  const found = find(repository);
  if (found.services.length === 0) throw new Problem(noDockerfile(repository.root, found.notes));
  const whole = yes || dryRun || ask === undefined ? found : await askWhatIsMissing(found, ask);
  const application = describe(name, whole, repository.folder);
  return { application, notes: notesOf(application, whole) };
}

/** The repository with the example of a `.env` that is going to be there: no build may see that. */
function withEnv(repository: Repository, env: Readonly<Record<string, string>>): Repository {
  if (Object.keys(env).length === 0) return repository;
  return { ...repository, paths: [...repository.paths, join(repository.folder, ".env.example")] };
}

/** Says what was done, and what comes next. */
export function initializedInWords({ written, next: commands }: Initialized): string {
  return written ? `next: ${commands.join(", then ")}` : "nothing was written";
}

/** Shows what is going to be written: the files, the application, and what to look at. */
function shown({
  files,
  notes,
  report = [],
}: Pick<Initialized, "notes" | "report"> & { files: readonly PlannedFile[] }): string {
  const application = files.find(({ path, state }) => path === "application.ts" && state === "new");
  return [
    ...(report.length === 0 ? [] : [reportInWords(report), ""]),
    ...(application === undefined ? [] : ["application.ts:", "", application.text]),
    columns(files.map(({ path, state }) => [state, path])),
    ...(notes.length === 0 ? [] : ["", "to look at:", ...notes.map((note) => `- ${note}`)]),
    "",
  ].join("\n");
}

async function agreed({ yes, dryRun, ask }: InitSettings, files: readonly PlannedFile[]): Promise<boolean> {
  if (dryRun || files.every(({ state }) => state === "same" || state === "kept")) return false;
  if (yes || ask === undefined) return true;
  if (/^y(es)?$/i.test(await ask("Write these files? [y/N]"))) return true;
  throw new Problem("nothing was written");
}

function write(folder: string, files: readonly PlannedFile[]): void {
  for (const { path, state, text } of files) {
    // Values of one's own are for nobody else.
    const mode = path === ".env" ? 0o600 : 0o666;
    if (state === "new") writeFileSync(join(folder, path), text, { flag: "wx", mode });
    if (state === "changed") writeFileSync(join(folder, path), text);
  }
}

function nameOf(given: string | undefined, { github, root }: Repository): string {
  if (given !== undefined) {
    if (!isLabel(given, longestName)) throw new Problem(badName(given));
    return given;
  }
  const found = [github?.split("/")[1], basename(root)].flatMap((raw) => applicationName(raw ?? "") ?? []);
  return found[0] ?? "app";
}

/** Tells whether a path is a program in JavaScript that lies in the folder itself, or below it. */
function isProgramIn(folder: string, path: string): boolean {
  return (folder === "" || path.startsWith(`${folder}/`)) && /\.jsx?$/.test(path);
}

/** Says that a name is none for an application. */
export function badName(name: string): string {
  return `--name: expected a name of lower-case letters, digits and hyphens, from a letter on, at most ${longestName} characters, got ${JSON.stringify(name)}; for example "notes"`;
}

/** Says that nobody can agree to what is written. */
export const nobodyToAsk =
  "init: writes files and has to be agreed to, got no terminal to ask on; add --yes, or --dry-run to see them only";

/** Says that there is nothing to build. */
export function noDockerfile(root: string, notes: readonly string[]): string {
  return [
    `${root}: expected a Dockerfile for each service, got none in the repository; write one, and run init again`,
    ...notes,
  ].join("\n");
}
