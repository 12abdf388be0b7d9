import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { lineCoverage, percent } from "../../components/ci/coverage.ts";
import { checkFolder, logFile } from "../../components/ci/result.ts";
import type { CheckInput } from "../../components/contract/check.ts";
import { defined } from "../../components/input/defined.ts";
import { show } from "../../components/input/input-checks.ts";
import { copyArtifacts } from "../checks/artifacts.ts";
import { CheckFailure, withResult } from "../checks/check-result.ts";
import { createDatabase } from "../database/databases.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep } from "../program.ts";

function check(input: CheckInput, machine: Machine): Promise<object> {
  const { name, reports, database, timeoutSeconds } = input;
  return withResult(reports, name, async () => {
    if (database !== undefined) await createDatabase(machine, database.server, database.name, database.owner);
    return machine.once(input, timeoutSeconds, async (run) => {
      await run.keepLog(logFile(reports, name));
      const missing = await copyArtifacts(run, input.artifacts, checkFolder(reports, name));
      if (run.exitCode !== 0) throw new CheckFailure(ended(input, run.exitCode), await run.log());
      if (missing.length > 0) throw new CheckFailure(left(input, missing), await run.log());
      const coverage = await checkCoverage(input);
      return { check: name, ...defined({ coverage }) };
    });
  });
}

function ended({ name, command, timeoutSeconds }: CheckInput, exitCode: number | undefined): string {
  const words = command.join(" ");
  if (exitCode !== undefined)
    return `checks.${name}: "${words}" has to end with 0, got exit code ${exitCode}`;
  return `checks.${name}: "${words}" did not end within ${timeoutSeconds} s and was stopped; mend what hangs, or raise timeoutSeconds`;
}

function left({ name }: CheckInput, missing: readonly string[]): string {
  const paths = missing.map((path) => `"${path}"`).join(", ");
  return `checks.${name}.artifacts: the check ended with 0 and did not leave ${paths}; write it there, or remove it from the check's artifacts and coverage`;
}

/** The coverage that was reached, in percent, when the check has to reach one. */
async function checkCoverage({ name, coverage, reports }: CheckInput): Promise<number | undefined> {
  if (coverage === undefined) return undefined;
  const { file, threshold } = coverage;
  const report = await readFile(join(checkFolder(reports, name), basename(file)), "utf8").catch(() => "");
  const reached = lineCoverage(report);
  const path = `checks.${name}.coverage`;
  if (reached === undefined) {
    throw new CheckFailure(
      `${path}.file: expected a report in the form of Cobertura, got ${show(report.slice(0, 80))}; write one, for example with pytest --cov-report=xml`,
    );
  }
  if (reached < threshold) {
    throw new CheckFailure(
      `${path}: expected at least ${threshold} % of the lines to be covered, got ${percent(reached)}; test more, or lower the threshold`,
    );
  }
  return reached;
}

await runStep(check);
