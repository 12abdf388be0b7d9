import { nearest, show, suggestion } from "../input/input-checks.ts";
import type { Check } from "./application.ts";
import { backingServiceProblem, backingServices, isBackingService } from "./needs.ts";
import type { WellFormed } from "./schema.ts";

/** The rehearsal of the migrations stands among the checks under this name. */
export const rehearsal = "migrations";

/** The checks with what they need when nothing is said of it: the backing services and buckets of their service. */
export function checksOf(application: WellFormed): Record<string, Check> {
  return Object.fromEntries(
    Object.entries(application.checks).map(([name, check]) => {
      const { service, coverage, artifacts } = check;
      const needs = check.needs ?? application.services[service]?.needs.filter(isData(application)) ?? [];
      const all = coverage === undefined ? artifacts : [...artifacts, coverage.file];
      return [name, { ...check, needs, artifacts: [...new Set(all)] }];
    }),
  );
}

/** The other checks that a check waits for. */
export function earlierChecks(
  { needs }: Pick<Check, "needs">,
  checks: Readonly<Record<string, unknown>>,
): string[] {
  return needs.filter((need) => Object.hasOwn(checks, need));
}

/**
 * The checks that a run of `only` has: itself and those that it waits for, the first ones first.
 *
 * All of them when there is no `only`. The rehearsal of the migrations is told apart by its name.
 */
export function selectedChecks(checks: Readonly<Record<string, Check>>, only?: string): string[] {
  const chosen: string[] = [];
  const visit = (name: string): void => {
    const check = checks[name];
    if (check === undefined || chosen.includes(name)) return;
    earlierChecks(check, checks).forEach(visit);
    chosen.push(name);
  };
  (only === undefined ? Object.keys(checks) : [only]).forEach(visit);
  return chosen;
}

/** The problems of checks: names that nothing has, that mean two things, or that wait for each other. */
export function checkProblems(application: WellFormed): string[] {
  const names = Object.keys(application.checks);
  return [
    ...names.flatMap((name) => [
      ...nameProblem(application, name),
      ...serviceProblem(application, name),
      ...needProblems(application, name),
      ...artifactProblems(application, name),
    ]),
    ...cycleProblems(application),
  ];
}

function nameProblem(application: WellFormed, name: string): string[] {
  const path = `checks.${name}`;
  if (name === rehearsal)
    return [`${path}: Towpath has a check of this name itself, got ${show(name)}; choose another name`];
  // A need must say which of the two it means.
  return isData(application)(name)
    ? [`${path}: the name is taken by a backing service or bucket, got ${show(name)}; choose another name`]
    : [];
}

function serviceProblem({ checks, services }: WellFormed, name: string): string[] {
  const { service } = checks[name] ?? {};
  if (service === undefined || Object.hasOwn(services, service)) return [];
  return [
    `checks.${name}.service: no such service, got ${show(service)}; ${suggestion(service, Object.keys(services))}`,
  ];
}

function needProblems(application: WellFormed, name: string): string[] {
  const { needs = [] } = application.checks[name] ?? {};
  const known = [...backingServices, ...application.buckets, ...Object.keys(application.checks)];
  return needs.flatMap((need, index) => {
    const path = `checks.${name}.needs[${index}]`;
    if (needs.indexOf(need) < index) return [`${path}: needed twice, got ${show(need)}; remove one of them`];
    if (isBackingService(need)) return backingServiceProblem(application, path, need);
    if (known.includes(need)) return [];
    const meant = nearest(need, known);
    const fix = meant === undefined ? "declare it, or remove the need" : `did you mean "${meant}"`;
    const what = Object.hasOwn(application.services, need)
      ? "a check runs without the application's services"
      : "no such backing service, bucket or check";
    return [`${path}: ${what}, got ${show(need)}; ${fix}`];
  });
}

/** Artifacts are kept side by side, under the last part of their paths. */
function artifactProblems({ checks }: WellFormed, name: string): string[] {
  const { artifacts = [] } = checks[name] ?? {};
  const last = artifacts.map((path) => path.split("/").at(-1));
  return artifacts.flatMap((path, index) =>
    last.indexOf(last[index]) === index
      ? []
      : [
          `checks.${name}.artifacts[${index}]: another artifact has the same name, got ${show(path)}; give each a name of its own`,
        ],
  );
}

function cycleProblems({ checks }: WellFormed): string[] {
  const problems: string[] = [];
  const walked = new Set<string>();
  const walk = (name: string, trail: readonly string[]): void => {
    const start = trail.indexOf(name);
    if (start >= 0) {
      const cycle = [...trail.slice(start), name];
      problems.push(`checks.${name}.needs: cycle ${cycle.join(" -> ")}; remove one of these needs`);
      return;
    }
    if (walked.has(name)) return;
    walked.add(name);
    for (const need of earlierChecks({ needs: checks[name]?.needs ?? [] }, checks))
      walk(need, [...trail, name]);
  };
  for (const name of Object.keys(checks)) walk(name, []);
  return problems;
}

/** Tells backing services and buckets from everything else that can be needed. */
function isData({ buckets }: Pick<WellFormed, "buckets">): (need: string) => boolean {
  return (need) => isBackingService(need) || buckets.includes(need);
}
