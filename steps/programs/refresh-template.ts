import {
  templateNames,
  type RefreshTemplateInput,
  type RefreshTemplateReceipt,
} from "../../components/contract/template.ts";
import { copyDatabase } from "../database/copy-database.ts";
import { askSql, identifier } from "../database/databases.ts";
import { withDatabaseLock } from "../database/database-lock.ts";
import {
  hashesOf,
  hashesSchema,
  missingQuestion,
  personalColumn,
  unmaskedIn,
  unmaskedQuestion,
  type PersonalColumn,
} from "../database/personal-columns.ts";
import {
  copySeconds,
  createClosedDatabase,
  dropTemplate,
  prepareTemplateServer,
  sizeOf,
} from "../database/template.ts";
import type { Machine } from "../machine/machine.ts";
import { waitingFor } from "../progress.ts";
import { runStep, StepFailure } from "../program.ts";

const { database, next, last, owner } = templateNames;

/** The time that masking, and comparing, may take, in seconds. */
const maskSeconds = 3 * 3600;

async function refreshTemplate(
  input: RefreshTemplateInput,
  machine: Machine,
): Promise<RefreshTemplateReceipt> {
  const lock = { ...input.server, database: "postgres", waitSeconds: input.waitSeconds };
  return withDatabaseLock(machine, { ...lock, subject: "template" }, async (lost) => {
    await prepareTemplateServer(machine, input.server);
    // What a run left that was killed.
    for (const left of [next, last]) await dropTemplate(machine, input.server, left);
    const ended = endedEarly(lost);
    try {
      const compared = await Promise.race([makeNext(input, machine), ended]);
      await swap(input, machine);
      return { bytes: (await sizeOf(machine, input.server, database)) ?? 0, compared };
    } catch (error) {
      await dropTemplate(machine, input.server, next);
      throw error instanceof StepFailure
        ? new StepFailure(`${error.message}; the copy was dropped, and the template is as it was before`)
        : error;
    }
  });
}

/** Makes the next template: a copy that is masked, and shown to be. Returns the number of columns that were compared. */
async function makeNext(
  { server, source, mask, personal }: RefreshTemplateInput,
  machine: Machine,
): Promise<number> {
  const columns = personal.map(personalColumn);
  const within = { database: next, timeoutSeconds: maskSeconds };
  await createClosedDatabase(machine, server, next, "TEMPLATE template0");
  waitingFor(`the database of ${source.stack} is copied`);
  await copyDatabase(machine, source, { ...server, database: next, owner });

  const missing = await missingOf(columns, within);
  if (missing.length > 0) {
    throw new StepFailure(
      `towpath:template.personal: expected columns of the database of ${source.stack}, got ${missing.join(", ")}; correct their names`,
    );
  }
  await askSql(machine, server, hashesOf(columns), within);
  waitingFor(`the copy is masked by ${mask.file}`);
  await askSql(machine, server, mask.sql, { ...within, role: owner }).catch((error: unknown) => {
    throw error instanceof StepFailure ? notMasked(mask.file, error) : error;
  });

  waitingFor("the copy is compared with what it was");
  const gone = await missingOf(columns, within);
  const left = columns.filter(({ name }) => !gone.includes(name));
  const answer =
    left.length === 0 ? [] : await askSql(machine, server, unmaskedQuestion(left, columns), within);
  const unmasked = unmaskedIn(answer, left);
  if (unmasked.length > 0) {
    const found = unmasked.map(({ name, rows, all }) => `${name} with ${rows} of ${all} rows`);
    throw new StepFailure(
      `towpath:template.mask: expected no value of ${source.stack} in columns with personal data, got ${found.join(", ")}; give them others in ${mask.file}`,
    );
  }
  // Rows from before are in the tables' files until these are written anew.
  waitingFor("the copy is written anew");
  await askSql(machine, server, `DROP SCHEMA ${hashesSchema} CASCADE;\nVACUUM (FULL, ANALYZE);\n`, within);
  return columns.length;

  async function missingOf(asked: readonly PersonalColumn[], at: typeof within): Promise<readonly string[]> {
    return asked.length === 0 ? [] : askSql(machine, server, missingQuestion(asked), at);
  }
}

/** Puts the next template in the place of the one before, which no clone needs any more: clones are whole. */
async function swap({ server }: RefreshTemplateInput, machine: Machine): Promise<void> {
  const [before, after, old] = [database, next, last].map(identifier);
  const there = (await sizeOf(machine, server, database)) !== undefined;
  await askSql(
    machine,
    server,
    `ALTER DATABASE ${after} WITH ALLOW_CONNECTIONS false CONNECTION LIMIT -1 IS_TEMPLATE true;
     BEGIN;
     ${there ? `ALTER DATABASE ${before} RENAME TO ${old};` : ""}
     ALTER DATABASE ${after} RENAME TO ${before};
     COMMIT;\n`,
    { timeoutSeconds: copySeconds },
  );
  if (there) await dropTemplate(machine, server, last);
}

/** Fails when the run is asked to end, or lost its lock: then the copy is dropped before it does. */
function endedEarly(lost: AbortSignal): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    lost.addEventListener("abort", () => {
      reject(lost.reason as Error);
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        reject(new StepFailure("template: the run was asked to end"));
      });
    }
  });
  ended.catch(() => undefined);
  return ended;
}

function notMasked(file: string, { message }: StepFailure): StepFailure {
  const said = /(?:ERROR|FATAL):\s*(.*)/.exec(message)?.[1] ?? message;
  return new StepFailure(`towpath:template.mask: ${file} failed, got "${said}"; correct it`);
}

await runStep(refreshTemplate);
