/** Jobs that run once for a release; that they do is proved in test/e2e. */
import { byName, deployed, type Registration } from "./engine.ts";
import assert from "node:assert/strict";
import type { ApplicationDescription, JobDescription } from "../../../components/application/description.ts";
import { notes } from "../application/notes.ts";
import { merged } from "../assert-refused.ts";
import { Hidden, shown } from "./hidden.ts";
import { localProgram } from "./local.ts";
import { orderOf } from "./order.ts";
import { earlier, planOf, released } from "./released.ts";

const command = ["python", "-m", "notes.warm"];
const warm: JobDescription = { service: "api", command, runs: "before-release", timeoutSeconds: 60 };
const jobs = {
  warm,
  fill: { ...warm, command: ["fill"] },
  purge: { ...warm, runs: "after-release" },
} satisfies Record<string, JobDescription>;

/** The step of a job, or of what notes those that are due. */
function stepOf(registrations: readonly Registration[], part: string) {
  const { inputs } = byName(registrations)[`notes-staging-release-${part}`] ?? assert.fail(part);
  const stdin = inputs.stdin instanceof Hidden ? inputs.stdin.value : inputs.stdin;
  return {
    program: /\S+$/.exec(String(inputs.create))?.[0],
    triggers: inputs.triggers,
    input: shown(stdin) as Record<string, unknown>,
  };
}

/** Which of them run, and for which release. */
async function due(asked: Parameters<typeof released>[0]): Promise<Record<string, unknown>> {
  const { registrations } = await released({ described: { jobs }, ...asked });
  return Object.fromEntries(
    ["job-warm-run", "job-purge-run", "jobs-due-note"].map((part) => {
      const { program, triggers } = stepOf(registrations, part);
      return [part, [program, triggers]];
    }),
  );
}

const [a, b] = [earlier("a").id, "b".repeat(12)];

describe("jobs of a release", function () {
  this.timeout(60_000);

  it("run as their service does, between the migration and the first copy, and after the switch", async () => {
    const { registrations } = await released({ described: { jobs } });
    const { program, triggers, input } = stepOf(registrations, "job-warm-run");
    assert.deepEqual([program, triggers], ["release-job", [b, "warm"]]);
    const { environment, variables, files, image, ...rest } = input;
    assert.ok(Object.keys(files as object).includes("DATABASE_URL"));
    assert.deepEqual([typeof environment, typeof variables, typeof image], ["object", "object", "string"]);
    assert.deepEqual(rest, {
      ...{ job: "warm", again: "npm run pulumi -- up --stack staging", runs: "before-release", command },
      ...{ capabilities: [], network: "notes-staging", timeoutSeconds: 60 },
      labels: {
        ...{ "towpath.project": "notes", "towpath.environment": "staging" },
        ...{ "towpath.namespace": "notes-staging", "towpath.part": "job-warm" },
      },
      limits: { memory: 536870912, pids: 256, remedy: "raise towpath:limits.memory" },
    });
    const order = orderOf(registrations);
    const waits = (name: string): string[] => order[`notes-staging${name}`] ?? assert.fail(name);
    assert.ok(waits("-release-job-warm-run").includes("notes-staging-release-migration-run"));
    assert.deepEqual(waits("-release-job-fill-run"), ["notes-staging-release-job-warm-run"]);
    assert.ok(waits("-api").includes("notes-staging-release-job-fill-run"));
    assert.deepEqual(waits("-release-jobs-due-note"), ["notes-staging-release-route-switch"]);
    assert.deepEqual(waits("-release-job-purge-run"), ["notes-staging-release-jobs-due-note"]);
  });

  it("are of the release, and not run by one that comes back", async () => {
    const ran = (program: string | undefined, id: string) => ({
      "job-warm-run": [program, [id, "warm"]],
      "job-purge-run": [program, [id, "purge"]],
      "jobs-due-note": ["true", [id, "purge"]],
    });
    assert.deepEqual(await due({ plan: planOf("b", earlier("a")) }), ran("release-job", b));
    const back = { ...planOf("b", earlier("a")), rollback: true };
    assert.deepEqual(await due({ plan: back }), ran("true", b));
  });

  it("run before a canary, and after it once it is for all", async () => {
    const plan = planOf("b", earlier("a"));
    assert.deepEqual(await due({ plan, settings: { canary: { weight: 10 } } }), {
      "job-warm-run": ["release-job", [b, "warm"]],
      "job-purge-run": ["true", [a, "purge"]],
      "jobs-due-note": ["true", [a, "purge"]],
    });
    const dropped = await due({ plan, settings: { canary: { weight: 0 } } });
    assert.deepEqual(dropped["job-warm-run"], ["true", [b, "warm"]]);
    const { registrations } = await released({
      ...{ described: { jobs }, plan, settings: { canary: { weight: 10 } } },
    });
    assert.equal(
      stepOf(registrations, "job-warm-run").input.image,
      byName(registrations)["notes-staging-api-canary"]?.inputs.image,
    );
  });

  it("share the volumes and the process of their service", async () => {
    const { registrations } = await released({
      described: {
        ...{ jobs, volumes: ["static"] },
        services: { api: { volumes: { static: "/app/static" }, user: "10001", workingDir: "/app" } },
      },
    });
    const { volumes, user, workingFolder } = stepOf(registrations, "job-warm-run").input;
    assert.deepEqual(
      { volumes, user, workingFolder },
      {
        volumes: { "notes-staging-volume-static": "/app/static" },
        ...{ user: "10001", workingFolder: "/app" },
      },
    );
  });

  it("run in local for each set of images, without limits", async () => {
    const described = merged(notes, { jobs }) as ApplicationDescription;
    const { registrations } = await deployed(localProgram(described), {
      configuration: { "towpath:namespace": "notes-local" },
    });
    const { inputs } = byName(registrations)["notes-local-release-job-warm-run"] ?? assert.fail("no job");
    const [id, job] = inputs.triggers as string[];
    assert.match(id ?? "", /^[0-9a-f]{12}$/);
    assert.equal(job, "warm");
    const { again, limits, capabilities } = shown((inputs.stdin as Hidden).value) as Record<string, unknown>;
    assert.deepEqual([again, limits, capabilities], ["npm start", undefined, undefined]);
  });

  it("make nothing where there are none", async () => {
    const { registrations } = await released({ described: { jobs: { asked: { service: "api", command } } } });
    assert.ok(!registrations.some(({ name }) => name.includes("job")));
  });
});
