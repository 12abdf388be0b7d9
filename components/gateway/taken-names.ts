import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import { sitesFolder } from "./served-site.ts";

/** The command that prints the first line of every block of every site, behind the site's file, where a gateway runs. */
export const namesQuestion = [
  "sh",
  "-c",
  `grep -H "^[a-z0-9][^ ]* {$" ${sitesFolder}/*.caddy 2>/dev/null || true`,
];

/** The sites of a gateway by the host names that they answer for, from its answer. */
export function namesAnswer(answer: string): ReadonlyMap<string, string> {
  const lines = answer.split("\n").flatMap((line) => {
    const [, site, name] = /([^/]+)\.caddy:(\S+) \{$/.exec(line) ?? [];
    return site === undefined || name === undefined ? [] : [[name, site] as const];
  });
  return new Map(lines);
}

/**
 * Makes sure that no other environment of the gateway answers for an environment's host names.
 *
 * @param names the settings that say them, by host name
 * @throws InputError with all that are taken
 */
export function checkNames(
  names: Readonly<Record<string, string>>,
  site: string,
  taken: ReadonlyMap<string, string>,
): void {
  const problems = Object.entries(names).flatMap(([name, place]) => {
    const owner = taken.get(name);
    if (owner === undefined || owner === site) return [];
    return [
      `${place}: ${owner} answers for this host name at the same gateway, got ${show(name)}; choose another, or take it away there first`,
    ];
  });
  if (problems.length > 0) throw new InputError(problems);
}
