import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { pulumiFolder } from "../project.ts";
import { foldersOf, stateFolders } from "./folders.ts";
import { homeWithoutLog } from "./home.ts";
import { fileBackend, readDeployment, stateUnreadable, type Deployment } from "./state.ts";
import { stateUrl } from "./variables.ts";

/** A stack that has a state. */
export interface StackState {
  readonly stack: string;
  readonly deployment: Deployment;
}

/**
 * Every stack of this project with a state: in the places that the project keeps itself, of all namespaces, or where
 * `PULUMI_BACKEND_URL` points.
 */
export async function listStacks(
  project: Project,
  given: NodeJS.ProcessEnv,
  run: Run,
): Promise<StackState[]> {
  const backends =
    given.PULUMI_BACKEND_URL === undefined ? stateFolders(project).map(stateUrl) : [given.PULUMI_BACKEND_URL];
  const home = homeWithoutLog(project);
  const found = await Promise.all(
    backends.map(async (backend) => {
      const environment = { ...given, PULUMI_HOME: home, PULUMI_BACKEND_URL: backend };
      const stacks = await namesIn(project, environment, run);
      return Promise.all(
        stacks.map(async (stack) => {
          const logFolder = foldersOf(project, stack, "").logs;
          return { stack, deployment: await readDeployment({ project, stack, environment, logFolder }, run) };
        }),
      );
    }),
  );
  return found
    .flat()
    .flatMap(({ stack, deployment }) => (deployment === undefined ? [] : { stack, deployment }));
}

async function namesIn(project: Project, environment: NodeJS.ProcessEnv, run: Run): Promise<string[]> {
  const folder = fileBackend(environment);
  if (folder === undefined) return namesElsewhere(project, environment, run);
  const stacks = join(folder, "stacks", project.name);
  if (!existsSync(stacks)) return [];
  return readdirSync(stacks)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

async function namesElsewhere(project: Project, environment: NodeJS.ProcessEnv, run: Run): Promise<string[]> {
  const pulumi = join(pulumiFolder(project), "pulumi");
  const listed = await run(pulumi, ["stack", "ls", "--json"], { cwd: project.root, environment });
  if (listed.code !== 0)
    throw new Problem(stateUnreadable(environment.PULUMI_BACKEND_URL ?? "", listed.stderr));
  return (JSON.parse(listed.stdout) as { name: string }[]).map(({ name }) => name.split("/").at(-1) ?? name);
}
