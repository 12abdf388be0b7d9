import { appendFile, writeFile } from "node:fs/promises";
import { rehearsal } from "../../components/application/checks.ts";
import { commandFrom, isRevision, pendingOf, revisionOf } from "../../components/application/migrations.ts";
import { logFile, sqlFile, type CheckResult } from "../../components/ci/result.ts";
import type { CommandRun } from "../../components/contract/command-run.ts";
import type { PlanCommands, RehearseMigrationsInput } from "../../components/contract/rehearse-migrations.ts";
import { CheckFailure, withResult } from "../checks/check-result.ts";
import { createDatabase, dropDatabase, schemaOf } from "../database/databases.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep } from "../program.ts";

/** A rehearsal on a machine, whose limits are known. */
type Rehearsal = RehearseMigrationsInput &
  Required<Pick<CommandRun, "limits">> & { readonly machine: Machine };

type Warnings = Pick<CheckResult, "warnings">;

function rehearse(described: RehearseMigrationsInput, machine: Machine): Promise<Warnings> {
  return withResult(described.reports, rehearsal, async () => {
    const input = { ...described, machine, limits: await machine.limits() };
    const { plan } = input.commands;
    // What a plan asks needs no database, so it runs beside the rest.
    const both = await Promise.allSettled([upAndDown(input), plan && planned(input, plan)]);
    const [up, asked] = both;
    for (const one of both) if (one.status === "rejected") throw one.reason;
    if (up.status !== "fulfilled" || asked.status !== "fulfilled" || plan === undefined) return {};
    await checkPending(input, plan, asked.value?.revisions ?? [], up.value);
    const warnings = asked.value?.warnings ?? [];
    return warnings.length > 0 ? { warnings } : {};
  });
}

/** Takes the schema up, down and up again, and returns its revision. */
async function upAndDown(input: Rehearsal): Promise<string> {
  const { machine } = input;
  const { server, name, owner } = input.database;
  const { up, down, current } = input.commands;
  await createDatabase(machine, server, name, owner);
  try {
    await command(input, "up", up);
    const revision = revisionOf(await command(input, "current", current));
    if (revision === undefined || !isRevision(revision)) {
      throw new CheckFailure(
        `migrations.current: expected a revision of letters, digits, "_", "." and "-" after up, got ${revision === undefined ? "nothing" : JSON.stringify(revision)}; name a command that prints it first, and several heads a line each`,
      );
    }
    if (down === undefined) return revision;
    const before = await schemaOf(machine, server, name);
    await command(input, "down", down);
    await command(input, "up again", up);
    checkSame(before, await schemaOf(machine, server, name));
    return revision;
  } finally {
    await dropDatabase(machine, server, name);
  }
}

/** The number of lines of a difference that are enough. */
const mostLines = 20;

function checkSame(before: readonly string[], after: readonly string[]): void {
  if (before.join("\n") === after.join("\n")) return;
  const gone = before.filter((line) => !after.includes(line)).map((line) => `  - ${line}`);
  const come = after.filter((line) => !before.includes(line)).map((line) => `  + ${line}`);
  const lines = [...gone, ...come].slice(0, mostLines);
  throw new CheckFailure(
    'migrations (down and up again): has to end with the schema of the first "up", got another one; make "down" take back all that "up" does',
    lines.length > 0 ? lines.join("\n") : "  the same lines in another order",
  );
}

/** The plan of a first release: the revisions, and the SQL, which goes to the reports. */
async function planned(
  input: Rehearsal,
  { base, pending, sql }: PlanCommands,
): Promise<{ revisions: string[] } & Warnings> {
  const revisions = await pendingFrom(input, pending, base);
  if (sql === undefined) return { revisions };
  const ask = (revision: string): ReturnType<Machine["look"]> => look(input, sql, revision);
  const whole = await ask(base);
  const keep = (text: string): Promise<void> => writeFile(sqlFile(input.reports, rehearsal), text);
  if ("printed" in whole) {
    await keep(whole.printed);
    return { revisions };
  }
  const newest = revisions.at(-1);
  const none = newest === undefined ? whole : await ask(newest);
  if ("problem" in none) {
    throw new CheckFailure(
      `migrations.sql: has to print without a database, network or secret, as in the plan of a release, got ${none.problem}`,
    );
  }
  // An earlier migration that reads rows is done where a release goes: what counts is the newest.
  const last = await ask(revisions.at(-2) ?? base);
  if ("printed" in last) {
    await keep(last.printed);
    return { revisions };
  }
  return {
    revisions,
    warnings: [
      `migrations.sql: prints nothing for ${newest ?? base}, got ${last.problem}; a migration that reads rows cannot do so without a database: production will want ${newest ?? base} acknowledged, for no plan can tell what it destroys`,
    ],
  };
}

async function checkPending(
  input: Rehearsal,
  { pending, base }: PlanCommands,
  revisions: readonly string[],
  current: string,
): Promise<void> {
  if (revisions.at(-1) !== current) {
    throw new CheckFailure(
      `migrations.pending: has to end with the revision that "current" prints after up, ${current}, got ${revisions.join(", ") || "nothing"} from ${base} on; print one revision a line, the newest last`,
    );
  }
  const left = await pendingFrom(input, pending, current);
  if (left.length > 0) {
    throw new CheckFailure(
      `migrations.pending: has to print nothing for a schema that is up to date at ${current}, got ${left.join(", ")}; leave out the revision that it starts from`,
    );
  }
}

async function pendingFrom(
  input: Rehearsal,
  pending: readonly string[],
  revision: string,
): Promise<string[]> {
  const answer = await look(input, pending, revision);
  if ("problem" in answer) {
    throw new CheckFailure(
      `migrations.pending: has to print without a database, network or secret, as in the plan of a release, got ${answer.problem}`,
    );
  }
  const found = pendingOf(answer.printed);
  const wrong = found.find((one) => !isRevision(one));
  if (wrong === undefined) return found;
  throw new CheckFailure(
    `migrations.pending: expected one revision a line, of letters, digits, "_", "." and "-", got ${JSON.stringify(wrong)}; name a command that prints nothing else`,
  );
}

function look(
  { machine, image, bareEnvironment: environment, limits, labels }: Rehearsal,
  command: readonly string[],
  revision: string,
): ReturnType<Machine["look"]> {
  return machine.look({ image, command: commandFrom(command, revision), environment, limits, labels });
}

/** Runs one command and returns what it printed on standard output. */
function command(input: Rehearsal, what: string, words: readonly string[]): Promise<string> {
  const { machine, timeoutSeconds, reports } = input;
  return machine.once({ ...input, command: words }, timeoutSeconds, async ({ exitCode, ...ended }) => {
    const log = await ended.log(1000);
    await appendFile(logFile(reports, rehearsal), `${words.join(" ")}\n${log}\n`);
    if (exitCode === 0) return ended.output();
    const limited = await ended.limited(log);
    const how =
      exitCode === undefined
        ? `did not end within ${timeoutSeconds} s and was stopped`
        : limited === undefined
          ? `has to end with 0, got exit code ${exitCode}`
          : `${limited.how}; ${limited.remedy}`;
    throw new CheckFailure(`migrations (${what}): "${words.join(" ")}" ${how}`, await ended.log());
  });
}

await runStep(rehearse);
