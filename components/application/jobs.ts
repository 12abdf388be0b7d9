import { show, suggestion } from "../input/input-checks.ts";
import type { WellFormed } from "./schema.ts";

/** The problems of jobs: services that nobody describes. */
export function jobProblems({ jobs, services }: WellFormed): string[] {
  return Object.entries(jobs).flatMap(([name, { service }]) =>
    Object.hasOwn(services, service)
      ? []
      : [
          `jobs.${name}.service: no such service, got ${show(service)}; ${suggestion(service, Object.keys(services))}`,
        ],
  );
}
