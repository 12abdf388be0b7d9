import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The Pulumi plugins that the program's packages need; their versions are those of the npm packages. */
const pluginNames = ["command", "docker", "github", "random"] as const;

/** Where things of this clone are, and which versions it is pinned to. */
export interface Project {
  /** The clone's folder. */
  readonly root: string;
  /** What is kept out of git: state, passphrase, logs, decisions. */
  readonly privateFolder: string;
  /** Pulumi's own folder for command lines and plugins of all versions. */
  readonly pulumiHome: string;
  /** Version of the Pulumi CLI. */
  readonly pulumiVersion: string;
  /** Plugins by name with their versions. */
  readonly plugins: readonly { name: string; version: string }[];
  /** Name of the Pulumi project, in `Pulumi.yaml`. */
  readonly name: "towpath";
}

/** Reads the pinned versions from package.json, the one place where they stand. */
export function readProject(
  root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, ""),
  environment: NodeJS.ProcessEnv = process.env,
): Project {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const version = (dependency: string): string => {
    const found = dependencies[dependency];
    if (found === undefined) throw new Error(`package.json: no dependency ${dependency}`);
    return found;
  };
  return {
    root,
    privateFolder: join(root, ".towpath"),
    pulumiHome: environment.PULUMI_HOME ?? join(homedir(), ".pulumi"),
    pulumiVersion: version("pulumi"),
    plugins: pluginNames.map((name) => ({ name, version: version(`@pulumi/${name}`) })),
    name: "towpath",
  };
}

/** The folder that holds the Pulumi CLI and its language host. */
export function pulumiFolder(project: Pick<Project, "pulumiHome" | "pulumiVersion">): string {
  return join(project.pulumiHome, "versions", project.pulumiVersion, "bin");
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
