/** A job from the command line. That it runs like a copy of its service is proved in test/e2e. */
import assert from "node:assert/strict";
import { jobInWords, runJob, type JobRun } from "../../../../cli/commands/job.ts";
import type { ApplicationDescription } from "../../../../components/application/description.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

describe("towpath job run", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  const progress = recordedProgress();
  const described = { service: "api", command: ["python", "-m", "notes.seed"] };
  let machine: FakeMachine;
  let host: PlayedHost;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    machine.write("setup/bootstrap.mjs", "");
    host = await PlayedHost.start(machine, {
      variables: { api: { SMTP_HOST: "mail", NAME: "${namespace}" } },
    });
    machine.docker("ps", copies("api"));
    machine.step(`console.log('{"log":"  | 3 notes","seconds":1.5}');`);
    progress.lines.length = 0;
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    machine.remove();
  });

  function copies(part: string): string {
    return `1\tnotes-${part}-1a\trunning\tUp 2 minutes (healthy)\t${part}\tr1\t`;
  }
  function running(stack: string, job = "seed", jobs: ApplicationDescription["jobs"] = { seed: described }) {
    const { application } = machine.project;
    return runJob({ job, stack }, progress, { ...machine.project, application: { ...application, jobs } });
  }

  it("runs the program on the host, like the copy of the service that runs there", async () => {
    const done = await running("staging");
    const file = ".towpath/logs/job-seed.log";
    assert.deepEqual(done, {
      ...{ stack: "staging", job: "seed", command: described.command, file },
      ...{ log: "  | 3 notes", seconds: 1.5 },
    } satisfies JobRun);
    assert.deepEqual(machine.stepTold, {
      program: "run-job",
      host: ".towpath/ssh/notes-staging/app1",
      input: {
        job: "seed",
        like: "notes-api-1a",
        name: "notes-staging-job-seed",
        command: described.command,
        timeoutSeconds: 600,
        labels: {
          "towpath.project": "notes",
          "towpath.environment": "staging",
          "towpath.namespace": "notes-staging",
          "towpath.part": "job-seed",
        },
        plainVariables: ["SMTP_HOST"],
        logFile: file,
      },
    });
    assert.equal(
      jobInWords(done),
      '  | 3 notes\nstaging: seed ("python -m notes.seed") ended well in 1.5 s; all that it printed is in .towpath/logs/job-seed.log',
    );
  });

  it("runs it on this machine's engine for the local environment", async () => {
    await running("local");
    const { host: of, input } = machine.stepTold as { host?: string; input: { name: string } };
    assert.equal(of, undefined);
    assert.equal(input.name, "notes-local-job-seed");
  });

  it("fails with the program's message", async () => {
    machine.step(`console.log("jobs.seed: it is full"); process.exitCode = 1;`);
    await assert.rejects(running("staging"), { name: "Problem", message: "jobs.seed: it is full" });
  });

  it("refuses a job that nobody describes", async () => {
    await assert.rejects(running("staging", "sed"), {
      name: "Problem",
      message: 'job: no such job of notes, got "sed"; did you mean "seed"',
    });
    await assert.rejects(running("staging", "seed", {}), {
      name: "Problem",
      message: 'job: no such job of notes, got "seed"; describe it in application.ts, under jobs',
    });
    assert.equal(machine.stepTold, undefined);
  });

  it("refuses a job that is for other environments", async () => {
    const only: ("local" | "production")[] = ["local", "production"];
    await assert.rejects(running("staging", "seed", { seed: { ...described, only } }), {
      name: "Problem",
      message:
        'jobs.seed.only: the job is not for staging, got ["local","production"]; add staging there, or run it elsewhere',
    });
  });

  it("refuses where no copy of the service runs, with what brings one up", async () => {
    machine.docker("ps", copies("web"));
    const message = (namespace: string, fix: string): string =>
      `jobs.seed.service: a copy of api has to run in ${namespace}, got none that does; ${fix}`;
    await assert.rejects(running("staging"), {
      message: message("notes-staging", "release it with npm run pulumi -- up --stack staging"),
    });
    await assert.rejects(running("local"), { message: message("notes-local", 'start it with "npm start"') });
    assert.equal(machine.stepTold, undefined);
  });

  it("tells how to wake a preview that is asleep", async () => {
    const preview = await PlayedHost.ofPreview(machine, "notes-pr-12");
    machine.docker("ps", copies("api").replace("running", "exited"));
    try {
      await assert.rejects(running("pr-12"), {
        message:
          "jobs.seed.service: a copy of api has to run in notes-pr-12, got none that does; open its address, which wakes it, and run the job again",
      });
    } finally {
      await preview.stop();
    }
  });
});
