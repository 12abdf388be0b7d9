/** The way to a clone of the template, and what keeps from it. That a server clones so is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import {
  triedAddress,
  urlAt,
  type MeasureMigrationsInput,
  type TriedTemplate,
  type TriedTool,
} from "../../../components/contract/measure-migrations.ts";
import { onClone } from "../../../steps/database/trial-clone.ts";
import type { EndedRun, Machine } from "../../../steps/machine/machine.ts";
import { StepFailure } from "../../../steps/step-failure.ts";

const tool = (command: string): TriedTool => ({
  ...{ image: "api", command: [command], environment: {}, variables: {} },
  files: { DATABASE_URL: urlAt(triedAddress) },
});
const template: TriedTemplate = {
  ...{ server: { container: "templates", administrator: "admin" }, revision: "0002" },
  ...{ current: tool("current"), up: tool("up") },
};
const input: MeasureMigrationsInput = {
  ...{
    postgres: { image: "postgres:15", database: "notes" },
    schema: "",
    statements: [],
    timeoutSeconds: 300,
  },
  ...{ labels: { "towpath.trial": "notes-staging" }, limits: { memory: 1, pids: 1, remedy: "none" } },
};

/** A machine whose server answers SQL with these words so, and whose tool is at these revisions, one after the other. */
class FakeMachine {
  readonly sql: string[] = [];
  readonly ran: string[] = [];
  /** The addresses of the database that tools were given. */
  readonly urls: string[] = [];
  private readonly revisions: string[];
  private readonly answers: Readonly<Record<string, string | Error>>;

  constructor(revisions: readonly string[], answers: Readonly<Record<string, string | Error>> = {}) {
    this.revisions = [...revisions];
    this.answers = {
      pg_database_size: "4096",
      pg_stat_file: "2026-03-04T03:00Z",
      reltuples: "300000",
      ...answers,
    };
  }

  run(_copy: string, _command: readonly string[], { input: sql = "" } = {}): Promise<string> {
    this.sql.push(sql);
    const found = Object.entries(this.answers).find(([words]) => sql.includes(words))?.[1] ?? "";
    return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
  }
  once<T>(
    { command, files }: { command: readonly string[]; files: Readonly<Record<string, string>> },
    _seconds: number,
    look: (ended: EndedRun) => Promise<T>,
  ): Promise<T> {
    this.ran.push(command.join(" "));
    this.urls.push(files.DATABASE_URL ?? "");
    const failed = command[0] === "up" && this.revisions.length === 0;
    const printed = command[0] === "current" ? (this.revisions.shift() ?? "") : "";
    const ended = {
      exitCode: failed ? 1 : 0,
      output: () => Promise.resolve(`${printed} (head)\n`),
      log: () => Promise.resolve("  api | no such table"),
    };
    return look(ended as unknown as EndedRun);
  }
  join(copy: string, network: string, alias: string): Promise<void> {
    this.ran.push(`join ${copy} ${network.replace(/[0-9a-f]{12}/, "…")} ${alias}`);
    return Promise.resolve();
  }
  ownNetwork<T>({ name }: { name: string }, work: (name: string) => Promise<T>): Promise<T> {
    return work(name);
  }
  scratch<T>(_copy: object, work: (name: string) => Promise<T>): Promise<T> {
    return work("client");
  }
}

/** What comes of a trial on that machine: what it was on, or why it was not. */
function tried(machine: FakeMachine): Promise<unknown> {
  return onClone(machine as unknown as Machine, input, template, ({ on, container }) =>
    Promise.resolve({ on, container }),
  ).catch((error: unknown) => (error as Error).message);
}

const dropped = /^DROP DATABASE IF EXISTS "towpath_trial_[0-9a-f]{12}" WITH \(FORCE\);\nDROP ROLE IF EXISTS/;

describe("a trial on a clone of the template", () => {
  it("begins where the schema is, in a network that only the server shares, and drops the clone", async () => {
    const machine = new FakeMachine(["0002"]);
    assert.deepEqual(await tried(machine), {
      ...{ on: { kind: "template", at: "2026-03-04T03:00Z", rows: 300_000 }, container: "client" },
    });
    assert.deepEqual(machine.ran, ["join templates towpath_trial_… database", "current"]);
    assert.match(
      machine.urls[0] ?? "",
      /^postgresql:\/\/(towpath_trial_[0-9a-f]{12}):[0-9a-f]{32}@database:5432\/\1$/,
    );
    assert.match(machine.sql.join("\n"), /SET statement_timeout = '300s';CREATE DATABASE "towpath_trial_/);
    assert.match(machine.sql.at(-1) ?? "", dropped);
  });

  it("is brought there by the migrations of the release that runs", async () => {
    const machine = new FakeMachine(["0001", "0002"]);
    assert.equal(((await tried(machine)) as { container: string }).container, "client");
    assert.deepEqual(machine.ran.slice(1), ["current", "up", "current"]);
  });

  it("is made again where it has to be as it was before", async () => {
    const machine = new FakeMachine(["0001", "0002", "0001", "0002"]);
    const [address, before] = await onClone(
      machine as unknown as Machine,
      input,
      template,
      async (database) => [database.address, await database.before()],
    );
    assert.deepEqual(before, address);
    const made = machine.sql.filter((sql) => /CREATE DATABASE|^DROP DATABASE/.test(sql));
    assert.deepEqual(
      made.map((sql) => (dropped.test(sql) ? "drop" : "make")),
      ["drop", "make", "drop", "drop", "make", "drop"],
    );
    assert.deepEqual(machine.ran.slice(1), ["current", "up", "current", "current", "up", "current"]);
  });

  it("is not had where it cannot be, with the reason, and leaves no clone", async () => {
    const late = new StepFailure("psql: ERROR:  canceling statement due to statement timeout");
    const full = new StepFailure("psql: ERROR:  could not write: No space left on device\nmore");
    const away = new StepFailure("docker exec: No such container: templates");
    const cases: readonly [FakeMachine, string][] = [
      [
        new FakeMachine(["0003", "0003"]),
        "it is at 0003, and the schema at 0002; make it anew with npx towpath template refresh",
      ],
      [
        new FakeMachine(["0001"]),
        '"up" of the release that runs ends with 1 there, perhaps for the template is ahead of it: api | no such table',
      ],
      [new FakeMachine([], { "CREATE DATABASE": late }), "it is not cloned within 300 s"],
      [
        new FakeMachine([], { "CREATE DATABASE": full }),
        'it cannot be cloned, got "psql: ERROR:  could not write: No space left on device"',
      ],
    ];
    for (const [machine, why] of cases) {
      assert.equal(await tried(machine), why);
      assert.match(machine.sql.at(-1) ?? "", dropped);
    }
    const none = new FakeMachine([], { pg_database_size: "" });
    assert.equal(await tried(none), "there is none yet; make one with npx towpath template refresh");
    const gone = new FakeMachine([], { pg_database_size: away });
    assert.equal(
      await tried(gone),
      'its server does not answer, got "docker exec: No such container: templates"',
    );
  });
});
