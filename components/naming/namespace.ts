import { createHash } from "node:crypto";

import { InputError } from "../input/input-error.ts";
import { show } from "../input/input-checks.ts";

/**
 * The most characters of a namespace.
 *
 * An application's name of 20 fits before `-local-` and the 8 digits of a working copy's hash, and `notes-local-` before
 * a branch such as `feature-auth-v2` and those digits. A container is called `<namespace>-<service>-<7 random digits>`
 * and must stay within the 63 bytes of a DNS label: 18 are left for a service's name, and a longer one ends in its hash.
 */
export const longestNamespace = 36;

/** The most characters of an application's, a service's and a bucket's name. */
export const longestName = 20;

/** Letters, digits and hyphens, from a letter to a letter or digit: valid as host name, container name and in a URL. */
const label = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;

/** The names of the environments, in the order in which a change passes them; `host` and `repository` are what several share. */
export const environmentNames = [
  "local",
  "ci",
  "preview",
  "staging",
  "production",
  "host",
  "repository",
] as const;

/** The name of an environment. */
export type EnvironmentName = (typeof environmentNames)[number];

/** Tells whether the text is a lower-case DNS label that starts with a letter and has at most `longest` characters. */
export function isLabel(text: string, longest: number): boolean {
  return text.length <= longest && label.test(text);
}

/** The namespace itself, when it is one: a DNS label of at most 36 characters. Throws an InputError when it is not. */
export function checkNamespace(namespace: string): string {
  if (isLabel(namespace, longestNamespace)) return namespace;
  throw new InputError([
    `namespace: expected ${namespaceForm}, got ${show(namespace)}; for example "notes-local"`,
  ]);
}

/** The form of a namespace, in the words of messages. */
export const namespaceForm = `a name of lower-case letters, digits and hyphens, from a letter on, at most ${longestNamespace} characters`;

/**
 * The namespace of an application's stack: `<application>-<stack>`, such as `notes-local` or `notes-pr-12`.
 *
 * A name that is too long is cut and ends in 8 digits of the whole name's hash, so that two names never meet.
 */
export function namespaceFor(application: string, stack: string): string {
  return labelFor(`${application}-${stack}`, longestNamespace);
}

/**
 * A branch's name as a short label: what is readable of it, and 8 digits of the raw name's hash.
 *
 * `feature/auth-v2` becomes `feature-auth-v2-` and digits. The hash always stands there, because `feature/x`,
 * `feature-x` and `Feature_X` read the same.
 */
export function branchSlug(raw: string): string {
  return `${readableOf(raw, 15) || "branch"}-${hashOf(raw)}`;
}

/** The stack of a pull request's preview: `pr-<number>`, or `pr-<number>-<variant>` for one more of it. */
export function previewStack(pullRequest: number, variant?: string): string {
  return variant === undefined ? `pr-${pullRequest}` : `pr-${pullRequest}-${variant}`;
}

/** The stack of a branch's preview: `preview-` and the branch's slug. */
export function branchPreviewStack(branch: string): string {
  return `preview-${branchSlug(branch)}`;
}

/** The form of a variant's name. */
const variantForm = "[a-z](?:[a-z0-9-]{0,13}[a-z0-9])?";

const pullRequestStack = new RegExp(`^pr-([1-9][0-9]{0,8})(?:-${variantForm})?$`);

/** Tells whether a pull request's preview can have a variant of that name: a label of at most 15 characters. */
export function isVariant(text: string): boolean {
  return new RegExp(`^${variantForm}$`).test(text);
}

/** The pull request that a stack is a preview of; undefined for any other stack. */
export function pullRequestOf(stack: string): number | undefined {
  const number = pullRequestStack.exec(stack)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** Tells whether a stack is a preview, of a pull request or of a branch. */
export function isPreview(stack: string): boolean {
  return pullRequestStack.test(stack) || /^preview-[a-z][a-z0-9-]{0,14}-[0-9a-f]{8}$/.test(stack);
}

/** The environment that a stack is, by its name; undefined when the name says none. */
export function environmentOf(stack: string): EnvironmentName | undefined {
  if (isPreview(stack)) return "preview";
  if (/^host-./.test(stack)) return "host";
  return environmentNames.find((name) => name === stack && name !== "preview" && name !== "host");
}

/** The text itself when it is a label of that length, else a label made from it that ends in the raw text's hash. */
export function labelFor(raw: string, longest: number): string {
  if (isLabel(raw, longest)) return raw;
  return `${readableOf(raw, longest - 9) || "x"}-${hashOf(raw)}`;
}

/** Returns the part of a text that is readable in a label, cut at that length; empty when there is none. */
export function readableOf(raw: string, longest: number): string {
  return slug(raw).slice(0, longest).replace(/-+$/, "");
}

/** Lower-case letters, digits and single hyphens, from a letter on; what cannot be read that way is left out. */
function slug(raw: string): string {
  return raw
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .replace(/-+$/, "");
}

/** 8 hexadecimal digits of the text's SHA-256. */
export function hashOf(raw: string): string {
  return createHash("sha256").update(raw).digest("hex").slice(0, 8);
}
