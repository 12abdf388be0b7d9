import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readMark } from "../../../../components/naming/run-mark.ts";
import { usesOwnPassphrase } from "../../../../cli/pulumi/passphrase.ts";
import { pulumiVariables } from "../../../../cli/pulumi/variables.ts";
import { Problem } from "../../../../cli/problem.ts";
import { foldersOf, type StackFolders } from "../../../../cli/pulumi/folders.ts";
import { pluginFile, pulumiFolder, readInstallation, type Project } from "../../../../cli/project.ts";
import { projectIn } from "../project-in.ts";
import { pulumiRequirements } from "../../../../cli/setup/pulumi.ts";
import { setUp } from "../../../../cli/setup/set-up.ts";
import { stateRequirement } from "../../../../cli/setup/state.ts";
import type { Requirement } from "../../../../cli/setup/requirement.ts";
import { fakeRun, type Answers } from "../fake-run.ts";
import { recordedProgress } from "../quiet.ts";

const step = () => recordedProgress().step("");

describe("set-up", () => {
  let root: string;
  let project: Project;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "towpath-setup-"));
    const versions = {
      pulumi: "3.0.0",
      "@pulumi/command": "1.0.0",
      "@pulumi/docker": "2.0.0",
      "@pulumi/github": "3.0.0",
      "@pulumi/random": "4.0.0",
    };
    writeFileSync(join(root, "package.json"), JSON.stringify({ dependencies: versions }));
    project = projectIn(root);
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  function program(path: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "#!/bin/sh\n");
    chmodSync(path, 0o755);
  }

  it("reads the versions from package.json, and reports a missing one", () => {
    assert.equal(project.pulumiVersion, "3.0.0");
    assert.equal(readInstallation(root, {}).pulumiHome.endsWith(".pulumi"), true);
    writeFileSync(join(root, "package.json"), JSON.stringify({ dependencies: { pulumi: "3.0.0" } }));
    assert.throws(() => readInstallation(root, {}), {
      message: "package.json: no dependency @pulumi/command",
    });
  });

  describe("of Pulumi", () => {
    function requirements(isReachable: boolean, answers: Answers = {}) {
      const { run, calls } = fakeRun(answers);
      const built: string[] = [];
      const all = pulumiRequirements(project, {
        run,
        reachable: () => Promise.resolve(isReachable),
        build: (part, report) => {
          built.push(part);
          report("compiling");
          return Promise.resolve();
        },
      });
      return { all, calls, built };
    }

    it("uses what is in its folder, and nothing incomplete", async () => {
      const { all } = requirements(true);
      const checks = () => Promise.all(all.map((one) => one.check()));
      assert.deepEqual(await checks(), [false, false, false, false, false]);
      for (const name of ["pulumi", "pulumi-language-nodejs"]) program(join(pulumiFolder(project), name));
      for (const plugin of project.plugins) program(pluginFile(project.pulumiHome, plugin));
      assert.deepEqual(await checks(), [true, true, true, true, true]);
      writeFileSync(join(project.pulumiHome, "plugins", "resource-docker-v2.0.0.partial"), "");
      assert.deepEqual(await checks(), [true, true, false, true, true]);
    });

    it("downloads Pulumi's own release when that can be reached", async () => {
      const { all, calls, built } = requirements(true, { node: {}, pulumi: {} });
      for (const one of all.slice(0, 2)) await one.provide(step());
      assert.deepEqual(calls, [
        "node node_modules/pulumi/run.js version",
        "pulumi plugin install resource command 1.0.0",
      ]);
      assert.deepEqual(built, []);
    });

    it("builds the same version otherwise", async () => {
      const { all, calls, built } = requirements(false);
      for (const one of all) await one.provide(step());
      assert.deepEqual([calls, built], [[], ["cli", "command", "docker", "github", "random"]]);
    });

    it("reports that a download failed", async () => {
      const { all } = requirements(true, {
        node: { code: 1, stderr: "HTTP 503" },
        pulumi: { code: 1, stderr: "404" },
      });
      await assert.rejects(all[0]?.provide(step()) ?? Promise.resolve(), {
        message:
          'pulumi: the CLI could not be downloaded, got "HTTP 503"; run the command again when the network allows it',
      });
      await assert.rejects(all[1]?.provide(step()) ?? Promise.resolve(), {
        message:
          'pulumi: the plugin command could not be downloaded, got "404"; run the command again when the network allows it',
      });
    });
  });

  describe("of the state", () => {
    const passphrase = () => join(project.privateFolder, "passphrase");
    let folders: StackFolders;

    beforeEach(() => {
      folders = foldersOf(project, "local", "notes-local");
    });

    it("makes a folder and a passphrase that only its owner can read, once", async () => {
      const state = stateRequirement(project, folders, {});
      assert.equal(await state.check(), false);
      await state.provide(step());
      assert.equal(await state.check(), true);
      assert.equal(statSync(passphrase()).mode & 0o777, 0o600);
      const made = readFileSync(passphrase(), "utf8");
      assert.match(made, /^[\w-]{43}\n$/);
      await state.provide(step());
      assert.equal(readFileSync(passphrase(), "utf8"), made);
    });

    it("refuses a state whose passphrase is missing", async () => {
      const stacks = join(folders.state, ".pulumi", "stacks", "towpath");
      mkdirSync(stacks, { recursive: true });
      assert.equal(await stateRequirement(project, folders, {}).check(), false);
      writeFileSync(join(stacks, "local.json"), "{}");
      assert.throws(() => void stateRequirement(project, folders, {}).check(), {
        message:
          "state: .towpath/namespaces/notes-local/state is encrypted with a passphrase, got no file .towpath/passphrase; put that file back, " +
          'or remove this environment with its data by "npm run destroy -- --by-labels" and start anew',
      });
      assert.equal(await stateRequirement(project, folders, { PULUMI_CONFIG_PASSPHRASE: "x" }).check(), true);
      // Another branch's state is encrypted with the same one.
      const other = foldersOf(project, "local", "notes-other");
      assert.throws(
        () => void stateRequirement(project, other, {}).check(),
        /notes-local\/state is encrypted/,
      );
    });

    it("makes nothing when the person has both a state and a passphrase elsewhere", async () => {
      const given = { PULUMI_BACKEND_URL: "s3://b", PULUMI_CONFIG_PASSPHRASE_FILE: "/p" };
      assert.equal(await stateRequirement(project, folders, given).check(), true);
      await stateRequirement(project, folders, given).provide(step());
      assert.equal(existsSync(project.privateFolder), false);
      assert.deepEqual([{}, given, { PULUMI_CONFIG_PASSPHRASE: "" }].map(usesOwnPassphrase), [
        true,
        false,
        false,
      ]);
    });
  });

  describe("as a whole", () => {
    function requirement(title: string, there: boolean, done: string[], problem?: Error): Requirement {
      return {
        title,
        check: () => Promise.resolve(there),
        provide: () => {
          if (problem !== undefined) return Promise.reject(problem);
          done.push(title);
          return Promise.resolve();
        },
      };
    }

    it("provides what is missing, lane by lane, and shows it", async () => {
      const done: string[] = [];
      const progress = recordedProgress();
      await setUp(
        [
          [requirement("engine", false, done), requirement("images", false, done)],
          [requirement("state", true, done)],
        ],
        progress,
      );
      assert.deepEqual(done, ["engine", "images"]);
      assert.deepEqual(progress.lines, [
        "providing engine …",
        "providing engine done",
        "providing images …",
        "providing images done",
      ]);
    });

    it("reports all problems at once, each once", async () => {
      const done: string[] = [];
      const lanes = ["a: bad", "b: bad", "a: bad"].map((text) => [
        requirement(text, false, done, new Problem(text)),
      ]);
      await assert.rejects(setUp(lanes, recordedProgress()), {
        name: "Problem",
        message:
          "a: bad\nb: bad\n" +
          'set-up: 0 of 3 parts are done, left are a: bad, b: bad, a: bad; the next "npm start" goes on there',
      });
    });

    it("reports how far it came when it fails, and continues from there", async () => {
      const done: string[] = [];
      const broken = new Problem("command: no network; try again later");
      const lanes = (problem?: Problem) => [
        [
          requirement("cli", problem === undefined, done),
          requirement("command", false, done, problem),
          requirement("docker plugin", false, done),
        ],
        [requirement("engine", true, done)],
      ];
      await assert.rejects(setUp(lanes(broken), recordedProgress()), {
        name: "Problem",
        message:
          "command: no network; try again later\n" +
          'set-up: 2 of 4 parts are done (cli, engine), left are command, docker plugin; the next "npm start" goes on there',
      });
      await setUp(lanes(), recordedProgress());
      assert.deepEqual(done, ["cli", "command", "docker plugin"]);
    });

    it("reports no parts when nothing was begun", async () => {
      const refused = {
        ...requirement("docker", false, []),
        check: () => Promise.reject(new Problem("docker: too old")),
      };
      await assert.rejects(setUp([[refused]], recordedProgress()), {
        name: "Problem",
        message: "docker: too old",
      });
    });

    it("does not hide a bug of its own", async () => {
      const lanes = [
        [requirement("a", false, [], new Problem("a"))],
        [requirement("b", false, [], new TypeError("oops"))],
      ];
      await assert.rejects(setUp(lanes, recordedProgress()), { name: "TypeError", message: "oops" });
    });
  });

  describe("for Pulumi's environment variables", () => {
    const pulumiHome = "/home/a/notes/.towpath/pulumi";

    it("points to this clone's state, passphrase, command line and images", () => {
      const { TOWPATH_RUN: mark = "", ...environment } = pulumiVariables(
        project,
        {
          usesBuiltMirror: true,
          dockerHost: "unix:///x.sock",
          folders: foldersOf(project, "local", "n"),
          pulumiHome,
        },
        { PATH: "/bin", DOCKER_CONTEXT: "x" },
      );
      assert.equal(readMark(mark)?.state, `file://${root}/.towpath/namespaces/n/state`);
      assert.deepEqual(environment, {
        PATH: `${pulumiFolder(project)}:/bin`,
        PULUMI_HOME: pulumiHome,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
        GOGC: "400",
        NODE_COMPILE_CACHE: join(root, ".towpath", "compile-cache"),
        PULUMI_BACKEND_URL: `file://${root}/.towpath/namespaces/n/state?metadata=skip`,
        PULUMI_CONFIG_PASSPHRASE_FILE: join(root, ".towpath", "passphrase"),
        TOWPATH_IMAGE_MIRROR: "mirror.towpath.internal",
        DOCKER_HOST: "unix:///x.sock",
      });
    });

    it("leaves out optimizations for speed on request", () => {
      const found = { usesBuiltMirror: false, folders: foldersOf(project, "local", "n"), pulumiHome };
      const { GOGC, NODE_COMPILE_CACHE } = pulumiVariables(project, found, { TOWPATH_FAST: "false" });
      assert.deepEqual([GOGC, NODE_COMPILE_CACHE], [undefined, undefined]);
    });

    it("leaves what the person has set", () => {
      const given = { PULUMI_BACKEND_URL: "s3://b", TOWPATH_IMAGE_MIRROR: "m", DOCKER_HOST: "tcp://h" };
      const environment = pulumiVariables(
        project,
        {
          usesBuiltMirror: true,
          dockerHost: "unix:///x",
          folders: foldersOf(project, "staging", "n"),
          pulumiHome,
        },
        given,
      );
      assert.equal(environment.PULUMI_BACKEND_URL, "s3://b");
      assert.equal(environment.PULUMI_CONFIG_PASSPHRASE_FILE, undefined);
      assert.equal(environment.TOWPATH_IMAGE_MIRROR, "m");
      assert.equal(environment.DOCKER_HOST, "tcp://h");
      assert.equal(
        pulumiVariables(
          project,
          { usesBuiltMirror: false, folders: foldersOf(project, "ci", "n"), pulumiHome },
          { PULUMI_CONFIG_PASSPHRASE: "x" },
        ).PULUMI_CONFIG_PASSPHRASE_FILE,
        undefined,
      );
    });
  });
});
