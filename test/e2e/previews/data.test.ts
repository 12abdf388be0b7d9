import assert from "node:assert/strict";
import type { Migrations } from "../../../cli/commands/migrations.ts";
import { commandsOf } from "../../support/docs.ts";
import { addedMigration } from "../../support/hosts/added-migration.ts";
import { ask } from "../../support/hosts/ask.ts";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { handBack, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { sampled } from "../../support/quick.ts";

const domain = "preview.example.test";
const template = "notes-host-previews-postgres-15";
const refresh = ["template", "refresh", "--stack", "host-previews"];
const mine = "DELETE FROM notes; INSERT INTO notes (title) VALUES ('mine')";

/** Prints where a service's database is, and which databases its role can connect to. */
const tryAll = `
import json, os, psycopg
from urllib.parse import urlsplit
url = urlsplit(open(os.environ["DATABASE_URL_FILE"]).read())
def connect(name):
    try:
        psycopg.connect(url._replace(path=name).geturl(), connect_timeout=5).close()
        return "ok"
    except psycopg.OperationalError:
        return "refused"
names = ["notes_pr_13", "notes_pr_14", "postgres", "towpath_template"]
print(json.dumps({"host": url.hostname, **{name: connect(name) for name in names}}))
`;

describe("the data of previews", () => {
  let host: TestHost;
  let released: ReleasedProject;
  let settings: Readonly<Record<string, unknown>>;

  before(async () => {
    host = await takeHost();
    released = await ReleasedProject.create({ staging: host });
    const { imageMirror, address } = released.registry;
    settings = {
      previewDomain: domain,
      certificates: "internal",
      gateway: "host-previews",
      host: host.settings(),
      imageMirror,
      registry: { address, repository: released.repository },
      commit: await released.publish(),
      watchSeconds: 1,
    };
    released.write("host-previews", {
      host: host.settings(),
      imageMirror,
      template: { version: 15, mask: "mask.sql", personal: ["notes.title"] },
    });
    await run(
      "pulumi stack init --stack host-previews",
      "pulumi up --stack host-previews --yes --skip-preview",
    );
  });
  after(async () => {
    await released.remove();
    await handBack(host);
  });

  /** Runs commands as people type them after `npx towpath`. */
  async function run(...commands: readonly string[]): Promise<void> {
    for (const command of commands) {
      const { code, stdout, stderr } = await released.run(command.split(" "));
      assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
    }
  }

  /** Opens a preview with that data. */
  async function open(pullRequest: number, data: Readonly<Record<string, unknown>>): Promise<void> {
    released.write("preview", { ...settings, data });
    await run(`pulumi stack init --stack pr-${pullRequest}`);
    await push(pullRequest);
  }

  function push(pullRequest: number): Promise<void> {
    return run(`pulumi up --stack pr-${pullRequest} --yes --skip-preview`);
  }

  /** The titles of a preview's notes, as its users see them. */
  async function notesOf(pullRequest: number): Promise<readonly string[]> {
    const { status, body } = await ask(host.address, `pr-${pullRequest}.${domain}`, "/api/notes");
    assert.equal(status, 200, body);
    return (JSON.parse(body) as { title: string }[]).map(({ title }) => title).sort();
  }

  function sql(
    container: string,
    user: string,
    statement: string,
    database = user,
  ): Promise<readonly string[]> {
    const psql = ["psql", "--username", user, "--dbname", database, "--no-align", "--tuples-only"];
    return host.docker("exec", container, ...psql, "--command", statement);
  }

  sampled("are written once by a command of the application, and again after a reset (002-133)", async () => {
    const seed = { kind: "seed", service: "api", command: ["python", "-m", "notes.seed"] };
    const seeded = ["A long one", "A shopping list", "Welcome"];
    await open(12, seed);
    assert.deepEqual(await notesOf(12), seeded);
    await sql("notes-pr-12-postgres", "notes_pr_12", mine);
    const files = "notes-pr-12-object-storage";
    await host.docker("exec", files, "sh", "-c", "echo mine >/data/notes-pr-12-files/mine");

    const next = await released.publishOther("api");
    settings = { ...settings, commit: next };
    released.write("preview", { ...settings, data: seed });
    await push(12);
    assert.deepEqual(await notesOf(12), ["mine"]);

    const [reset = assert.fail("no command")] = commandsOf("previews.md").filter((line) =>
      line.includes("reset"),
    );
    for (let time = 0; time < 2; time++) {
      await run(`${reset.replace("npx towpath ", "")} --yes`);
      assert.deepEqual(await notesOf(12), seeded);
      assert.deepEqual(await host.docker("exec", files, "ls", "/data/notes-pr-12-files"), []);
    }
  });

  it("are a masked clone of staging's that no other preview can read, and are gone with it (002-714)", async () => {
    const before = await databases();
    await releaseStaging();
    await released.sql("staging", "INSERT INTO notes (title, body) VALUES ('Ann', 'a diary'), ('Bob', '')");
    released.project.source.write("mask.sql", "UPDATE notes SET body = ''");
    const { code, stderr } = await released.run(refresh);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^towpath:template\.mask: expected no value of staging in columns with personal data, got notes\.title with 2 of 2 rows; give them others in mask\.sql; the copy was dropped, and the template is as it was before$/m,
    );
    assert.doesNotMatch(stderr, /Ann|Bob/);
    assert.deepEqual(await databases(), before);

    await refreshTemplate();
    for (const number of [13, 14]) await open(number, { kind: "template" });
    assert.deepEqual(await notesOf(13), ["Note 1", "Note 2"]);
    // As a preview sees it, with its own password.
    assert.deepEqual(await connecting(13), {
      host: "notes-pr-13-clone",
      notes_pr_13: "ok",
      notes_pr_14: "refused",
      postgres: "refused",
      towpath_template: "refused",
    });

    for (const number of [13, 14]) await sql(template, "notes_host_previews", mine, `notes_pr_${number}`);
    await run("preview reset 13 --yes");
    assert.deepEqual(await notesOf(13), ["Note 1", "Note 2"]);
    assert.deepEqual(await notesOf(14), ["mine"]);

    await run("pulumi destroy --stack pr-13 --yes --skip-preview");
    assert.deepEqual(await databases(), ["notes_pr_14", "towpath_template"]);
    assert.deepEqual(await notesOf(14), ["mine"]);
    assert.deepEqual(await host.docker("network", "ls", "--quiet", "--filter", "name=^notes-pr-13$"), []);
  });

  it("are what a pull request's migrations are measured on, and the release that runs (002-646)", async () => {
    const before = await databases();
    if (!before.includes("towpath_template")) {
      await releaseStaging();
      await refreshTemplate();
    }
    released.write("preview", { ...settings, data: { kind: "template" } });
    const up = "CREATE INDEX titles ON notes (title)";
    const commit = await released.publish({ api: addedMigration({ revision: "0005", after: "0004", up }) });
    const { code, stdout, stderr } = await released.run([
      ...["migrations", "--stack", "staging", "--commit", commit, "--json"],
    ]);
    assert.equal(code, 0, stdout + stderr);
    const { facts } = JSON.parse(stdout) as Migrations;
    assert.equal(facts.on?.kind, "template", JSON.stringify(facts.on));
    const index = facts.statements.find(({ statement }) => statement === up);
    assert.deepEqual(
      index?.measured?.locks.map(({ relation, mode }) => `${relation} ${mode}`),
      ["notes SHARE"],
    );
    assert.equal(facts.oldRelease?.lives, true, facts.untried);
    assert.deepEqual(await databases(), before.includes("towpath_template") ? before : ["towpath_template"]);
    const [networks = ""] = await host.docker(
      "inspect",
      "--format",
      "{{json .NetworkSettings.Networks}}",
      template,
    );
    assert.doesNotMatch(networks, /trial/);
  });

  async function releaseStaging(): Promise<void> {
    released.configure("staging", { gateway: "host-previews", commit: settings.commit });
    await released.release("staging");
  }

  function refreshTemplate(): Promise<void> {
    released.project.source.write("mask.sql", "UPDATE notes SET body = '', title = 'Note ' || id");
    return run(refresh.join(" "));
  }

  /** The databases and roles on the template's server, without its own. */
  async function databases(): Promise<readonly string[]> {
    const names = "SELECT datname FROM pg_database UNION SELECT rolname FROM pg_roles WHERE rolcanlogin";
    const found = await sql(template, "notes_host_previews", `${names} ORDER BY 1`);
    return found.filter((name) => /^(?:notes_pr|towpath)/.test(name));
  }

  /** What a preview's role can connect to, from inside its own copy. */
  async function connecting(pullRequest: number): Promise<unknown> {
    const labels = [`namespace=notes-pr-${pullRequest}`, "part=api"];
    const filters = labels.flatMap((label) => ["--filter", `label=towpath.${label}`]);
    const [api = assert.fail("no api")] = await host.docker("ps", "--quiet", ...filters);
    const [answer = ""] = await host.docker("exec", api, "python", "-c", tryAll);
    return JSON.parse(answer);
  }
});
