import { stringify } from "yaml";
import { parseApplication } from "../../components/application/parse.ts";
import { withVariables } from "../../components/application/variables.ts";
import type { LocalSettings } from "../../components/settings/local.ts";
import { runningHere } from "../../components/settings/running-here.ts";
import { composeFile, type ComposeExport } from "../export/compose-file.ts";
import type { Project } from "../project.ts";
import { settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";

/**
 * Describes the application for Docker Compose as `local` has it, and says what is left out. Writes nothing.
 *
 * @throws InputError for an application or settings that are wrong
 */
export function exportCompose(progress: Pick<Progress, "say">, project: Project): ComposeExport {
  const settings = settingsOf(project, "local") as LocalSettings;
  const application = withVariables(
    runningHere(parseApplication(project.application), settings),
    settings.variables,
  );
  const exported = composeFile(application, settings);
  for (const line of exported.left) progress.say(`not in it: ${line}`);
  return exported;
}

/** Compose's own reader takes some words of YAML 1.1 for others, such as a bare no; lines are as long as their values. */
const written = { compat: "yaml-1.1", aliasDuplicateObjects: false, lineWidth: 0 } as const;

/** The compose file, with what it asks for at its head. */
export function composeInWords({ compose, values }: ComposeExport): string {
  const asks =
    values.length === 0
      ? ""
      : `#\n# Compose asks for these values; letters and digits in a file .env beside it will do:\n${values.map((name) => `#   ${name}=\n`).join("")}`;
  return `# Written by npx towpath export compose: the application as it runs locally, for docker compose up --build.\n${asks}\n${stringify(compose, written)}`.trimEnd();
}
