import assert from "node:assert/strict";
import { NotesDatabase } from "./notes-database.ts";
import { buildImages } from "../../../toolchain/images/build.mjs";
import { rollbackSchema } from "../../../components/plan/rollback-schema.ts";
import { schemaSince } from "../../../components/migration/migration-plan.ts";
import type { MigrateReceipt } from "../../../components/contract/migrate.ts";
import type { ReleaseRecord } from "../../../components/plan/release-record.ts";
import { ToolProject, type State } from "../../support/migration-tools/tool-project.ts";
import { prefix } from "../images/containers.ts";

/** A tool, and what its project has to show. */
export interface Tool {
  /** The heading of its recipe in docs/migration-tools.md. */
  readonly heading: string;
  /** The folder of its project. */
  readonly folder: string;
  /** The images that it is built on. */
  readonly base: "node" | "python" | "debian";
  /** The revisions of the first state and the second. */
  readonly revisions: readonly [string, string];
  /** Where a failure leaves the schema. */
  readonly afterFailure: string;
  /** What the plan of the second says. */
  readonly plan: { readonly takes: RegExp } | { readonly unknown: string };
  readonly prepare?: (folder: string) => Promise<unknown>;
  /** What somebody has to do after a failure. */
  readonly repair?: string;
}

/** Runs a tool's recipe on its project, and on a PostgreSQL, as a release does. */
export function runsAsDocumented(tool: Tool): void {
  const { heading, folder, base, prepare, revisions, plan } = tool;
  const [first, second] = revisions;

  describe(`migrations by ${heading}`, () => {
    let database: NotesDatabase;
    let project: ToolProject;
    const images = new Map<State, string>();

    before(async () => {
      await buildImages({ images: ["postgres", base], prefix });
      database = await NotesDatabase.start();
      project = new ToolProject(heading, folder, database);
      for (const state of ["first", "second", "broken"] as const)
        images.set(state, await project.image(state, prepare));
    });
    after(() => database.remove());

    const image = (state: State): string => images.get(state) ?? assert.fail(state);
    const columns = (): Promise<string> =>
      database.ask(
        "SELECT string_agg(column_name, ' ' ORDER BY column_name) FROM information_schema.columns WHERE table_name = 'notes'",
      );

    it("pass the rehearsal of ci", async () => {
      const result = await project.rehearsed(image("second"));
      assert.equal(typeof result, "object", String(result));
    });

    it("are brought up, planned and brought up again", async () => {
      const receipt = await project.up(image("first"));
      assert.deepEqual([receipt.before, receipt.after, receipt.applied.at(-1)], [undefined, first, first]);
      assert.equal(await columns(), "body id old");
      await database.ask("INSERT INTO notes (body) VALUES ('kept')");
      assert.deepEqual((await project.up(image("first"))).applied, []);

      const planned = await project.plan(image("second"), first, second);
      assert.deepEqual(planned.revisions, [second]);
      if ("takes" in plan) {
        assert.match(
          planned.findings.map(({ reason, statement }) => `${reason}: ${statement}`).join("\n"),
          plan.takes,
        );
        await assert.rejects(
          project.plan(image("second"), first),
          new RegExp(
            `^InputError: towpath:migration\\.acknowledge: the migration from ${escaped(first)} to ${escaped(second)} takes away`,
          ),
        );
      } else assert.equal(planned.unknown, plan.unknown);

      // The lock lets one of them through, and the other finds nothing left to do.
      const both = await Promise.all([project.up(image("second")), project.up(image("second"))]);
      assert.deepEqual(
        both.sort((one, other) => other.applied.length - one.applied.length),
        [
          { before: first, after: second, applied: [second] },
          { before: second, after: second, applied: [] },
        ],
      );
      assert.equal(await columns(), "body id title");
    });

    it("change nothing for users when one fails", async () => {
      const failure = await project.failure(image("broken"), { base: project.migrations.base ?? "" });
      const { up } = project.migrations;
      const said = `^migrations: "${escaped(up.join(" "))}" [^;]*, the schema is at ${tool.afterFailure}, from ${escaped(second)}, nothing new was started; its last log lines:\n`;
      assert.match(failure, new RegExp(said));
      assert.match(failure, /division by zero|22012/);
      assert.equal(await columns(), "body id title");
      assert.equal(await database.ask("SELECT body FROM notes"), "kept");
      assert.equal(await database.ask("SELECT to_regclass('half') IS NULL"), "t");
      if (tool.repair !== undefined) await project.shell(image("broken"), tool.repair);
      assert.deepEqual((await project.up(image("second"))).applied, []);
    });

    it("go back, or say why not", async () => {
      const [older, newer] = await records();
      const schema = rollbackSchema([newer, older], older.id, project.migrations);
      if (project.migrations.down === undefined) {
        assert.deepEqual(schema, {
          kind: "unknown",
          why: `${second} took something away since, and migrations.down is left out`,
        });
        return;
      }
      assert.equal(schema?.kind, "takes" in plan ? "downgrade" : "unknown");
      const receipt = await project.down(image("second"), first);
      assert.deepEqual(receipt, { before: second, after: first, applied: [] });
      assert.equal(await columns(), "body id old");
      assert.equal(await database.ask("SELECT body FROM notes"), "kept");
    });

    /** The records of two releases, as they tell what the second did to the schema. */
    async function records(): Promise<[ReleaseRecord, ReleaseRecord]> {
      const older = recordOf("older", { after: first, applied: [first] });
      const planned = await project.plan(image("second"), first, second);
      const made = { before: first, after: second, applied: [second] };
      return [older, recordOf("newer", schemaSince(older, made, planned))];
    }
  });
}

function recordOf(id: string, schema: MigrateReceipt): ReleaseRecord {
  return { id, schema } as unknown as ReleaseRecord;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
