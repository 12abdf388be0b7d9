import assert from "node:assert/strict";
import { stringify } from "yaml";
import { commandsOf } from "../../support/docs.ts";
import { ask } from "../../support/hosts/ask.ts";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { handBack, takeHost, type TestHost } from "../../support/hosts/test-host.ts";

const domain = "preview.example.test";

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
    write("host-previews", { host: host.settings(), imageMirror });
    await run(
      "pulumi stack init --stack host-previews",
      "pulumi up --stack host-previews --yes --skip-preview",
    );
  });
  after(async () => {
    await released.remove();
    await handBack(host);
  });

  function write(stack: string, settings: Readonly<Record<string, unknown>>): void {
    const config = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`towpath:${key}`, value]),
    );
    released.project.source.write(`Pulumi.${stack}.yaml`, stringify({ config }));
  }

  /** Runs commands as people type them after `npx towpath`. */
  async function run(...commands: readonly string[]): Promise<void> {
    for (const command of commands) {
      const { code, stdout, stderr } = await released.run(command.split(" "));
      assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
    }
  }

  /** Opens a preview with that data. */
  async function open(pullRequest: number, data: Readonly<Record<string, unknown>>): Promise<void> {
    write("preview", { ...settings, data });
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

  function sql(container: string, database: string, statement: string): Promise<readonly string[]> {
    const psql = ["psql", "--username", database, "--no-align", "--tuples-only", "--command", statement];
    return host.docker("exec", container, ...psql);
  }

  it("are written once by a command of the application, and again after a reset (002-133)", async () => {
    const seed = { kind: "seed", service: "api", command: ["python", "-m", "notes.seed"] };
    const seeded = ["A long one", "A shopping list", "Welcome"];
    await open(12, seed);
    assert.deepEqual(await notesOf(12), seeded);
    await open(13, seed);
    const own = "DELETE FROM notes; INSERT INTO notes (title) VALUES ('mine')";
    for (const name of ["12", "13"]) await sql(`notes-pr-${name}-postgres`, `notes_pr_${name}`, own);
    const files = "notes-pr-12-object-storage";
    await host.docker("exec", files, "sh", "-c", "echo mine >/data/notes-pr-12-files/mine");

    const next = await released.publishOther("api");
    settings = { ...settings, commit: next };
    write("preview", { ...settings, data: seed });
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
    assert.deepEqual(await notesOf(13), ["mine"]);
  });
});
