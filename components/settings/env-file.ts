import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { defined } from "../input/defined.ts";

/** The file with the variables and secrets of one person's `local`, beside `Pulumi.yaml`. */
export const envFile = ".env";

/** The names and values of a project's `.env`; a variable of the environment wins over the line of its name. */
export function readEnvFile(
  folder: string,
  variables: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const file = join(folder, envFile);
  if (!existsSync(file)) return {};
  const lines = defined(parseEnv(readFileSync(file, "utf8"))) as Record<string, string>;
  const names = Object.keys(lines);
  return { ...lines, ...defined(Object.fromEntries(names.map((name) => [name, variables[name]]))) } as Record<
    string,
    string
  >;
}
