import type { Repository } from "../../../../cli/init/repository.ts";

/** A repository that is only played: its files by their paths, and which of them name which variables. */
export function playedRepository(
  files: Readonly<Record<string, string>>,
  {
    mentions = {},
    ...change
  }: Partial<Omit<Repository, "mentions">> & { mentions?: Record<string, string[]> } = {},
): Repository {
  return {
    root: "/shop",
    folder: "infra",
    paths: Object.keys(files),
    read: (path) => files[path],
    mentions: new Map(Object.entries(mentions).map(([path, names]) => [path, new Set(names)])),
    ...change,
  };
}
