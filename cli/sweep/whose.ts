import { isPreview, namespaceFor, pullRequestOf } from "../../components/naming/namespace.ts";
import { readMark } from "../../components/naming/run-mark.ts";
import { defined } from "../../components/input/defined.ts";
import type { Thing } from "./thing.ts";

/** What says which preview something is a part of. */
export type Whose = Pick<Thing, "preview" | "pullRequest">;

/** The preview that is a stack of this name; undefined for every other stack. */
export function previewOf(application: string, stack: string): Whose | undefined {
  if (!isPreview(stack)) return undefined;
  return { preview: namespaceFor(application, stack), ...defined({ pullRequest: pullRequestOf(stack) }) };
}

/**
 * The preview that has this namespace; undefined for every other namespace.
 *
 * A name that was cut ends in the hash of the whole. Where it was cut in the number, or may have been, nobody knows the
 * pull request by it.
 */
export function previewIn(application: string, namespace: string): Whose | undefined {
  const start = `${application}-`;
  if (!namespace.startsWith(start)) return undefined;
  const rest = namespace.slice(start.length);
  const [, number, more] = /^pr-([1-9][0-9]{0,8})(?:-([a-z0-9-]+))?$/.exec(rest) ?? [];
  if (number === undefined) return rest.startsWith("preview-") ? { preview: namespace } : undefined;
  const isCut = more !== undefined && /^[0-9a-f]{8}$/.test(more);
  return { preview: namespace, ...(!isCut && { pullRequest: Number(number) }) };
}

/** Whose a thing is by the mark of the run that made it; undefined where it has none. */
export function ownerBy(mark: string, state: string): Thing["owner"] {
  const made = readMark(mark);
  if (made === undefined) return undefined;
  return made.state === state ? "own" : "another";
}
