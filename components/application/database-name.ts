import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";

/** What the name of a database may be made of. */
export interface DatabaseNameFacts {
  /** The environment's own name: `staging`, `pr-12`. */
  readonly environment: string;
  readonly namespace: string;
}

/** The form of a name, or of the pattern of one, with references in it. */
export const databaseNameForm = /^(?:[a-z]|\$\{\w+\})(?:[a-z0-9_]|\$\{\w+\})*$/;

/** The longest word that Towpath adds: `npx towpath restore` keeps the database from before beside the other. */
const added = "_before_restore";

/** The most bytes of a name: PostgreSQL has 63, and cuts what is longer without a word. */
const longest = 63 - added.length;

/** The names that a server has itself, or that no role can have. */
const taken = /^(?:postgres|template0|template1|public|none|pg_.*)$/;

/** The problems of a name: references that stand for nothing, and names that a server has itself. */
export function databaseNameProblems(pattern: string | undefined): string[] {
  if (pattern === undefined) return [];
  const unknown = [...pattern.matchAll(/\$\{(\w+)\}/g)]
    .filter(([, name]) => name !== "environment" && name !== "namespace")
    .map(
      ([reference]) =>
        `postgres.database: no such reference, got ${show(reference)}; take \${environment} or \${namespace}`,
    );
  if (unknown.length > 0) return unknown;
  return taken.test(pattern)
    ? [`postgres.database: PostgreSQL keeps this name for itself, got ${show(pattern)}; take another one`]
    : [];
}

/**
 * The name of an environment's database.
 *
 * @throws InputError when it is longer than PostgreSQL takes, with what Towpath adds to it
 */
export function databaseNameOf(pattern: string, { environment, namespace }: DatabaseNameFacts): string {
  const name = pattern
    .replaceAll("${environment}", environment.replaceAll("-", "_"))
    .replaceAll("${namespace}", namespace.replaceAll("-", "_"));
  if (name.length <= longest) return name;
  throw new InputError([
    `postgres.database: expected at most ${longest} bytes, for PostgreSQL takes 63 and Towpath adds "${added}" while it restores, got ${show(name)}; take a shorter one`,
  ]);
}
