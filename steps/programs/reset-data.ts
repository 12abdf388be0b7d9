import type { ResetDataInput } from "../../components/contract/reset-data.ts";
import { createDatabase, dropDatabase } from "../database/databases.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep, StepFailure } from "../program.ts";

/** The password is in a file there: no argument shows it. */
const flush = [
  "sh",
  "-c",
  `REDISCLI_AUTH="$(sed -n 's/^requirepass //p' /run/secrets/redis.conf)" $(command -v valkey-cli || echo redis-cli) FLUSHALL`,
];

/** The server keeps objects as files, a folder for each bucket, whose own attributes stay with it. */
const empty = ["sh", "-c", 'for bucket; do cd "/data/$bucket" && rm -rf -- ..?* .[!.]* *; done', "sh"];

async function resetData({ database, redis, storage }: ResetDataInput, machine: Machine): Promise<object> {
  if (database !== undefined) {
    await dropDatabase(machine, database, database.name);
    await createDatabase(machine, database, database.name, database.owner);
  }
  if (redis !== undefined) {
    const answer = await machine.run(redis, flush, { timeoutSeconds: 60 });
    if (answer.trim() !== "OK")
      throw new StepFailure(
        `redis: expected ${redis} to forget everything, got "${answer.trim()}"; look at its log and run the command again`,
      );
  }
  if (storage !== undefined)
    await machine.run(storage.container, [...empty, ...storage.buckets], { timeoutSeconds: 600 });
  return {};
}

await runStep(resetData);
