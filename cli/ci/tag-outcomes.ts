/** The outcome of one tag of an image that was pushed. */
export type TagOutcome =
  /** It leads to what was pushed; `none` where the client did not print the digest. */
  | { readonly tag: string; readonly is: "pushed"; readonly digest: string }
  /** The registry does not let it be moved. */
  | { readonly tag: string; readonly is: "refused" }
  /** It is a version's, and was published before. */
  | { readonly tag: string; readonly is: "taken"; readonly digest: string };

/** The digests and tags of an image in a registry after its push. */
export interface Settled {
  /** The digests of its tags: one, unless something else was pushed meanwhile; none where no tag is its own. */
  readonly digests: readonly string[];
  readonly tags: readonly string[];
  /** The tags that still lead to another image, and why. */
  readonly left: readonly { readonly tag: string; readonly why: string }[];
}

/** Tells the tags that lead to what was pushed from those that lead to another image. */
export function settled(outcomes: readonly TagOutcome[]): Settled {
  const pushed = outcomes.find((one) => one.is === "pushed")?.digest;
  const own = outcomes.flatMap((one) =>
    one.is === "pushed" || (one.is === "taken" && one.digest === pushed) ? [one] : [],
  );
  return {
    digests: [...new Set(own.map(({ digest }) => digest))],
    tags: own.map(({ tag }) => tag),
    left: outcomes
      .filter(({ tag }) => !own.some((one) => one.tag === tag))
      .map(({ tag, is }) => ({ tag, why: is === "taken" ? publishedOnce : notMoved })),
  };
}

const notMoved = "the registry does not let it be moved, it stays";
const publishedOnce = "a version is published once, it stays; give the next one another";
