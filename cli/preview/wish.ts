import { branchPreviewStack, isVariant, previewStack } from "../../components/naming/namespace.ts";
import { Problem } from "../problem.ts";

/** The preview that is wanted: of a pull request, perhaps one more of it, or of a branch. */
export type PreviewWish = { readonly commit?: string } & (
  | {
      readonly pullRequest: number;
      readonly variant?: string;
      /** True when the commit is only wanted while it is the pull request's newest one, which is looked at once more. */
      readonly isNewest?: true;
    }
  | { readonly branch: string }
);

/** The stack of a preview that is wanted. */
export function stackFor(wish: PreviewWish): string {
  if ("branch" in wish) return branchPreviewStack(wish.branch);
  const { pullRequest, variant } = wish;
  if (variant !== undefined && !isVariant(variant)) throw new Problem(noVariant(variant));
  return previewStack(pullRequest, variant);
}

/** Says that a variant cannot be called so. */
export function noVariant(variant: string): string {
  return `--variant: expected lower-case letters, digits and hyphens, from a letter on, at most 15, got ${JSON.stringify(variant)}; for example "admin"`;
}
