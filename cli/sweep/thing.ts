/** The kinds of things that previews leave, in the order in which they are removed: what others need goes last. */
export const kindNames = [
  "stack",
  "container",
  "site",
  "database",
  "volume",
  "network",
  "deployment",
  "environment",
  "pictures",
  "comment",
  "image",
] as const;

export type KindName = (typeof kindNames)[number];

/** One thing that carries a preview's identity, or an image of the project's own repositories. */
export interface Thing {
  readonly kind: KindName;
  /** What tells it from a later one of the same name. */
  readonly id: string;
  readonly name: string;
  /** The place where it is, in the words of messages: `previews`, `GitHub`. */
  readonly place: string;
  /** The preview that it is a part of, by its namespace: `notes-pr-12`, `notes-pr-12-admin`; empty for images. */
  readonly preview: string;
  /** The pull request of that preview; left out for a branch's, and where it is not known. */
  readonly pullRequest?: number;
  /** Whose it is by what it says itself; left out where it says nothing. */
  readonly owner?: "own" | "another";
  /** True where nobody uses it: a site that leads nowhere, an image of no container and no state. */
  readonly idle?: boolean;
  /** The time when something last happened to it, as ISO 8601. */
  readonly active?: string;
}

/** One kind of things, and how those of this project are found and removed. */
export interface Kind {
  readonly name: KindName;
  readonly place: string;
  list(): Promise<readonly Thing[]>;
  /**
   * Removes a thing, if it is still the one that was listed.
   *
   * @returns false when it was gone already, or is another one now
   */
  remove(thing: Thing): Promise<boolean>;
}
