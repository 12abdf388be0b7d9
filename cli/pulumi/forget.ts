import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { Problem } from "../problem.ts";
import type { PulumiCall } from "./call.ts";
import { fileBackend } from "./state.ts";

/** Removes a stack's state from a file backend without opening it: the passphrase is not needed. */
export function forgetStack({ project, stack, environment }: PulumiCall): void {
  const backend = fileBackend(environment);
  if (backend === undefined) throw new Problem(notInFiles(stack));
  const file = join(backend, "stacks", project.name, `${stack}.json`);
  for (const name of list(dirname(file))) {
    if (name.startsWith(`${stack}.json`)) rmSync(join(dirname(file), name));
  }
  for (const kind of ["history", "backups", "locks/organization"]) {
    rmSync(join(backend, kind, project.name, stack), { recursive: true, force: true });
  }
}

/** Says that the state is not ours to remove. */
export function notInFiles(stack: string): string {
  return `PULUMI_BACKEND_URL: a state elsewhere is not removed by labels; use "npm run pulumi -- stack rm ${stack} --force"`;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
