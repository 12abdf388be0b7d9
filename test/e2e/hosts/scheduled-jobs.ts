import assert from "node:assert/strict";
import type { JobList } from "../../../cli/commands/job-list.ts";
import { commandsOf } from "../../support/docs.ts";
import type { ReleasedProject } from "../../support/hosts/released-project.ts";
import { until } from "../../support/until.ts";

const program = "notes-staging-scheduled-jobs";

/** Writes that it began, waits until a note says "go", and writes that it ended, each with its release. */
const slow = `
import os, time
from sqlalchemy import text
from notes.database import connect
from notes.settings import read_database_url

engine = connect(read_database_url(os.environ), "slow")
def note(title):
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO notes (title) VALUES (:title)"), {"title": title + os.environ["TOWPATH_RELEASE"]})
def may_end():
    with engine.begin() as connection:
        return connection.execute(text("SELECT count(*) FROM notes WHERE title = 'go'")).scalar()
note("began ")
while not may_end():
    time.sleep(0.2)
note("ended ")
`;

const jobs = {
  slow: { service: "api", command: ["python", "-c", slow], schedule: "* * * * *", timeoutSeconds: 600 },
  endless: { service: "api", command: ["sleep", "600"], schedule: "* * * * *", timeoutSeconds: 900 },
  broken: {
    service: "api",
    command: ["sh", "-c", "cat /run/secrets/DATABASE_URL; echo; echo it is full; exit 3"],
    schedule: "* * * * *",
    timeoutSeconds: 60,
  },
};

/** The tests of staging's jobs by their schedules, which has released something. */
export function scheduledJobs(released: () => ReleasedProject): void {
  const host = () => released().host("staging");
  const titles = (): Promise<string> => released().sql("staging", "SELECT title FROM notes");

  async function listed(): Promise<JobList> {
    const [command = ""] = commandsOf("jobs.md").filter((one) => one.includes(" job list --"));
    const words = command.replace("npx towpath ", "").replace("production", "staging").split(" ");
    const { code, stdout, stderr } = await released().run([...words, "--json"]);
    assert.equal(code, 0, stdout + stderr);
    return JSON.parse(stdout) as JobList;
  }

  it("is worked on by jobs at the times of their schedules, which a release does not cut off (000-88c)", async () => {
    const { source } = released().project;
    const described = source.read("application.ts");
    source.write("application.ts", described.replace("  jobs: {", `  jobs: { ...${JSON.stringify(jobs)},`));
    await released().sql("staging", "TRUNCATE notes CASCADE");
    await released().release("staging");
    const { id } = await released().record("staging");

    const began = await until("a run by the schedule", 100, async () => {
      const found = /^began .*$/m.exec(await titles());
      return found?.[0];
    });
    const [secret = ""] = await host().docker(
      "exec",
      program.replace("scheduled-jobs", "job-slow"),
      "cat",
      "/run/secrets/DATABASE_URL",
    );
    const password = new URL(secret).password;
    assert.ok(password.length > 10);
    const inspected = await host().docker("inspect", program, "notes-staging-job-slow");
    assert.ok(!inspected.join("\n").includes(password));

    released().configure("staging", { commit: await released().publish({ api: ["ENV JOBS=1"] }) });
    await released().release("staging");
    assert.notEqual((await released().record("staging")).id, id);
    await released().sql("staging", "INSERT INTO notes (title) VALUES ('go')");
    await until("the end of what the release before began", 60, async () =>
      (await titles()).includes(began.replace("began", "ended")) ? true : undefined,
    );

    const { jobs: states, concerns } = await until("what is told of it", 100, async () => {
      const list = await listed();
      return list.jobs.find(({ job }) => job === "slow")?.runs.some(({ result }) => result === "succeeded")
        ? list
        : undefined;
    });
    const broken = states.find(({ job }) => job === "broken")?.runs[0] ?? assert.fail("broken did not run");
    assert.deepEqual(
      [broken.result, broken.exitCode, broken.problem, broken.log],
      ["failed", 3, "ended with exit code 3", ["***", "it is full"]],
    );
    const words =
      /jobs\.broken: the run of \S+ \S+ UTC failed, got "ended with exit code 3"; npx towpath job list --stack staging shows its last runs/;
    assert.match(concerns.join("\n"), words);
    const status = await released().run(["status", "--stack", "staging"]);
    assert.match(status.stdout + status.stderr, words);
    const plan = await released().run(["pulumi", "preview", "--stack", "staging"]);
    assert.match(plan.stdout + plan.stderr, words);

    // Whatever of them goes on is ended with what runs them.
    const endless = ["ps", "--quiet", "--filter", "name=notes-staging-job-endless"];
    assert.equal((await host().docker(...endless)).length, 1);
    source.write("application.ts", described);
    await released().release("staging");
    const left = [
      "ps",
      "--all",
      "--format",
      "{{.Names}}",
      "--filter",
      "label=towpath.namespace=notes-staging",
    ];
    const names = (await host().docker(...left)).filter((name) => /-job-|scheduled-jobs/.test(name));
    assert.deepEqual(names, []);
    assert.ok(!(await host().docker("volume", "ls", "--quiet")).includes(program));
  });
}
