import { GithubError } from "../../components/github/client.ts";
import { defined } from "../../components/input/defined.ts";
import type { CheckFacts } from "../comment/facts.ts";
import { runAddress, type Repository } from "../github/deployments.ts";
import { putPictures, removePictures } from "../github/pictures.ts";
import type { Progress } from "../terminal/progress.ts";
import type { Picture } from "./pictures.ts";

/** The place where pictures are shown. */
export interface Showing {
  /** Left out where nobody keeps them but this machine. */
  readonly repository: Repository | undefined;
  /** The branch that GitHub keeps them on. */
  readonly branch: string;
  /** The folder that they are in. */
  readonly folder: string;
  readonly progress: Pick<Progress, "say">;
}

/**
 * Gives pictures an address where a comment can show them: on GitHub, in the place of those before them, or in the workflow's
 * run where the token may not write there.
 */
export async function showPictures(
  pictures: readonly Picture[],
  { repository, branch, folder, progress }: Showing,
): Promise<CheckFacts[]> {
  const files = pictures.flatMap(({ file }) => file ?? []);
  const withAddress = (address: (file: string) => Partial<CheckFacts>): CheckFacts[] =>
    pictures.map(({ file, ...fact }) => ({ ...fact, ...(file !== undefined && address(file)) }));
  if (repository === undefined) return withAddress(() => ({}));
  try {
    if (files.length === 0) await removePictures(repository, branch);
    const at = files.length === 0 ? {} : await putPictures(repository, branch, { folder, files });
    return withAddress((file) => defined({ picture: at[file] }));
  } catch (error) {
    if (!(error instanceof GithubError)) throw error;
    progress.say(`pictures: ${error.message}`);
    const run = runAddress(process.env);
    return withAddress(() => defined({ address: run && `${run}#artifacts` }));
  }
}
