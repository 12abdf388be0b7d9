/** The course of a run of `ci`. That the program writes such reports, and that checks run, is proved in test/e2e/ci. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ApplicationDescription } from "../../../../components/application/description.ts";
import { ci, type CiRequest } from "../../../../cli/commands/ci.ts";
import { lockNamespace } from "../../../../cli/ci/namespace-lock.ts";
import { merged } from "../../assert-refused.ts";
import { PlayedRegistry } from "../../image/played-registry.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

const checks = ["api-lint", "api-tests", "web-types", "web-tests", "migrations"];
// The lock of a namespace is one of the whole machine.
const namespace = `unit-ci-${process.pid}`;
const reports = `reports/${namespace}`;
const init = "pulumi stack init ci --no-select --non-interactive --color never";
const up =
  "pulumi up --stack ci --yes --skip-preview --non-interactive --color never --json --continue-on-error";
const whole: CiRequest = { keep: false, publish: false };
const removing = ["removing everything …", "removing everything done"];

describe("the command ci", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;
  const progress = recordedProgress();

  beforeEach(() => {
    machine = new FakeMachine();
    machine.write("package.json", JSON.stringify({ ...readPackage(), version: "1.2.3" }));
    configure();
    for (const name of ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"]) Reflect.deleteProperty(process.env, name);
    passing(...checks);
    progress.lines.length = 0;
  });
  afterEach(() => {
    machine.remove();
  });

  function readPackage(): object {
    return JSON.parse(readFileSync(join(machine.root, "package.json"), "utf8")) as object;
  }
  /** The settings of the stack. */
  function configure(more: Readonly<Record<string, unknown>> = {}): void {
    const settings = { "towpath:namespace": namespace, ...more };
    machine.write("Pulumi.ci.yaml", JSON.stringify({ config: settings }));
  }
  /** Plays a program that notes its input, and in which these checks pass. */
  function passing(...names: string[]): void {
    const results = names.map((name) => [name, { outcome: "passed", seconds: 1.5 }] as const);
    program(Object.fromEntries(results));
  }
  function program(results: Readonly<Record<string, object>>, more = ""): void {
    const writes = Object.entries(results).map(
      ([name, result]) =>
        `mkdir -p ${reports}/${name}; echo '${JSON.stringify(result)}' > ${reports}/${name}/result.json`,
    );
    machine.pulumiDoes("up", ['printf %s "$TOWPATH_CI_RUN" > told', ...writes, more].join("\n"));
  }
  const told = (): unknown => JSON.parse(readFileSync(join(machine.root, "told"), "utf8"));
  const report = (file: string): string => readFileSync(join(machine.root, reports, file), "utf8");
  const check = (request: Partial<CiRequest> = {}) => ci(progress, { ...whole, ...request }, machine.project);

  it("runs every check, reports, and leaves nothing behind", async () => {
    program(
      Object.fromEntries(checks.map((name) => [name, { outcome: "passed", seconds: 1.5, coverage: 95 }])),
      `echo 'CREATE TABLE x;' > ${reports}/migrations/migrations.sql`,
    );
    machine.write(`${reports}/of-an-earlier-run`, "");
    const found = await check();
    assert.ok(found.seconds >= 0);
    assert.deepEqual(
      { ...found, seconds: 0 },
      {
        ...{
          namespace,
          passed: true,
          problems: [],
          sql: "CREATE TABLE x;\n",
          published: [],
          reports,
          seconds: 0,
        },
        checks: checks.map((name) => ({ name, outcome: "passed", seconds: 1.5, coverage: 95 })),
      },
    );
    assert.deepEqual(machine.calls, [init, up]);
    assert.deepEqual(told(), { reports });
    assert.deepEqual(
      readdirSync(join(machine.root, reports)).sort(),
      [...checks, "junit.xml", "summary.md"].sort(),
    );
    assert.match(report("summary.md"), new RegExp(`^## ✅ ci of \`${namespace}\` in `));
    assert.match(
      report("junit.xml"),
      new RegExp(`<testsuite name="${namespace}" tests="5" failures="0" errors="0"`),
    );
    assert.deepEqual(progress.lines.slice(-2), removing);
    assert.equal(existsSync(join(machine.root, ".towpath/namespaces", namespace, "ci.lock")), false);
  });

  it("runs one check, and requires no other", async () => {
    passing("api-lint");
    const found = await check({ only: "api-lint" });
    assert.deepEqual(found.checks, [{ name: "api-lint", outcome: "passed", seconds: 1.5 }]);
    assert.equal(found.passed, true);
    assert.deepEqual(told(), { reports, only: "api-lint" });
    await assert.rejects(check({ only: "api-lnt" }), {
      name: "InputError",
      message: '--only: the application has no such check, got "api-lnt"; did you mean "api-lint"',
    });
  });

  it("fails with a check, and reports it to GitHub", async () => {
    const problem = "api-lint: expected exit code 0, got 1";
    const passed = { outcome: "passed", seconds: 1 };
    program({ "api-lint": { outcome: "failed", seconds: 2, problem, log: "E501" }, "web-types": passed });
    machine.pulumi("up", [], 255);
    process.env.GITHUB_ACTIONS = "true";
    process.env.GITHUB_STEP_SUMMARY = join(machine.root, "page.md");
    machine.write("page.md", "before\n");
    const found = await check({ publish: false });
    assert.equal(found.passed, false);
    assert.deepEqual(found.problems, []);
    assert.deepEqual(
      found.checks.map(({ name, outcome }) => `${name} ${outcome}`),
      ["api-lint failed", "api-tests skipped", "web-types passed", "web-tests skipped", "migrations skipped"],
    );
    const page = readFileSync(join(machine.root, "page.md"), "utf8");
    assert.equal(page, `before\n${report("summary.md")}`);
    const annotation = progress.lines.find((line) => line.startsWith("::error"));
    assert.ok(annotation?.includes(problem), annotation);
  });

  it("fails with errors outside the checks", async () => {
    machine.pulumi(
      "up",
      [{ diagnosticEvent: { severity: "error", message: "the image does not build" } }],
      255,
    );
    const found = await check();
    assert.deepEqual([found.passed, found.problems], [false, ["the image does not build"]]);
    assert.match(report("junit.xml"), /errors="1"/);
  });

  it("first removes what an earlier run left, and reports that", async () => {
    machine.docker("ps", "left-over\n");
    machine.docker("network", "net\n");
    await check();
    const clearing = ["docker rm --force --volumes left-over", "docker network rm net"];
    assert.deepEqual(machine.calls, [...clearing, init, up, ...clearing]);
    assert.ok(progress.lines.includes("removed what was left: containers left-over; networks net"));
  });

  it("makes nothing on an engine whose disk is full", async () => {
    machine.diskWith(1000);
    await assert.rejects(check(), {
      name: "Problem",
      message:
        "docker: 1 GiB have to be free in /var/lib/docker, got 0 MiB; see there what takes the space with docker system df, remove old images with docker image prune --all, or add space",
    });
    assert.deepEqual(machine.calls, []);
  });

  it("leaves everything up on request, and shows how to look into it", async () => {
    const { kept } = await check({ keep: true });
    const role = namespace.replaceAll("-", "_");
    assert.deepEqual(kept, [
      `kept: docker ps --all --filter label=towpath.namespace=${namespace}`,
      `databases: docker exec -it ${namespace}-postgres psql --username ${role} --list`,
      "remove: npm run pulumi -- destroy --stack ci --yes, or the next npm run ci, which removes it first",
    ]);
    assert.deepEqual(
      progress.lines.filter((line) => line.startsWith("removing")),
      [],
    );
  });

  it("removes everything even when the stack cannot be made", async () => {
    machine.pulumi("stack", [], 255, "error: no space left\n");
    machine.docker("ps", "left-over\n");
    await assert.rejects(check(), { name: "Problem" });
    assert.deepEqual(progress.lines.slice(-2), removing);
    assert.equal(machine.calls.at(-1), "docker rm --force --volumes left-over");
  });

  it("is kept out by another run in the namespace", async () => {
    const lock = lockNamespace(machine.project, namespace, progress);
    try {
      await assert.rejects(check(), {
        name: "Problem",
        message: new RegExp(`^ci: another run of ${namespace} is at work, got process ${process.pid} `),
      });
    } finally {
      lock.release();
    }
  });

  describe("when it publishes", () => {
    let registry: PlayedRegistry;
    const digest = `sha256:${"a".repeat(64)}`;

    /** Plays git's answers by its first argument; the working tree is clean. */
    const git = (answers: Readonly<Record<string, string>>): void => {
      const lines = Object.entries(answers).map(([name, answer]) => `[ "$3" = ${name} ] && echo ${answer}`);
      machine.program(join(machine.root, "bin", "git"), [...lines, "exit 0"].join("\n"));
    };

    beforeEach(async () => {
      registry = await PlayedRegistry.start();
      process.env.BRANCH_NAME = "main";
      git({ "rev-parse": "abc123", "symbolic-ref": "origin/main" });
      configure({ "towpath:registries": [{ address: registry.address, repository: "owner/notes" }] });
      machine.docker("push", `digest: ${digest}`);
      machine.docker("image", "null");
    });
    afterEach(() => registry.stop());

    it("pushes the images that passed, built with what is known of their source", async () => {
      const { published } = await check({ publish: true });
      const repository = `${registry.address}/owner/notes`;
      assert.deepEqual(
        published.map(({ reference }) => reference),
        ["api", "web"].map((image) => `${repository}/${image}@${digest}`),
      );
      const { tags = [] } = published[0] ?? {};
      assert.deepEqual([tags[0], ...tags.slice(2)], ["abc123", "latest", "1.2.3"]);
      const { facts } = told() as { facts: Record<string, string> };
      const { BUILD_TIME: time = "", ...others } = facts;
      assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.deepEqual(others, { BUILD_VERSION: "1.2.3", BUILD_COMMIT: "abc123", BUILD_BRANCH: "main" });
      assert.ok(machine.calls.includes(`docker push ${repository}/web:abc123`));
      const described = machine.calls.filter((call) => call.endsWith("-web:described"));
      assert.deepEqual(
        described.map((call) => call.split(" ").slice(0, 3).join(" ")),
        ["docker image rm"],
      );
    });

    it("pushes a ready-made image as it is", async () => {
      const described = merged(machine.project.application, {
        images: { cache: { from: "redis:7" } },
        services: { cache: { image: "cache" } },
      }) as ApplicationDescription;
      const project = { ...machine.project, application: described };
      const { published } = await ci(progress, { keep: true, publish: true }, project);
      const repository = `${registry.address}/owner/notes/cache`;
      assert.equal(published.at(-1)?.reference, `${repository}@${digest}`);
      const calls = machine.calls.filter((call) => call.includes(`${namespace}-cache`));
      assert.ok(
        calls.includes(`docker tag ${namespace}-cache:latest ${repository}:abc123`),
        calls.join("\n"),
      );
      // Its name on the engine stays when everything is kept.
      assert.deepEqual(
        calls.filter((call) => !call.startsWith("docker tag ") && !call.includes("image ls")),
        [],
      );
    });

    it("writes them into a file instead, for others to publish", async () => {
      const { published } = await check({ publish: false, save: "images.tar" });
      assert.deepEqual(published, []);
      const saved = ["towpath-saved/api:abc123", "towpath-saved/web:abc123"].join(" ");
      const calls = machine.calls.filter((call) => call.includes("towpath-saved"));
      assert.deepEqual(calls.slice(-2), [
        `docker save --output images.tar ${saved}`,
        `docker image rm ${saved}`,
      ]);
      assert.ok(!machine.calls.some((call) => call.startsWith("docker push")));
    });

    it("is refused without a commit, by which a release is found, before anything is made", async () => {
      machine.program(join(machine.root, "bin", "git"), "exit 128");
      await assert.rejects(check({ publish: true }), {
        name: "Problem",
        message:
          "--publish: expected a commit to publish the images under, got none in git; commit first, in a git repository",
      });
      assert.deepEqual(
        machine.calls.filter((call) => call.startsWith("pulumi up")),
        [],
      );
    });

    it("pushes nothing when a check failed", async () => {
      passing("api-lint");
      const found = await check({ publish: true });
      assert.deepEqual([found.passed, found.published], [false, []]);
      assert.deepEqual(
        machine.calls.filter((call) => call.startsWith("docker push")),
        [],
      );
    });

    it("is refused without a registry before anything is made", async () => {
      configure();
      await assert.rejects(check({ publish: true }), { name: "Problem", message: /^--publish: / });
      assert.deepEqual(machine.calls, []);
    });
  });

  describe("on the servers of the local environment", () => {
    const servers = [
      "1\tnotes-local-postgres\trunning\tUp\tpostgres\t\t",
      "2\tnotes-local-object-storage\trunning\tUp\tobject-storage\t\t",
    ].join("\n");

    beforeEach(() => {
      configure({ "towpath:reuse": "local" });
      // Asked for names, it has none: nothing is left of an earlier run.
      machine.program(
        join(machine.root, "bin", "docker"),
        [
          `echo "docker $*" >> "${machine.root}/calls"`,
          `case "$*" in version*) echo 24.0.0 1.43;; context*) echo unix:///var/run/docker.sock;;`,
          `*namespace=notes-local\\ *) cat "${machine.root}/servers";; esac`,
        ].join("\n"),
      );
      machine.write("servers", `${servers}\n`);
    });

    it("registers as their user, and drops its data before and after", async () => {
      const { passed } = await check();
      assert.equal(passed, true);
      assert.deepEqual(told(), { reports, reused: "notes-local" });
      const drop = [
        "docker exec --interactive notes-local-postgres psql",
        "docker exec notes-local-object-storage rm -rf",
      ];
      assert.deepEqual(
        machine.calls.map((call) => call.split(" ").slice(0, 5).join(" ")),
        [
          "docker exec notes-local-postgres pg_isready --quiet",
          "docker exec notes-local-object-storage wget -q",
          ...drop,
          "pulumi stack init ci --no-select",
          "pulumi up --stack ci --yes",
          ...drop,
        ],
      );
      assert.deepEqual(readdirSync(join(machine.root, ".towpath/namespaces/notes-local/users")), []);
    });

    it("uses no servers for a check that needs none, and shows where the databases of a kept run are", async () => {
      passing("api-lint");
      await check({ only: "api-lint" });
      assert.deepEqual(told(), { reports, only: "api-lint" });
      passing(...checks);
      const { kept } = await check({ keep: true });
      assert.equal(
        kept?.[1],
        "databases: docker exec -it notes-local-postgres psql --username notes_local --list",
      );
    });
  });
});
