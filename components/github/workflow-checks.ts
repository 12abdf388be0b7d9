import { parse } from "yaml";
import { distance } from "fastest-levenshtein";
import { show } from "../input/input-checks.ts";

/** A check that a workflow reports on pull requests, by the name that GitHub shows. */
export interface ReportedCheck {
  readonly name: string;
  /** The workflow's file. */
  readonly file: string;
  /** False when the workflow leaves some pull requests out, by `paths` or `branches`: those would wait for ever. */
  readonly always: boolean;
}

interface Job {
  readonly name?: string;
  readonly uses?: string;
  readonly strategy?: { readonly matrix?: unknown };
}

type Matrix = Readonly<Record<string, unknown>>;

/**
 * The checks that the workflows report on pull requests, from their files' texts.
 *
 * A job's check is called by its name, else by its id; one of a matrix with the matrix's values, `test (20, linux)`. Of a
 * reusable workflow's jobs only the beginning is known, `call / `; what a computed matrix reports is left out.
 */
export function reportedChecks(workflows: Readonly<Record<string, string>>): ReportedCheck[] {
  return Object.entries(workflows).flatMap(([file, text]) => {
    const { on, jobs = {} } = (parse(text) ?? {}) as { on?: unknown; jobs?: Record<string, Job> };
    const trigger = pullRequests(on);
    if (trigger === undefined) return [];
    const always = !filters.some((filter) => filter in trigger);
    return Object.entries(jobs).flatMap(([id, job]) =>
      namesOf(id, job).map((name) => ({ name, file, always })),
    );
  });
}

const filters = ["paths", "paths-ignore", "branches", "branches-ignore"];

/** Returns the filters with which `on` names pull requests; undefined when it does not name them. */
function pullRequests(on: unknown): object | undefined {
  if (on === "pull_request") return {};
  if (Array.isArray(on)) return on.includes("pull_request") ? {} : undefined;
  if (typeof on !== "object" || on === null || !("pull_request" in on)) return undefined;
  return on.pull_request ?? {};
}

function namesOf(id: string, { name = id, uses, strategy }: Job): string[] {
  if (uses !== undefined) return [`${name}${ofReusable}`];
  const matrix = strategy?.matrix;
  if (matrix === undefined) return name.includes("${{") ? [] : [name];
  if (typeof matrix !== "object" || matrix === null) return [];
  return combinations(matrix as Matrix).flatMap((values) => {
    if (!name.includes("${{")) return [`${name} (${Object.values(values).map(String).join(", ")})`];
    const filled = name.replace(/\$\{\{\s*matrix\.([\w-]+)\s*\}\}/g, (whole, key: string) =>
      key in values ? String(values[key]) : whole,
    );
    return filled.includes("${{") ? [] : [filled];
  });
}

/** Stands between a job that calls a reusable workflow and the called workflow's own job. */
const ofReusable = " / ";

/** Every combination of a matrix's values; `exclude` takes away, `include` adds to those that it fits or stands alone. */
function combinations(matrix: Matrix): Matrix[] {
  const {
    include = [],
    exclude = [],
    ...axes
  } = matrix as Matrix & {
    include?: Matrix[];
    exclude?: Matrix[];
  };
  let all: Matrix[] = Object.keys(axes).length === 0 ? [] : [{}];
  for (const [axis, values] of Object.entries(axes)) {
    if (!Array.isArray(values)) return [];
    all = all.flatMap((one) => values.map((value: unknown) => ({ ...one, [axis]: value })));
  }
  const fits = (part: Matrix, whole: Matrix): boolean =>
    Object.entries(part).every(([key, value]) => whole[key] === value);
  all = all.filter((one) => !exclude.some((part) => fits(part, one)));
  const alone: Matrix[] = [];
  for (const added of include) {
    const own = Object.fromEntries(Object.entries(added).filter(([key]) => key in axes));
    if (all.some((one) => fits(own, one)))
      all = all.map((one) => (fits(own, one) ? { ...one, ...added } : one));
    else alone.push(added);
  }
  return [...all, ...alone];
}

/** The checks that a required one may be: those of its name, or of the reusable workflow that it begins with. */
function reportsOf(name: string, reported: readonly ReportedCheck[]): ReportedCheck[] {
  return reported.filter((check) =>
    check.name.endsWith(ofReusable) ? name.startsWith(check.name) : check.name === name,
  );
}

/** Returns warnings about required checks that no workflow reports: an application may, such as Codecov, or nobody. */
export function externalCheckWarnings(
  place: string,
  required: readonly string[],
  reported: readonly ReportedCheck[],
): string[] {
  return required.flatMap((name, index) =>
    reportsOf(name, reported).length > 0
      ? []
      : [
          `${place}[${index}]: no workflow reports this check, got ${show(name)}; unless an application on GitHub does, it blocks every merge`,
        ],
  );
}

/** Returns why required checks would block every merge, in people's words; `place` is their setting. */
export function requiredCheckProblems(
  place: string,
  required: readonly string[],
  reported: readonly ReportedCheck[],
): string[] {
  return required.flatMap((name, index) => {
    const reports = reportsOf(name, reported);
    if (reports.length === 0) {
      // A name that is nearly a workflow's is a slip; any other one may be an application's.
      const meant = reported.find(
        (check) => distance(check.name.toLowerCase(), name.toLowerCase()) <= 1,
      )?.name;
      if (meant === undefined) return [];
      return [
        `${place}[${index}]: no workflow reports this check, got ${show(name)}; did you mean ${show(meant)}`,
      ];
    }
    const [first] = reports;
    if (first === undefined || reports.some(({ always }) => always)) return [];
    return [
      `${place}[${index}]: ${first.file} leaves some pull requests out, and those could never be merged, got ` +
        `${show(name)}; take paths and branches out of its pull_request`,
    ];
  });
}
