import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../cli/problem.ts";

/** The two kinds of tests: without and with a real engine. */
export type Kind = "unit" | "e2e";

/** The kinds that a person asked for: both by default. */
export function kindsOf(kind: string | undefined): Kind[] {
  if (kind === undefined) return ["unit", "e2e"];
  if (kind === "unit" || kind === "e2e") return [kind];
  throw new Problem(`test: unknown kind of tests, got "${kind}"; use unit or e2e`);
}

/** The files of a kind, or of one suite of it: a file of that name or a folder. Those that run long alone are among them. */
export function filesOf(root: string, kind: Kind, suite: string | undefined): string[] {
  const folder = `test/${kind}`;
  if (suite === undefined) return filesBelow(root, folder);
  for (const name of [`${suite}.test.ts`, `${suite}.long.test.ts`]) {
    if (existsSync(join(root, folder, name))) return [`${folder}/${name}`];
  }
  if (isFolder(join(root, folder, suite))) return filesBelow(root, `${folder}/${suite}`);
  throw new Problem(`test: no such suite, got "${suite}"; use the name of a file or folder in ${folder}`);
}

/** Tells whether a file holds only what `npm run test:long` runs. */
export function isLong(file: string): boolean {
  return file.endsWith(".long.test.ts");
}

function filesBelow(root: string, folder: string): string[] {
  if (!isFolder(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.ts"))
    .map((path) => `${folder}/${path}`)
    .sort();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
