import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ApplicationDescription } from "../components/application/description.ts";
import { Problem } from "./problem.ts";

/** The Pulumi plugins that the program's packages need; their versions are those of the npm packages. */
const pluginNames = ["command", "docker", "github", "random"] as const;

/** Towpath itself, and the versions of Pulumi that it is pinned to. */
export interface Installation {
  /** Pulumi's own folder for command lines and plugins of all versions. */
  readonly pulumiHome: string;
  /** Version of the Pulumi CLI. */
  readonly pulumiVersion: string;
  /** Plugins by name with their versions. */
  readonly plugins: readonly { name: string; version: string }[];
}

/** A Pulumi project that Towpath is used in: the folder with Pulumi.yaml and application.ts. */
export interface Project extends Installation {
  /** The project's folder. */
  readonly root: string;
  /** The folder of what is kept out of git: state, passphrase, logs, decisions. */
  readonly privateFolder: string;
  /** Name of the Pulumi project, in `Pulumi.yaml`. */
  readonly name: string;
  /** The export of `application.ts`, unchecked. */
  readonly application: ApplicationDescription;
}

/** Towpath's own folder: a clone of it, or the package in somebody's node_modules. */
const ownFolder = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** Reads the package.json of Towpath's own folder. */
function manifestIn(folder: string): { version: string; dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as ReturnType<typeof manifestIn>;
}

/** Tells whether Towpath is a clone, with tests of its own, and not the package, which has no sources. */
export function isClone(): boolean {
  return existsSync(join(ownFolder, "cli/main.ts"));
}

/** Reads the pinned versions from Towpath's package.json, the one place where they stand. */
export function readInstallation(
  folder = ownFolder,
  environment: NodeJS.ProcessEnv = process.env,
): Installation {
  const { dependencies } = manifestIn(folder);
  const version = (dependency: string): string => {
    const found = dependencies[dependency];
    if (found === undefined) throw new Error(`package.json: no dependency ${dependency}`);
    return found;
  };
  return {
    pulumiHome: environment.PULUMI_HOME ?? join(homedir(), ".pulumi"),
    pulumiVersion: version("pulumi"),
    plugins: pluginNames.map((name) => ({ name, version: version(`@pulumi/${name}`) })),
  };
}

/** The version of Towpath itself. */
export function towpathVersion(): string {
  return manifestIn(ownFolder).version;
}

/**
 * Opens the project that a folder is in, and works in its folder from then on, as npm and Pulumi do.
 *
 * @throws Problem when there is none, or its application.ts cannot be loaded
 */
export async function openProject(folder = process.cwd()): Promise<Project> {
  const root = projectFolder(folder);
  process.chdir(root);
  return {
    ...readInstallation(),
    root,
    privateFolder: join(root, ".towpath"),
    name: await nameIn(root),
    application: await loadApplication(root),
  };
}

/** The nearest folder with a Pulumi.yaml, from the given one upward. */
export function projectFolder(folder: string): string {
  for (let above = folder; ; above = dirname(above)) {
    if (existsSync(join(above, "Pulumi.yaml"))) return above;
    if (above !== dirname(above)) continue;
    throw new Problem(
      `project: expected a Pulumi.yaml here or above, got none from ${folder} upward; ` +
        `go to the project's folder, or make one with npx towpath init`,
    );
  }
}

async function nameIn(root: string): Promise<string> {
  const { default: yaml } = await import("yaml");
  const text = readFileSync(join(root, "Pulumi.yaml"), "utf8");
  let name: unknown;
  try {
    ({ name } = (yaml.parse(text) ?? {}) as { name?: unknown });
  } catch (error) {
    throw new Problem(
      `Pulumi.yaml: expected YAML, got ${firstLine((error as Error).message)}; mend the file`,
    );
  }
  if (typeof name === "string" && name !== "") return name;
  throw new Problem(`Pulumi.yaml: expected the project's name, got none; add a line such as name: notes`);
}

/** Loads a project's application.ts, which Node runs as it is. */
export async function loadApplication(root: string): Promise<ApplicationDescription> {
  const file = join(root, "application.ts");
  if (!existsSync(file)) {
    throw new Problem(
      `application.ts: expected a file that describes the application, got none in ${root}; npx towpath init writes one`,
    );
  }
  const { application } = await loaded(file);
  if (typeof application === "object" && application !== null) return application as ApplicationDescription;
  throw new Problem(
    `application.ts: expected an export named application, got ${application === undefined ? "none" : typeof application}; ` +
      `write export const application = defineApplication({ … })`,
  );
}

async function loaded(file: string): Promise<{ application?: unknown }> {
  try {
    return (await import(pathToFileURL(file).href)) as { application?: unknown };
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const place = error instanceof Error ? /application\.ts:(\d+)/.exec(error.stack ?? "")?.[1] : undefined;
    throw new Problem(
      `application.ts${place === undefined ? "" : `:${place}`}: could not be loaded, got ${firstLine(message)}; mend the file`,
    );
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/** The folder that holds the Pulumi CLI and its language host. */
export function pulumiFolder(installation: Pick<Installation, "pulumiHome" | "pulumiVersion">): string {
  return join(installation.pulumiHome, "versions", installation.pulumiVersion, "bin");
}

/** The file of one plugin. */
export function pluginFile(pulumiHome: string, plugin: { name: string; version: string }): string {
  return join(
    pulumiHome,
    "plugins",
    `resource-${plugin.name}-v${plugin.version}`,
    `pulumi-resource-${plugin.name}`,
  );
}
