import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { thisProcess } from "../../../../cli/ci/lock.ts";
import { dropData, enter, leave, reusedParts, serversHeld, type Servers } from "../../../../cli/ci/reuse.ts";
import { Problem } from "../../../../cli/problem.ts";
import type { Run } from "../../../../cli/process/run.ts";
import { namesOf } from "../../../../components/naming/names.ts";
import { parseApplication } from "../../../../components/application/parse.ts";
import { notes } from "../../application/notes.ts";
import { fakeRun, type Answers } from "../fake-run.ts";

const list = "docker ps --all --no-trunc --filter label=towpath.namespace=notes-local";
const postgres = (state: string): string => `1\tnotes-local-postgres\t${state}\tx\tpostgres\t\t`;
const storage = (state: string): string => `2\tnotes-local-object-storage\t${state}\tx\tobject-storage\t\t`;
const api = (state: string): string => `3\tnotes-local-api-1a\t${state}\tx\tapi\tr1\t`;
const probes = [
  "docker exec notes-local-postgres pg_isready --quiet --host 127.0.0.1",
  "docker exec notes-local-object-storage wget -q -O /dev/null http://127.0.0.1:7070/health",
];

describe("the local environment's servers in a run of ci", () => {
  let folder: string;
  let servers: Servers;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-reuse-"));
    servers = { names: namesOf("notes-local"), folder, parts: ["postgres", "object-storage"] };
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** An engine with these containers; `changes` are the calls that did more than list them. */
  function engine(...containers: string[]): { run: Run; changes: () => string[] } {
    const answers: Answers = {
      [list]: { stdout: containers.join("\n") },
      ...Object.fromEntries(["start", "stop", "exec"].map((command) => [`docker ${command}`, {}])),
    };
    const { run, calls } = fakeRun(answers);
    return { run, changes: () => calls.filter((call) => !call.startsWith("docker ps")) };
  }
  const users = (): string[] => readdirSync(join(folder, "users")).sort();
  const startedFile = (): string => join(folder, "servers-started");

  it("are those that the application needs", () => {
    const application = parseApplication(notes);
    assert.deepEqual(reusedParts(application), ["postgres", "object-storage"]);
    assert.deepEqual(reusedParts({ buckets: [] }), []);
  });

  it("are asked whether they answer, and left running if they ran before", async () => {
    const { run, changes } = engine(postgres("running"), storage("running"), api("running"));
    await enter(servers, "unit-a", run);
    assert.deepEqual(changes(), probes);
    assert.deepEqual(users(), ["unit-a"]);
    assert.equal(existsSync(join(folder, "servers.lock")), false);

    const after = engine(postgres("running"), storage("running"), api("running"));
    await leave(servers, "unit-a", after.run);
    assert.deepEqual(after.changes(), []);
    assert.deepEqual(users(), []);
  });

  it("are started when they do not run, and stopped by the last run that leaves", async () => {
    const { run, changes } = engine(postgres("exited"), storage("running"));
    await enter(servers, "unit-a", run);
    assert.deepEqual(changes(), ["docker start 1", ...probes]);
    assert.equal(readFileSync(startedFile(), "utf8"), "notes-local-postgres");

    const running = engine(postgres("running"), storage("running"));
    await enter(servers, "unit-b", running.run);
    await leave(servers, "unit-a", running.run);
    assert.deepEqual(running.changes(), probes);
    await leave(servers, "unit-b", running.run);
    assert.deepEqual(running.changes().slice(2), ["docker stop 1"]);
    assert.equal(existsSync(startedFile()), false);
  });

  it("are stopped too when an earlier run that started them died", async () => {
    await enter(servers, "unit-a", engine(postgres("exited"), storage("running")).run);
    await enter(servers, "unit-b", engine(postgres("running"), storage("exited")).run);
    const { run, changes } = engine(postgres("running"), storage("running"));
    await leave(servers, "unit-a", run);
    await leave(servers, "unit-b", run);
    assert.deepEqual(changes(), ["docker stop 1 2"]);
  });

  it("are stopped even if a run that used them died", async () => {
    await enter(servers, "unit-a", engine(postgres("exited"), storage("exited")).run);
    const dead = { ...thisProcess(), pid: 4_194_305 };
    writeFileSync(join(folder, "users", "unit-dead"), JSON.stringify(dead));
    const { run, changes } = engine(postgres("running"), storage("running"));
    await leave(servers, "unit-a", run);
    assert.deepEqual(changes(), ["docker stop 1 2"]);
    assert.deepEqual(users(), []);
  });

  it("keep running when the local environment has started meanwhile", async () => {
    await enter(servers, "unit-a", engine(postgres("exited"), storage("exited")).run);
    const { run, changes } = engine(postgres("running"), storage("running"), api("running"));
    await leave(servers, "unit-a", run);
    assert.deepEqual(changes(), []);
    assert.equal(existsSync(startedFile()), false);
  });

  it("have to exist", async () => {
    await assert.rejects(
      enter(servers, "unit-a", engine(postgres("running")).run),
      new Problem(
        "towpath:reuse: expected the object-storage of the local environment notes-local, got none; run npm start once, or set reuse to none",
      ),
    );
    assert.equal(existsSync(join(folder, "users")), false);
    assert.equal(existsSync(join(folder, "servers.lock")), false);
  });

  it("are waited for until they answer", async () => {
    let asked = 0;
    const { run, calls } = fakeRun({
      [list]: { stdout: postgres("running") },
      "docker exec": () => ({ code: asked++ === 0 ? 2 : 0 }),
    });
    await enter({ ...servers, parts: ["postgres"] }, "unit-a", run);
    assert.deepEqual(calls.slice(1), [probes[0], probes[0]]);
  });

  it("are refused when they do not answer in time", async () => {
    const { run } = fakeRun({
      [list]: { stdout: postgres("running") },
      "docker exec": { code: 2, stderr: "no response\n" },
    });
    await assert.rejects(
      enter({ ...servers, parts: ["postgres"] }, "unit-a", run, 0),
      new Problem(
        'notes-local-postgres: expected an answer within 0 s, got "no response"; look at docker logs notes-local-postgres',
      ),
    );
  });

  it("are started and stopped by one run at a time", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "servers.lock"), JSON.stringify(thisProcess()));
    const { run, changes } = engine(postgres("exited"), storage("exited"));
    const message = `towpath:reuse: another run starts or stops the local servers, got process ${process.pid} for more than 0 s; end it, or wait until it ends`;
    await assert.rejects(enter(servers, "unit-a", run, 0), new Problem(message));
    await assert.rejects(leave(servers, "unit-a", run, 0), new Problem(message));
    assert.deepEqual(changes(), []);
    assert.equal(
      serversHeld(4711),
      "towpath:reuse: another run starts or stops the local servers, got process 4711 for more than 120 s; end it, or wait until it ends",
    );
  });

  it("are waited for while another run starts them", async () => {
    const lock = join(folder, "servers.lock");
    writeFileSync(lock, JSON.stringify(thisProcess()));
    const { run, changes } = engine(postgres("running"), storage("running"));
    const entering = enter(servers, "unit-a", run);
    assert.deepEqual(changes(), []);
    rmSync(lock);
    await entering;
    assert.deepEqual(changes(), probes);
  });
});

describe("the data of a run on the local environment's servers", () => {
  const servers = {
    names: namesOf("notes-local"),
    folder: "/nowhere",
    parts: ["postgres", "object-storage"],
  };
  const own = namesOf("notes-ci");

  it("is removed: what the role owns, the role, and the folders of the buckets", async () => {
    const inputs: (string | undefined)[] = [];
    const { run, calls } = fakeRun({ "docker exec": {} });
    const noting: Run = (command, args, settings) => {
      inputs.push(settings?.input);
      return run(command, args, settings);
    };
    await dropData(servers, own, ["files", "exports"], noting);
    assert.deepEqual(calls, [
      "docker exec --interactive notes-local-postgres psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username notes_local --dbname postgres",
      `docker exec ${servers.names.objectStorage} rm -rf -- /data/${own.bucket("files")} /data/${own.bucket("exports")}`,
    ]);
    assert.deepEqual(inputs, [
      [
        "SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba",
        "WHERE rolname = 'notes_ci' \\gexec",
        'DROP ROLE IF EXISTS "notes_ci";',
        "",
      ].join("\n"),
      undefined,
    ]);
  });

  it("is searched only on servers that are used", async () => {
    const { run, calls } = fakeRun({});
    await dropData({ ...servers, parts: [] }, own, [], run);
    assert.deepEqual(calls, []);
  });

  it("is named when it cannot be removed", async () => {
    const { run } = fakeRun({ "docker exec": { code: 3, stderr: "FATAL: no role\n" } });
    await assert.rejects(
      dropData(servers, own, ["files"], run),
      new Problem(
        'notes-local-postgres: the databases of notes-ci cannot be removed, got "FATAL: no role"; remove them by "npx towpath psql"',
      ),
    );
  });
});
