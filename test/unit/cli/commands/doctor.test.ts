import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { doctor, doctorInWords, isWell, type Finding } from "../../../../cli/commands/doctor.ts";
import { namespace, namespaceInWords } from "../../../../cli/commands/namespace.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

describe("towpath", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;
  const progress = recordedProgress();

  beforeEach(() => {
    machine = new FakeMachine();
  });
  afterEach(() => {
    machine.remove();
  });

  describe("namespace", () => {
    const at = (given: NodeJS.ProcessEnv, stack = "local") => namespace(stack, machine.project, given);

    it("shows the configuration's namespace, if it has one", () => {
      const { names, ...answer } = at({ BRANCH_NAME: "main" });
      assert.deepEqual(answer, {
        ...{ namespace: "notes-local", stack: "local" },
        why: "towpath:namespace in Pulumi.local.yaml",
      });
      assert.deepEqual(
        [
          names.network,
          names["container api"],
          names["volume postgres"],
          names.database,
          names["bucket files"],
        ],
        [
          "notes-local",
          "notes-local-api-<7 digits>",
          "notes-local-postgres",
          "notes_local",
          "notes-local-files",
        ],
      );
    });

    it("shows what the namespace follows from", () => {
      machine.write("Pulumi.local.yaml", "");
      assert.equal(at({ BRANCH_NAME: "feature/auth-v2" }).why, 'BRANCH_NAME "feature/auth-v2"');
      assert.equal(
        at({ BRANCH_NAME: "main", WORKSPACE_ID: "7" }).why,
        'BRANCH_NAME "main", WORKSPACE_ID "7"',
      );
      assert.equal(at({}, "staging").why, "the names of the application and the stack");
      assert.equal(at({}, "staging").namespace, "notes-staging");
      machine.write(".git/HEAD", "ref: refs/heads/Ünïcode/..--$(rm)\n");
      const found = at({ WORKSPACE_ID: "7" });
      assert.match(found.namespace, /^notes-local-unicode-rm-[0-9a-f]{8}$/);
      assert.equal(
        found.why,
        `git's branch "Ünïcode/..--$(rm)", WORKSPACE_ID "7", the folder ${machine.root}`,
      );
      assert.equal(found.warning, undefined);
      const ci = at({}, "ci");
      assert.equal(ci.names["container gateway"], undefined);
      const tests = `${ci.namespace.replaceAll("-", "_")}_api_tests`;
      assert.equal(ci.names["database api-tests"], `${tests}, ${tests}_gw0, ${tests}_gw1, …`);
      assert.equal(ci.names["image api-dev"], `${ci.namespace}-api-dev`);
    });

    it("warns when only the folder determines the namespace", () => {
      machine.write("Pulumi.local.yaml", "");
      machine.write(".git/HEAD", "0123456789abcdef0123456789abcdef01234567\n");
      const found = at({});
      assert.match(found.namespace, /^notes-local-[0-9a-f]{8}$/);
      assert.equal(found.why, `the folder ${machine.root}`);
      const warning =
        'namespace: expected HEAD to be on a branch, got "0123456789abcdef0123456789abcdef01234567"; ' +
        "the folder alone tells it now, check out a branch or set BRANCH_NAME";
      assert.equal(found.warning, warning);
      const text = namespaceInWords(found);
      assert.match(text, /^namespace {2,}notes-local-/);
      assert.ok(text.endsWith(`\n\n${warning}`));
    });
  });

  describe("doctor", () => {
    const found = async (): Promise<Map<string, Finding>> =>
      new Map((await doctor(progress, machine.project)).map((finding) => [finding.check, finding]));

    it("finds no problem when everything is there", async () => {
      machine.write(".towpath/passphrase", "secret\n");
      mkdirSync(join(machine.root, ".towpath/namespaces/notes-local/state"), { recursive: true });
      const findings = await doctor(progress, machine.project);
      assert.equal(isWell(findings), true);
      assert.deepEqual(doctorInWords(findings).split("\n").slice(1), [
        "well  application.ts",
        "well  Pulumi.local.yaml",
        "well  namespace notes-local",
        "well  docker",
        "well  images",
        "well  pulumi 3.0.0",
        "well  pulumi plugin command 1.0.0",
        "well  pulumi plugin docker 2.0.0",
        "well  pulumi plugin github 3.0.0",
        "well  pulumi plugin random 4.0.0",
        "well  state",
        "well  ssh client",
        "everything is there",
      ]);
    });

    it("reports what is missing or wrong, each with its repair, and installs nothing", async () => {
      machine.docker("version", "19.03.15 1.40");
      machine.write("Pulumi.local.yaml", "config:\n  towpath:namespace: notes-local\n  towpath:prot: 1\n");
      const all = await found();
      assert.deepEqual(all.get("state"), {
        ...{ check: "state", state: "missing" },
        repair: '"npm start" provides it',
      });
      assert.deepEqual(all.get("docker"), {
        ...{ check: "docker", state: "wrong" },
        repair:
          "docker: engine 20.10 or newer is needed, got 19.03.15; upgrade it, see https://docs.docker.com/engine/install/",
      });
      assert.deepEqual(all.get("Pulumi.local.yaml"), {
        ...{ check: "Pulumi.local.yaml", state: "wrong" },
        repair: 'towpath:prot: unknown setting for local; did you mean "port"',
      });
      assert.equal(isWell([...all.values()]), false);
      assert.match(doctorInWords([...all.values()]), /\n4 of \d+ checks found something$/);
      assert.deepEqual(machine.calls, []);
    });

    it("notes a client that only hosts over SSH need", async () => {
      process.env.PATH = join(machine.root, "bin");
      assert.deepEqual((await found()).get("ssh client"), {
        ...{ check: "ssh client", state: "note" },
        repair:
          "ssh: the ssh client is needed to reach hosts, got no program of that name on PATH; install OpenSSH's client, on Debian and Ubuntu with apt-get install openssh-client",
      });
    });

    it("notes what is only good to know", async () => {
      machine.write("Pulumi.local.yaml", "config:\n  towpath:port: 1\n");
      const all = [...(await found()).values()];
      const note = all.find(({ check }) => check.startsWith("namespace "));
      assert.equal(note?.state, "note");
      assert.match(String(note.repair), /^namespace: expected a git repository, got no \.git in /);
      assert.ok(all.some(({ check }) => check === "port 1"));
    });
  });
});
