import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { execa } from "execa";
import type { Application, Migrations } from "../../../components/application/application.ts";
import type { ApplicationDescription } from "../../../components/application/description.ts";
import { byCommands } from "../../../components/application/migrations.ts";
import { found } from "../../../components/application/names.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import { bareVariables } from "../../../components/application/variables.ts";
import type { MigrateCare, MigrateInput, MigrateReceipt } from "../../../components/contract/migrate.ts";
import type { RehearseMigrationsInput } from "../../../components/contract/rehearse-migrations.ts";
import { printedBy } from "../../../components/host/isolated-run.ts";
import { planMigration, type MigrationPlan } from "../../../components/migration/migration-plan.ts";
import type { ReleaseRecord } from "../../../components/plan/release-record.ts";
import type { NotesDatabase } from "../../e2e/hosts/notes-database.ts";
import { docker, prefix, run } from "../../e2e/images/containers.ts";
import { checkout } from "../source-tree.ts";

const labels = { "towpath.test": run, "towpath.part": "migration" };
const limits = { memory: 768 * 1024 ** 2, pids: 256, remedy: "raise towpath:limits.memory" };

/** The states of a tool's project: its folders, each with what it adds to those before it. */
const states = ["first", "second", "broken"] as const;
export type State = (typeof states)[number];

/** A small project of a migration tool, with the recipe that docs/migration-tools.md has for it. */
export class ToolProject {
  readonly application: Application;
  private readonly scripts: Readonly<Record<string, string>>;
  private readonly tool: string;
  private readonly database: NotesDatabase;

  /** `heading` is the recipe's in the page, `tool` the folder of the project. */
  constructor(heading: string, tool: string, database: NotesDatabase) {
    const page = readFileSync(join(checkout, "docs/migration-tools.md"), "utf8");
    const sections = page.split(/^## /m);
    const recipe = sections.find((section) => section.startsWith(`${heading}\n`)) ?? assert.fail(heading);
    const [common] = blocks(sections[0] ?? "", "ts");
    const [own] = blocks(recipe, "ts");
    const variables = /environment` also says `(.*?)`|service also has `(.*?)`/
      .exec(recipe)
      ?.slice(1)
      .find(Boolean);
    const described = { ...fieldsOf(common ?? ""), ...fieldsOf(own ?? "") };
    Object.assign(found(described.services, "api").environment ?? {}, fieldsOf(variables ?? ""));
    this.application = parseApplication({
      ...{ name: "notes", images: { api: { context: "." } }, postgres: { version: 15 } },
      ...described,
    });
    const named = [...recipe.matchAll(/^`(schema\.\w+)`:\n\n```\w+\n(.*?)^```/gms)];
    this.scripts = Object.fromEntries(named.map(([, name = "", text = ""]) => [name, text]));
    this.tool = tool;
    this.database = database;
  }

  get migrations(): Migrations {
    return byCommands(this.application.migrations) ?? assert.fail("there are no migrations");
  }

  /** Builds the image of a state; `prepare` puts into its folder what is not in the repository. */
  async image(
    state: State,
    prepare: (folder: string) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), "towpath-tool-"));
    try {
      for (const one of states.slice(0, states.indexOf(state) + 1))
        cpSync(join(import.meta.dirname, this.tool, one), folder, { recursive: true });
      for (const [name, text] of Object.entries(this.scripts)) writeFileSync(join(folder, name), text);
      await prepare(folder);
      const { stdout } = await execa(
        "docker",
        ["build", "--quiet", "--build-arg", `IMAGE_MIRROR=${prefix}`, "."],
        {
          cwd: folder,
          timeout: 600_000,
          env: { DOCKER_BUILDKIT: "0" },
        },
      );
      return stdout.trim().split("\n").at(-1) ?? "";
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Plans a release of an image to production, on a schema at this revision. */
  plan(image: string, after: string, acknowledge?: string): Promise<MigrationPlan> {
    const last = { images: {}, schema: { after, applied: [] } } as unknown as ReleaseRecord;
    const { application } = this;
    const args = {
      application,
      environment: "production",
      images: { api: image },
      last,
      stays: false,
    } as const;
    return planMigration(
      { ...args, ...(acknowledge !== undefined && { acknowledge }) },
      (printing, command, environment) =>
        printedBy({ image: printing, command, environment, limits }, async (look) => {
          const ended = await execa("docker", look.arguments, { reject: false, timeout: 60_000 });
          const { exitCode, stdout, stderr } = ended;
          return { succeeded: exitCode === 0, exitCode, stdout, stderr };
        }),
    );
  }

  /** Brings the schema up with an image. */
  async up(image: string): Promise<MigrateReceipt> {
    const { up, pending, base } = this.migrations;
    return this.ended(
      this.input(image, up, { ...(pending && { pending }), ...(base !== undefined && { base }) }),
    );
  }

  /** The message with which an image fails to bring the schema up. */
  async failure(image: string, care: Partial<MigrateCare> = {}): Promise<string> {
    const { up, pending } = this.migrations;
    const { exitCode, stderr } = await step(
      "migrate",
      this.input(image, up, { ...(pending && { pending }), ...care }),
    );
    assert.equal(exitCode, 1, stderr);
    return stderr;
  }

  /** Takes the schema back, as a rollback with `--with-downgrade` does. */
  async down(image: string, to: string): Promise<MigrateReceipt> {
    const { down } = this.migrations;
    return this.ended(
      this.input(image, [...(down ?? assert.fail("there is no way down")), to], { target: to }),
    );
  }

  /** What a check of `ci` finds of an image's migrations; a failure is a text. */
  async rehearsed(image: string): Promise<unknown> {
    const { up, down, current, base, pending, sql } = this.migrations;
    const reports = mkdtempSync(join(tmpdir(), "towpath-tool-"));
    const input: RehearseMigrationsInput = {
      ...this.run(image, "rehearsal"),
      commands: {
        ...{ up, current },
        ...(down !== undefined && base !== undefined && { down: [...down, base] }),
        ...(pending !== undefined && base !== undefined && { plan: { base, pending, ...(sql && { sql }) } }),
      },
      bareEnvironment: bareVariables(this.environment),
      database: {
        server: { container: this.database.lock.container, administrator: "notes" },
        name: "rehearsal",
        owner: "notes",
      },
      timeoutSeconds: 120,
      reports,
    };
    const { exitCode, stdout, stderr } = await step("rehearse-migrations", input);
    rmSync(reports, { recursive: true });
    return exitCode === 0 ? JSON.parse(stdout) : stderr;
  }

  /** What a shell in a container of an image prints. */
  shell(image: string, script: string): Promise<string> {
    const variables = Object.entries(this.resolved("notes")).flatMap(([name, value]) => [
      "--env",
      `${name}=${value}`,
    ]);
    return docker("run", "--rm", "--network", this.database.network, ...variables, image, "sh", "-c", script);
  }

  private get environment(): Readonly<Record<string, string>> {
    return found(this.application.services, "api").environment;
  }

  private input(image: string, command: readonly string[], care: Partial<MigrateCare>): MigrateInput {
    const { lock } = this.database;
    return {
      ...this.run(image, "notes"),
      ...{ command, timeoutSeconds: 120, limits },
      care: { lock: { ...lock, waitSeconds: 60 }, current: this.migrations.current, ...care },
    };
  }

  private run(image: string, database: string) {
    const { network } = this.database;
    return { image, network, environment: this.resolved(database), variables: {}, files: {}, labels };
  }

  /** The service's variables, with the connection to a database in them. */
  private resolved(database: string): Record<string, string> {
    const { hostname: host, username: user, password, port } = new URL(this.database.url);
    const parts: Record<string, string> = { host, user, password, port, database };
    const value = (text: string): string =>
      text.replace(/\$\{postgres\.(\w+)\}/g, (_, part: string) => found(parts, part));
    return Object.fromEntries(Object.entries(this.environment).map(([name, text]) => [name, value(text)]));
  }

  private async ended(input: MigrateInput): Promise<MigrateReceipt> {
    const { exitCode, stdout, stderr } = await step("migrate", input);
    assert.equal(exitCode, 0, stderr);
    const { seconds: _, ...receipt } = JSON.parse(stdout) as MigrateReceipt & { seconds: number };
    return receipt;
  }
}

function step(program: string, input: object) {
  const settings = { input: JSON.stringify(input), reject: false, timeout: 300_000 } as const;
  return execa("node", ["steps/run.mjs", program], settings);
}

function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    ([, block = ""]) => block,
  );
}

/** The fields that a block of TypeScript describes. */
function fieldsOf(block: string): Partial<ApplicationDescription> & Pick<ApplicationDescription, "services"> {
  return JSON.parse(JSON.stringify(runInNewContext(`({${block}})`))) as ApplicationDescription;
}
