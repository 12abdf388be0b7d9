import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isFast } from "../../setup/speed/switch.mjs";
import type { Project } from "../project.ts";

/** The folders that Pulumi makes in its own when it first needs them, and that all projects share. */
const shared = ["plugins", "workspaces"];

/**
 * Pulumi's folder as this clone's runs see it: everything of the real one but its log.
 *
 * Pulumi writes down all that it does, at its highest level, compressed and encrypted, in `$PULUMI_HOME/logs`: a tenth of
 * the time of an `up`, and 0.6 MB of disk for each, kept up to 500 MB. It has no setting for that, and goes on without
 * where `logs` is no folder. `--logtostderr -v=9` shows the same to whoever wants it.
 *
 * @returns the folder, for `PULUMI_HOME`
 */
export function homeWithoutLog({ pulumiHome, privateFolder }: Project): string {
  // Only some users of Windows may make links.
  if (process.platform === "win32" || !isFast()) return pulumiHome;
  const folder = join(privateFolder, "pulumi");
  mkdirSync(folder, { recursive: true });
  for (const name of shared) mkdirSync(join(pulumiHome, name), { recursive: true });
  const present = new Set(readdirSync(folder));
  for (const name of readdirSync(pulumiHome)) {
    if (name !== "logs" && !present.has(name)) link(resolve(pulumiHome, name), join(folder, name));
  }
  if (!present.has("logs")) writeFileSync(join(folder, "logs"), "");
  return folder;
}

/** Makes a link; another run of this clone may make the same one just now. */
function link(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
