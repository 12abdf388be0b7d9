/** Smoke checks from the command line. That they ask what users get is proved in test/unit/steps and test/e2e. */
import assert from "node:assert/strict";
import { allPassed, askSmoke, smokeInWords, type Smoked } from "../../../../cli/commands/smoke.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

describe("towpath smoke", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  const progress = recordedProgress();
  const url = "https://staging.example.com";
  const health = { path: "/api/health", status: 200, headers: { host: "staging.example.com" } };
  const command = {
    ...{
      command: ["true"],
      like: "api-1",
      name: "notes-staging-smoke-release",
      plainVariables: [],
      timeoutSeconds: 60,
    },
    labels: { "towpath.part": "smoke", "towpath.one-off": "notes-staging-smoke-release" },
  };
  const listed = {
    limitSeconds: 360,
    secrets: { SMOKE_PASSWORD: "api-1" },
    visitors: [{ host: "staging.example.com" }],
    afterwards: [{ path: "/api/login", status: 200, form: { password: "${secret.SMOKE_PASSWORD}" } }],
  };
  const switched = {
    site: { gateway: "notes-staging-gateway", name: "notes-staging" },
    ...{ port: 443, secure: { domain: "staging.example.com", certificates: "automatic" } },
    ...{ copies: ["api-1"], smoke: [{ ...health, target: {} }], checks: [health] },
  };
  let machine: FakeMachine;
  let host: PlayedHost;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    machine.write("setup/bootstrap.mjs", "");
    host = await PlayedHost.start(machine);
    machine.step(
      `console.log('{"checks":[{"check":"GET /api/health","passed":true,"seconds":0.1}],"seconds":1.5}');`,
    );
    progress.lines.length = 0;
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    machine.remove();
  });

  /** Plays the state of a stack whose switch had this input. */
  function released(input?: object): void {
    const resources = [
      { type: "pulumi:pulumi:Stack", outputs: { url } },
      ...(input === undefined
        ? []
        : [
            {
              type: "command:local:Command",
              inputs: {
                create: "node steps/run.mjs switch-route",
                stdin: { plaintext: JSON.stringify(JSON.stringify(input)) },
              },
            },
          ]),
    ];
    machine.pulumi("stack", [{ deployment: { resources } }]);
  }

  it("asks what the release that runs was asked, from here, and needs no host for that (002-427, 002-430, 003-43b)", async () => {
    released(switched);
    const smoked = await askSmoke({ stack: "staging" }, progress, machine.project);
    assert.deepEqual(smoked, {
      ...{ stack: "staging", url },
      checks: [{ check: "GET /api/health", passed: true, seconds: 0.1 }],
    } satisfies Smoked);
    assert.deepEqual(machine.stepTold, {
      program: "smoke",
      input: {
        ...{ url, gateway: "notes-staging-gateway", checks: [health], limitSeconds: 60, secrets: {} },
        ...{ afterwards: [], visitors: [], secure: switched.secure, commands: [] },
      },
    });
    assert.ok(allPassed(smoked));
  });

  it("connects the host for secrets and commands, of which each runs once, under a name of its own", async () => {
    released({ ...switched, smoke: [command, { ...command, like: "api-2" }], listed });
    await askSmoke({ stack: "staging", address: "10.0.0.1" }, progress, machine.project);
    const name = "notes-staging-smoke-person";
    assert.deepEqual(machine.stepTold, {
      program: "smoke",
      host: ".towpath/ssh/notes-staging/app1",
      input: {
        ...{
          url,
          at: "10.0.0.1",
          gateway: "notes-staging-gateway",
          checks: [health],
          secure: switched.secure,
        },
        ...listed,
        commands: [{ ...command, name, labels: { "towpath.part": "smoke", "towpath.one-off": name } }],
      },
    });
  });

  it("is refused where users reach nothing, nothing runs, or nothing is asked", async () => {
    const refused = async (stack: string, message: string): Promise<void> => {
      await assert.rejects(askSmoke({ stack }, progress, machine.project), { message });
    };
    await refused(
      "ci",
      '--stack: expected an environment that users reach, got "ci"; take local, pr-<number>, staging or production',
    );
    released();
    await refused(
      "staging",
      "smoke: nothing runs in staging, got no release in its state; release it with npm run pulumi -- up --stack staging",
    );
    await refused(
      "local",
      'smoke: nothing runs in local, got no release in its state; start it with "npm start"',
    );
    released({ ...switched, smoke: [], checks: [] });
    await refused(
      "staging",
      "smoke: expected checks of the release that runs in staging, got none; describe some in application.ts, under smoke, and release it",
    );
    assert.equal(machine.stepTold, undefined);
  });

  it("shows each check with its time, and why one failed", () => {
    const smoked: Smoked = {
      ...{ stack: "staging", url },
      checks: [
        { check: "GET /api/health", passed: true, seconds: 0.1 },
        {
          ...{ check: "POST /api/login", passed: false, seconds: 0.25 },
          problem: "POST /api/login: expected status 200, got 401",
        },
        {
          ...{ check: '"python -m boot"', passed: false, seconds: 12 },
          ...{ problem: '"python -m boot" ended with exit code 3', log: "  | no database" },
        },
      ],
    };
    assert.equal(
      smokeInWords(smoked),
      [
        "GET /api/health   passed  0.10 s",
        "POST /api/login   failed  0.25 s   expected status 200, got 401",
        '"python -m boot"  failed  12.00 s  ended with exit code 3',
        "",
        '"python -m boot":',
        "  | no database",
        "",
        "staging, https://staging.example.com: 2 of 3 checks failed",
      ].join("\n"),
    );
    assert.equal(allPassed(smoked), false);
  });
});
