import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Application } from "../../components/application/application.ts";
import { parseApplication } from "../../components/application/parse.ts";
import { deploymentSecrets } from "../../components/github/deployment-secrets.ts";
import { readEnvironment, repositoryNameOf } from "../../components/github/facts.ts";
import { environmentNames } from "../../components/naming/namespace.ts";
import type { Settings } from "../../components/settings/settings.ts";
import { githubClient, onGithub } from "../github/access.ts";
import { compare, namesInExample, type Comparison, type Facts, type GithubPlace } from "../github/compare.ts";
import { readVariables } from "../github/variables.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { callFor } from "../stack/call.ts";
import { settingsFileOf } from "../stack/settings-file.ts";
import { previewSettings, settingsOf, storedSecrets } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";

/**
 * Compares `.env.example`, the application, every stack's settings and GitHub. Changes nothing.
 *
 * @throws InputError when settings cannot be used, Problem when GitHub cannot be asked
 */
export async function checkEnvironments(
  progress: Progress,
  project: Project,
  application = parseApplication(project.application),
): Promise<Comparison> {
  const stacks = stacksOf(project);
  const github: GithubPlace[] = [];
  for (const { stack, settings } of stacks) {
    github.push(...(await placesOf(stack, settings, application, progress, project)));
  }
  return compare({ application, example: exampleOf(project), stacks, github });
}

/** The table, and below it who lacks what. */
export function comparisonInWords({ places, rows, differences }: Comparison): string {
  const table = columns([
    ["name", "what", ...places],
    ...rows.map(({ name, kind, cells }) => [name, kind, ...places.map((place) => cells[place] ?? "-")]),
  ]);
  const ending =
    differences.length === 0
      ? "all of them agree"
      : `${differences.length} ${differences.length === 1 ? "difference" : "differences"}:`;
  return [table, "", ending, ...differences.map((line) => `  ${line}`)].join("\n");
}

function exampleOf({ root }: Pick<Project, "root">): string[] | undefined {
  const file = join(root, ".env.example");
  return existsSync(file) ? namesInExample(readFileSync(file, "utf8")) : undefined;
}

function stacksOf(project: Project): Facts["stacks"] {
  return environmentNames
    .filter((stack) => stack !== "host" && existsSync(join(project.root, settingsFileOf(stack))))
    .map((stack) => {
      const settings = stack === "preview" ? previewSettings(project) : settingsOf(project, stack);
      return { stack, settings, secretValues: storedSecrets(project, stack) };
    });
}

/** The places on GitHub of a stack: its environment; of the repository stack, that of previews and the repository. */
async function placesOf(
  stack: string,
  settings: Settings,
  application: Application,
  progress: Progress,
  project: Project,
): Promise<GithubPlace[]> {
  const on = onGithub(settings);
  // The environment of previews is the repository stack's.
  if (on === undefined || settings.environment === "preview") return [];
  const repository = repositoryNameOf(on.repository);
  const step = progress.step(`asking GitHub about ${stack}`);
  try {
    const client = await githubClient(on, () => callFor("config", stack, progress, project), progress, run);
    const environment = async (
      name: string,
      secrets: readonly string[],
      variables: Variables,
    ): Promise<GithubPlace> => {
      const found = await readEnvironment(client, repository, name);
      const expected = { secrets: secrets.map(asKept), variables: withKeptNames(variables) };
      const there = found && { secrets: Object.keys(found.secrets), variables: found.variables };
      return { name: `GitHub ${name}`, stack, expected, there };
    };
    if (settings.environment === "repository") {
      const { variables, preview } = settings;
      const there = { secrets: [], variables: await readVariables(client, repository) };
      const expected = { secrets: [], variables: withKeptNames(variables) };
      const own = { name: "GitHub repository", stack, expected, there };
      if (preview === undefined) return [own];
      return [own, await environment("preview", Object.keys(preview.secrets), preview.variables)];
    }
    if (!("github" in settings)) return [];
    const secrets = deploymentSecrets(application, settings, process.env).map(({ name }) => name);
    return [await environment(stack, secrets, settings.github.variables)];
  } finally {
    step.done();
  }
}

type Variables = Readonly<Record<string, string>>;

/** A name as GitHub keeps it. */
function asKept(name: string): string {
  return name.toUpperCase();
}

function withKeptNames(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [asKept(name), value]));
}
