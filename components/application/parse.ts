import { parseInput, suggestion, type InputWords } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import type { Application, Secret } from "./application.ts";
import { checkProblems, checksOf } from "./checks.ts";
import { secretsOfNeed } from "./connections.ts";
import { devCommandProblems } from "./development.ts";
import { jobProblems, jobsOf } from "./jobs.ts";
import { nameProblems } from "./names.ts";
import { needsProblems } from "./needs.ts";
import { publishedPortProblems } from "./published-ports.ts";
import { routeProblems } from "./routes.ts";
import { serverProblems } from "./servers.ts";
import { runningProblems } from "./running-services.ts";
import { smokeProblems } from "./smoke-problems.ts";
import { volumeProblems } from "./volumes.ts";
import { applicationSchema, type WellFormed } from "./schema.ts";
import { secretPathProblems } from "./secret-paths.ts";

const words: InputWords = {
  page: "docs/reference/application.md",
  prefix: "",
  whole: "application",
  unknownKey: (key, known) => `unknown field; ${suggestion(key, known)}`,
};

/**
 * The application, checked, with every default filled in.
 *
 * Throws an InputError that names all problems at once: first those of single fields, and when there are none, those
 * between fields (needs, routes, names).
 */
export function parseApplication(description: unknown): Application {
  const wellFormed = parseInput(applicationSchema, description, words);
  const problems = [
    ...needsProblems(wellFormed),
    ...serverProblems(wellFormed),
    ...routeProblems(wellFormed),
    ...publishedPortProblems(wellFormed),
    ...nameProblems(wellFormed),
    ...secretPathProblems(wellFormed),
    ...checkProblems(wellFormed),
    ...runningProblems(wellFormed),
    ...devCommandProblems(wellFormed),
    ...jobProblems(wellFormed),
    ...volumeProblems(wellFormed),
    ...smokeProblems(wellFormed),
  ];
  if (problems.length > 0) throw new InputError(problems);

  const services = Object.values(wellFormed.services);
  const checks = checksOf(wellFormed);
  return {
    ...wellFormed,
    checks,
    jobs: jobsOf(wellFormed),
    secrets: deliveries(
      wellFormed,
      services.flatMap(({ secrets }) => secrets),
    ),
    connectionSecrets: deliveries(
      wellFormed,
      [...services, ...Object.values(checks)].flatMap(({ needs }) =>
        needs.flatMap((need) => secretsOfNeed(wellFormed, need)),
      ),
    ),
  };
}

/** Returns the delivery of each of the named secrets: as a file, unless the application says otherwise. */
function deliveries({ secrets }: WellFormed, names: readonly string[]): Record<string, Secret> {
  return Object.fromEntries(names.map((name) => [name, secrets[name] ?? { delivery: "file" }]));
}
