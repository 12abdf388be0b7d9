/** The name of the database that an application gives, in each environment. */
import { byName, deployed, outcome, type Run } from "./engine.ts";
import assert from "node:assert/strict";
import type { ApplicationDescription } from "../../../components/application/description.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import { checkDatabaseName, databaseOutput } from "../../../components/environment/database-name.ts";
import { notes } from "../application/notes.ts";
import { merged } from "../assert-refused.ts";
import { localProgram } from "./local.ts";
import { released } from "./released.ts";

const postgres = { version: 16, database: "report_${environment}" };
const application = parseApplication({ ...notes, postgres });
const settings = { environment: "staging", namespace: "notes-staging" } as const;
const environment = { application, settings };

/** What is said of a name, where the stack has these outputs and its server these variables. */
async function refusal(
  given: typeof environment,
  { outputs = {}, variables }: { outputs?: object; variables?: readonly string[] },
): Promise<string | undefined> {
  const run: Run = {
    stack: "staging",
    functions: { "pulumi:pulumi:readStackOutputs": () => ({ outputs }) },
  };
  const asked = (container: string) => {
    assert.equal(container, "notes-staging-postgres");
    return Promise.resolve(variables);
  };
  const { thrown } = await outcome(() => checkDatabaseName(given, asked), run);
  return thrown instanceof Error ? thrown.message : undefined;
}

const renamed = (known: string, wanted: string): string =>
  `postgres.database: expected the name of the database that is in notes-staging-postgres, "${known}", got "${wanted}"; data keeps the name that it was made with: take that one, or destroy the environment and make it again where its data may go`;

describe("a given name of the database", function () {
  this.timeout(30_000);

  it("is that of the server's database and administrator, and its role's with _app (002-96c)", async () => {
    const described = merged(notes, { postgres }) as ApplicationDescription;
    const { registrations } = await deployed(localProgram(described, { namespace: "notes-local" }));
    const { envs } = byName(registrations)["notes-local-postgres-container"]?.inputs ?? assert.fail();
    assert.deepEqual((envs as string[]).slice(0, 2), [
      "POSTGRES_USER=report_local",
      "POSTGRES_DB=report_local",
    ]);
    const staging = byName((await released({ described: { postgres } })).registrations);
    assert.ok(
      (staging["notes-staging-postgres-container"]?.inputs.envs as string[]).includes(
        "POSTGRES_DB=report_staging",
      ),
    );
    const owner = JSON.stringify(staging["notes-staging-postgres-owner"]?.inputs);
    assert.match(owner, /"role":"report_staging_app"/);
  });

  it("is refused where the data was made with another, before anything is made", async () => {
    const said = renamed("notes_staging", "report_staging");
    assert.equal(await refusal(environment, { variables: ["PATH=/bin", "POSTGRES_DB=notes_staging"] }), said);
    assert.equal(await refusal(environment, { outputs: { database: "notes_staging" } }), said);
    const without = { application: parseApplication(notes), settings };
    assert.equal(
      await refusal(without, { outputs: { database: "report_staging" } }),
      renamed("report_staging", "notes_staging"),
    );
  });

  it("is taken where there is no data yet, or it has that name", async () => {
    assert.equal(await refusal(environment, {}), undefined);
    assert.equal(await refusal(environment, { variables: ["POSTGRES_DB=report_staging"] }), undefined);
    assert.equal(await refusal(environment, { outputs: { database: "report_staging" } }), undefined);
    assert.equal(await refusal({ application: parseApplication(notes), settings }, {}), undefined);
  });

  it("is told by the stack, and by no stack without one", () => {
    assert.deepEqual(databaseOutput(environment), { database: "report_staging" });
    assert.deepEqual(databaseOutput({ application: parseApplication(notes), settings }), {});
  });
});
