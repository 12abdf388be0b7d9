import { accessSync, constants, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../problem.ts";
import { lastLines, type Run } from "../process/run.ts";
import { pluginFile, pulumiFolder, type Project } from "../project.ts";
import type { Step } from "../terminal/progress.ts";
import type { Requirement } from "./requirement.ts";

/** The address of Pulumi's own downloads. */
const downloads = "https://get.pulumi.com/";

/** The machine's tools for providing the Pulumi CLI and its plugins. */
export interface PulumiTools {
  run: Run;
  reachable(url: string): Promise<boolean>;
  /** Builds one part (`cli`, or a plugin's name) with the toolchain, into its folder. */
  build(part: string, onProgress: (line: string) => void): Promise<void>;
}

/**
 * The Pulumi CLI with its language host, and the plugins, at their pinned versions.
 *
 * What is in its folder is used as it is. The rest is downloaded from where Pulumi publishes it, or, where that cannot be
 * reached, built by the toolchain: the same versions in the same folders.
 */
export function pulumiRequirements(project: Project, tools: PulumiTools): Requirement[] {
  let official: Promise<boolean> | undefined;
  const provide = async (part: string, download: readonly string[], step: Step): Promise<void> => {
    official ??= tools.reachable(downloads);
    const detail = (line: string): void => {
      step.detail(line);
    };
    if (!(await official)) {
      await tools.build(part, detail);
      return;
    }
    const [command = "", ...args] = download;
    const result = await tools.run(command, args, {
      cwd: project.root,
      environment: { ...process.env, PULUMI_HOME: project.pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" },
      onLine: detail,
    });
    if (result.code !== 0) throw new Problem(downloadFailed(part, result.stderr));
  };

  const cli = join(pulumiFolder(project), "pulumi");
  return [
    {
      title: `pulumi ${project.pulumiVersion}`,
      check: () => Promise.resolve(isProgram(cli) && isProgram(`${cli}-language-nodejs`)),
      // npm's `pulumi` package downloads the CLI of its own version when it is run and the file is not there.
      provide: (step) => provide("cli", [process.execPath, "node_modules/pulumi/run.js", "version"], step),
    },
    ...project.plugins.map((plugin) => {
      const file = pluginFile(project.pulumiHome, plugin);
      return {
        title: `pulumi plugin ${plugin.name} ${plugin.version}`,
        // Pulumi marks an installation that is not complete with a file beside the folder.
        check: () => Promise.resolve(isProgram(file) && !existsSync(`${join(file, "..")}.partial`)),
        provide: (step: Step) =>
          provide(plugin.name, [cli, "plugin", "install", "resource", plugin.name, plugin.version], step),
      };
    }),
  ];
}

/** Says that a download failed although its server answers. */
export function downloadFailed(part: string, output: string): string {
  const what = part === "cli" ? "the CLI" : `the plugin ${part}`;
  return `pulumi: ${what} could not be downloaded, got "${lastLines(output, 3)}"; run the command again when the network allows it`;
}

/** A file with something in it that may be run. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).size > 0;
  } catch {
    return false;
  }
}
