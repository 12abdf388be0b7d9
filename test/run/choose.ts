import { changedFiles, filesOfProject } from "./changes.ts";
import { dependenciesOf, reached, readImports, reader } from "./dependencies.ts";
import { hashOf } from "./long-runs.ts";
import { isLong } from "./suites.ts";

/** The module that a suite with a quick form imports. */
const quickForm = "test/support/quick.ts";

/** The dependencies of suites. */
export interface Dependencies {
  /** The suites that one of these files can affect. */
  readonly affectedBy: (changed: ReadonlySet<string>) => string[];
  /** The suites that do more, or anything at all, in the long kind. */
  readonly long: readonly string[];
  /** A hash of all that a suite depends on. */
  readonly hashOf: (suite: string) => string;
}

/** Finds out what suites depend on; takes a second or two. */
export async function readDependencies(root: string, suites: readonly string[]): Promise<Dependencies> {
  const files = await filesOfProject(root);
  const steps = files.filter((file) => file.startsWith("steps/") && file.endsWith(".ts"));
  const imports = await readImports(root, [...suites, ...steps]);
  const read = reader(root);
  const dependencies = new Map(suites.map((suite) => [suite, dependenciesOf(suite, imports, files, read)]));
  const of = (suite: string): ReadonlySet<string> => dependencies.get(suite) ?? new Set();
  return {
    affectedBy: (changed) => suites.filter((suite) => [...changed].some((file) => of(suite).has(file))),
    long: suites.filter((suite) => isLong(suite) || reached(imports, [suite]).has(quickForm)),
    hashOf: (suite) => hashOf(of(suite), read),
  };
}

/** The suites that the work since main can affect. */
export async function affectedSuites(root: string, suites: readonly string[]): Promise<string[]> {
  const [changed, dependencies] = await Promise.all([changedFiles(root), readDependencies(root, suites)]);
  return dependencies.affectedBy(changed);
}
