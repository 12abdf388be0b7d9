import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { branchPreviewStack } from "../naming/namespace.ts";

/** Labels of letters, digits and hyphens, at least two; 253 bytes are what DNS carries. */
export const hostName =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The longest name that a preview can have, for which its host name has to be one, too. */
const longestPreview = branchPreviewStack("a-branch-of-many-words");

/** A host name such as `notes.example.com`. */
export function domainName(example: string) {
  const words = expected("a host name in lower case, without a scheme or path", `for example "${example}"`);
  return z.string(words).regex(hostName, words);
}

/** The place of a preview's name in a pattern of host names. */
/** The number of letters behind a preview's name where its address cannot be guessed: 50 bits. */
export const hiddenLetters = 10;

/** A name as long as they get. */
const longestName = `${longestPreview}-${"a".repeat(hiddenLetters)}`;

const placeholder = "{preview}";

const previewDomainWords = expected(
  "a host name in lower case, without a scheme or path, or a pattern of one with {preview}",
  'for example "preview.example.com" or "notes-{preview}.example.com"',
);

/** The schema of the domain below which previews are, or of a pattern of their host names. */
export const previewDomain = z
  .string(previewDomainWords)
  .refine((text) => hostName.test(previewAddress(text, longestName)), previewDomainWords);

/** The host name of a preview: below the domain, or by the pattern. */
export function previewAddress(below: string, previewName: string): string {
  return below.includes(placeholder) ? below.replace(placeholder, previewName) : `${previewName}.${below}`;
}

/**
 * The host name of a preview's further domain: with the label before the preview's name, in the same label of DNS, so that a
 * certificate for all names below a domain is one for it, too.
 */
export function labelledPreview(below: string, address: string, label: string): string {
  const start = Math.max(0, below.indexOf(placeholder));
  return `${address.slice(0, start)}${label}-${address.slice(start)}`;
}

/** The schema of the source of the gateway's certificates. */
export const certificates = z
  .enum(
    ["automatic", "internal"],
    expected('"automatic" or "internal"', "take internal only where no public authority can reach the host"),
  )
  .default("automatic");

/** A commit's full name, as images are tagged with it. */
const commitWords = expected(
  "a commit's full name of 40 hexadecimal digits",
  "take what git rev-parse prints",
);
export const commit = z.string(commitWords).regex(/^[0-9a-f]{40}$/, commitWords);
