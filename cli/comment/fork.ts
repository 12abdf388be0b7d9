import { listed, ofMigration, worstFirst, type Concern } from "./concerns.ts";
import type { PreviewFacts } from "./facts.ts";
import type { ForkFacts } from "./fork-facts.ts";
import { code } from "./markdown.ts";
import { count } from "./words.ts";

/** The line on a fork's commit that a maintainer has to release, or that does not run yet although one has; none once it does. */
export function releaseLines(
  { commit, isReleased, label }: ForkFacts,
  preview: Pick<PreviewFacts, "commit"> | undefined,
): string[] {
  const short = commit.slice(0, 12);
  if (isReleased && preview?.commit === commit) return [];
  if (isReleased) return [`⏳ **Commit ${code(short)} is released, and comes up once its images are built**`];
  return [
    [
      `🔒 **Commit ${code(short)} comes from a fork and waits for a maintainer**`,
      `look at it, then put the label ${code(label)} on this pull request or comment ${code(`/preview ${short}`)}; the next push needs it again`,
    ].join(" · "),
  ];
}

/** Tells whether a line says of a fork's commit that it waits. */
export function isReleaseLine(line: string): boolean {
  return /^(?:🔒|⏳) \*\*Commit /u.test(line);
}

/** The lines on what a fork changes, with so many of its concerns. */
export function forkLines(
  { files, migration }: ForkFacts,
  shown: readonly string[],
  concerns: number,
): string {
  const rest = concerns - shown.length;
  const { statements } = migration?.facts ?? { statements: [] };
  const changes = [
    count(files, "file"),
    ...(statements.length === 0
      ? []
      : [`migrations of ${count(statements.length, "statement")}, as its own build printed them`]),
  ];
  const line = [
    `**Merging**: ${changes.join(", ")}`,
    `read without running it and without any secret; ${code("staging")} is planned once it is merged`,
    ...(rest > 0 ? [`${rest} more below`] : []),
  ].join(" · ");
  return [line, "", ...shown].join("\n").trimEnd();
}

/** What a reviewer has to know of a fork's pull request, the worst first. */
export function forkConcerns({ settings, program, migration }: ForkFacts): Concern[] {
  return worstFirst([
    ...(migration === undefined ? [] : ofMigration({ migration })),
    ...settings.map(({ stack, names }): Concern => {
      const which =
        names === undefined ? "cannot be read" : `change: ${listed(names.map((one) => code(one)))}`;
      return { kind: "variables", words: `settings of ${code(stack)} ${which}` };
    }),
    ...(program.length === 0
      ? []
      : [
          {
            kind: "warning",
            words: `changes what makes releases: ${listed(program.map((one) => code(one)))}`,
          } as const,
        ]),
  ]);
}
