import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRepository, repositoryNameOf } from "../../components/github/facts.ts";
import { InputError } from "../../components/input/input-error.ts";
import { environmentOf } from "../../components/naming/namespace.ts";
import { repositoryName } from "../../components/settings/github.ts";
import { explain } from "../failures.ts";
import { githubClient, onGithub, type OnGithub } from "../github/access.ts";
import { importFileOf, type ImportFile, type PreviewedResource, type There } from "../github/import-file.ts";
import {
  adoptedRuleset,
  environmentSettings,
  notKept,
  repositorySettings,
} from "../github/imported-settings.ts";
import { readRepositoryContents, readWholeEnvironment } from "../github/read-repository.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import { pulumiFolder, type Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { usesOwnPassphrase } from "../pulumi/passphrase.ts";
import { keepingSaltOut } from "../pulumi/salt.ts";
import { readDeployment } from "../pulumi/state.ts";
import { callFor } from "../stack/call.ts";
import { createStack } from "../stack/create.ts";
import { addSettings, settingsFileOf, type WrittenSettings } from "../stack/settings-file.ts";
import { settingsIn, settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";

/** The result of `towpath github import`. */
export interface Imported {
  readonly stack: string;
  /** The settings file, and the settings that were added to it. */
  readonly file: string;
  readonly settings: readonly string[];
  /** The resources in the state now, by the ids of GitHub's plugin. */
  readonly resources: readonly string[];
  /** Secrets that GitHub has, whose values nobody can read. */
  readonly secrets: readonly string[];
  /** Rulesets that stay as they are, beside ours. */
  readonly rulesets: readonly string[];
  /** Parts of what was taken over that the settings cannot hold. */
  readonly notKept: readonly string[];
}

/**
 * Takes over what a repository has on GitHub: writes it into the stack's settings, which keep what stands there already,
 * and into the stack's state, so that the next `up` changes it instead of making it twice. Changes nothing on GitHub.
 *
 * @throws Problem when GitHub cannot be read, or has what settings may not say; or when the stack's preview fails: the
 *   settings are written by then
 */
export async function importGithub(
  { stack, repository }: { readonly stack: string; readonly repository: string },
  progress: Progress,
  project: Project,
): Promise<Imported> {
  const environment = environmentOf(stack);
  if (environment !== "repository" && environment !== "staging" && environment !== "production") {
    throw new Problem(
      `--stack: expected a stack with a part on GitHub, got ${JSON.stringify(stack)}; take repository, staging or production`,
    );
  }
  if (!repositoryName.safeParse(repository).success) {
    throw new Problem(
      `--repository: expected a repository's owner and name, got ${JSON.stringify(repository)}; for example octocat/notes`,
    );
  }
  const there = await look(stack, repository, progress, project);
  const { environments } = there;
  const own = environments[environment === "repository" ? "preview" : environment];
  const settings: WrittenSettings =
    there.repository !== undefined
      ? repositorySettings(repository, there.repository, own)
      : { github: { repository, ...(own !== undefined && environmentSettings(own)) } };
  const added = addSettings(project, stack, settings, (text) => {
    checkLoads(text, stack, project);
  });
  const resources = await adopt(stack, there, progress, project);
  const adopted = (["branch", "tag"] as const).map((target) =>
    adoptedRuleset(there.repository?.rulesets ?? [], target),
  );
  return {
    stack,
    file: settingsFileOf(stack),
    settings: added,
    resources,
    secrets: Object.keys(own?.secrets ?? {}),
    rulesets: (there.repository?.rulesets ?? [])
      .filter((one) => !adopted.includes(one))
      .map(({ name }) => name),
    notKept: there.repository === undefined ? [] : notKept(there.repository),
  };
}

/** Makes sure that the next `up` can load what is about to be written. Throws a Problem that names every setting that it cannot. */
function checkLoads(text: string, stack: string, project: Project): void {
  try {
    settingsIn(text, project, stack);
  } catch (error) {
    throw error instanceof InputError ? new Problem(wouldNotLoad(stack, error.problems)) : error;
  }
}

/** Says what was taken over, and what was not. */
export function importedInWords({
  stack,
  file,
  settings,
  resources,
  secrets,
  rulesets,
  notKept: lost,
}: Imported): string {
  const list = (items: readonly string[]): string => (items.length === 0 ? "nothing" : items.join(", "));
  return [
    `${file}: added ${list(settings)}`,
    `the state of ${stack}: took over ${list(resources)}`,
    ...(rulesets.length === 0 ? [] : [`left alone, as they are there: the rulesets ${list(rulesets)}`]),
    ...(lost.length === 0 ? [] : [`not in the settings, and taken away by the next up: ${list(lost)}`]),
    ...(secrets.length === 0
      ? []
      : [
          `secrets whose values nobody can read, and which the next up sets anew if the settings name them: ${list(secrets)}`,
        ]),
    `see what would change with npm run pulumi -- preview --stack ${stack}`,
  ].join("\n");
}

/** Reads from GitHub what it has of that which the stack describes. */
async function look(stack: string, repository: string, progress: Progress, project: Project): Promise<There> {
  const name = repositoryNameOf(repository);
  const step = progress.step(`reading ${repository}`);
  try {
    const client = await githubClient(
      accessOf(stack, project),
      () => callFor("config", stack, progress, project),
      progress,
      run,
    );
    if ((await readRepository(client, name)) === undefined) throw new Problem(noRepository(repository));
    const environment = stack === "repository" ? "preview" : stack;
    return {
      repo: name.repo,
      repository: stack === "repository" ? await readRepositoryContents(client, name) : undefined,
      environments: { [environment]: await readWholeEnvironment(client, name, environment) },
    };
  } finally {
    step.done();
  }
}

/** The source of the token: the settings' own, where they name one already. */
function accessOf(stack: string, project: Project): Omit<OnGithub, "repository"> {
  const standard = {
    place: stack === "repository" ? "towpath:token" : "towpath:github.token",
    token: { source: "environment", variable: "GITHUB_TOKEN" },
  } as const;
  try {
    return onGithub(settingsOf(project, stack)) ?? standard;
  } catch {
    // A stack that is about to get its settings.
    return standard;
  }
}

/** Brings what is there into the state. Returns the ids of what was brought. */
async function adopt(stack: string, there: There, progress: Progress, project: Project): Promise<string[]> {
  const call = await callFor("preview", stack, progress, project);
  const folder = mkdtempSync(join(tmpdir(), "towpath-import-"));
  const step = progress.step("bringing it into the state");
  try {
    return await keepingSaltOut(call, usesOwnPassphrase(), async () => {
      if ((await readDeployment(call, run)) === undefined) await createStack(call, run);
      const file = join(folder, "import.json");
      const digest = JSON.parse(await pulumi(call, ["preview", "--import-file", file, "--json"])) as {
        steps?: { urn: string; newState?: { inputs?: Record<string, unknown> } }[];
      };
      const previewed: PreviewedResource[] = (digest.steps ?? []).map(({ urn, newState }) => ({
        urn,
        inputs: newState?.inputs ?? {},
      }));
      const wanted = importFileOf(JSON.parse(readFileSync(file, "utf8")) as ImportFile, previewed, there);
      if (wanted === undefined) return [];
      writeFileSync(file, JSON.stringify(wanted));
      const quietly = ["--yes", "--skip-preview", "--protect=false", "--generate-code=false"];
      await pulumi(call, ["import", "--file", file, ...quietly]);
      return (wanted.resources ?? []).flatMap(({ id }) => id ?? []);
    });
  } finally {
    step.done();
    rmSync(folder, { recursive: true });
  }
}

async function pulumi({ project, stack, environment }: PulumiCall, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(
    join(pulumiFolder(project), "pulumi"),
    [...args, "--stack", stack, "--non-interactive", "--color", "never"],
    { cwd: project.root, environment },
  );
  if (code === 0) return stdout;
  const digest = (stdout.trim().startsWith("{") ? JSON.parse(stdout) : {}) as {
    diagnostics?: { message: string; severity: string; urn?: string }[];
  };
  const errors = (digest.diagnostics ?? []).filter(({ severity }) => severity === "error");
  const reason = explain({ errors, log: stderr === "" ? stdout : stderr, ending: `exit code ${code}` });
  throw new Problem(`${reason}\n${notInState(stack)}`);
}

/** Says that there is no such repository. */
export function noRepository(repository: string): string {
  return `--repository: GitHub shows this token no such repository, got ${JSON.stringify(repository)}; correct it, or give the token access to it`;
}

/** Says what of the settings, with what GitHub has, would be refused. */
export function wouldNotLoad(stack: string, problems: readonly string[]): string {
  const file = settingsFileOf(stack);
  return `${problems.join("\n")}\n${file}: cannot hold that, nothing was written; change it on GitHub, or set what is named above in the file first, which keeps what it has, and import again`;
}

/** Says how far the import came. */
export function notInState(stack: string): string {
  return `${settingsFileOf(stack)}: holds what GitHub has, but the state of ${stack} does not yet; repair what is said above and import again`;
}
