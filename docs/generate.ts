/**
 * Writes what can be read off the code: the reference pages, the picture of the floors, and the list of settings in Pulumi.yaml.
 *
 * Forms and defaults come from the schemas, and prose, too; but for the application's description, which people write in
 * TypeScript: there it comes from the docstrings that their editors show them. Run it with `npm run docs`; a unit test fails
 * while what it writes is not what stands in the repository.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import { applicationSchema } from "../components/application/schema.ts";
import { encryptedSchema, settingsSchemas } from "../components/settings/settings.ts";
import { readDocstrings, withDocstrings } from "./docstrings.ts";
import { environmentsPage } from "./environments-page.ts";
import { floorsPicture } from "./floors-picture.ts";
import { applicationPage, settingsComment, settingsPage } from "./pages.ts";
import { jsonSchema } from "./schemas.ts";
import { versionsPage, type Lock, type Locks } from "./versions-page.ts";

const root = join(import.meta.dirname, "..");
const begin = "# --- settings: written by `npm run docs` ---";
const end = "# --- end of settings ---";

/** The text that every generated file should hold, by its path below the project. */
export function generate(): Map<string, string> {
  const environments = Object.entries(settingsSchemas).map(([environment, schema]) => ({
    environment,
    type: schema.meta()?.id ?? environment,
    schema: jsonSchema(schema),
  }));
  const encrypted = { type: "EncryptedConfiguration", schema: jsonSchema(encryptedSchema) };
  const description = withDocstrings(
    jsonSchema(applicationSchema),
    readDocstrings(join(root, "components/application")),
  );
  const comment = settingsComment(environments, encrypted);
  return new Map([
    ["docs/reference/environments.md", environmentsPage()],
    ["docs/reference/versions.md", versionsPage(readLocks())],
    ["docs/reference/settings.md", settingsPage(environments, encrypted)],
    ["docs/reference/application.md", applicationPage("ApplicationDescription", description)],
    ["docs/architecture.svg", floorsPicture()],
    ["Pulumi.yaml", withSettings(readFileSync(join(root, "Pulumi.yaml"), "utf8"), comment)],
  ]);
}

/** The lock files that versions stand in. */
function readLocks(): Locks {
  const read = (folder: string): Lock => {
    const text = readFileSync(join(root, folder, "package-lock.json"), "utf8");
    return (JSON.parse(text) as { packages: Lock }).packages;
  };
  return {
    project: read(""),
    provided: read("setup/node"),
    oldest: read("test/run/nodes/oldest"),
    newest: read("test/run/nodes/newest"),
  };
}

/** The project file with the list of settings in its place, or at its end when it has none yet. */
export function withSettings(projectFile: string, comment: string): string {
  const block = `${begin}\n${comment}\n${end}`;
  const [from, to] = [projectFile.indexOf(begin), projectFile.indexOf(end)];
  if (from < 0 || to < from) return `${projectFile.trimEnd()}\n\n${block}\n`;
  return `${projectFile.slice(0, from)}${block}${projectFile.slice(to + end.length)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const [path, text] of generate()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
