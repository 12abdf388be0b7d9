import assert from "node:assert/strict";
import { stringify } from "yaml";
import { LocalGithub, type Inhabitants } from "../../support/github/local-github.ts";
import { TestProject, type Ended } from "../../support/project.ts";

export const canary = "canary-value-never-to-be-seen";

/** A staging stack's part on GitHub: all that `deploy` does with it, without a host. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import { application as described } from "./application.ts";
import { parseApplication } from "./components/application/parse.ts";
import { prepareGithub } from "./components/github/prepare-github.ts";
import { releasedGithub } from "./components/environment/released-github.ts";
import { loadSettings } from "./components/environment/load-settings.ts";
import { laterUserErrors } from "./components/input/user-errors.ts";

class Released extends pulumi.ComponentResource {
  constructor(secrets) {
    super("test:index:Released", "released");
    this.secrets = secrets;
  }
}

const loaded = loadSettings("notes");
const prepared = await laterUserErrors(() => prepareGithub(parseApplication(described), loaded));
export const github = releasedGithub("notes-staging", prepared, new Released(loaded.secretValues));
`;

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE1vcmVUaGFuRW5vdWdoTGV0dGVyc0ZvckFLZXkx";

/** The settings of the environment on GitHub. */
export const githubSettings = {
  repository: "octo-org/notes",
  reviewers: { users: ["alice"], teams: ["release-team"] },
  waitMinutes: 5,
  branches: ["main"],
  tags: ["v*"],
  variables: { LOG_LEVEL: "info" },
};

/** A project whose stack is that part, with a GitHub on this machine. */
export class OnGithub {
  readonly github: LocalGithub;
  readonly project: TestProject;
  readonly up = ["up", "--stack", "github-test", "--yes", "--skip-preview"];

  private constructor(github: LocalGithub, project: TestProject) {
    this.github = github;
    this.project = project;
  }

  static async create(inhabitants: Inhabitants = {}): Promise<OnGithub> {
    const on = new OnGithub(await LocalGithub.start(inhabitants), await TestProject.create());
    on.project.source.write("index.ts", program);
    on.write({});
    await on.pulumi("stack", "init", "--stack", "github-test");
    return on;
  }

  /** Writes the stack's settings, changed. */
  write(change: object, more: object = {}): void {
    const settings = {
      environment: "staging",
      namespace: "notes-staging",
      domain: "staging.notes.example",
      hosts: { app1: { address: "192.0.2.1", user: "deploy", hostKey } },
      registry: { address: "ghcr.io", repository: "octo-org/notes" },
      limits: { memory: "64MiB", cpus: 1, pids: 64 },
      secrets: { JWT_SECRET: { source: "environment" } },
      github: { ...githubSettings, ...change },
      ...more,
    };
    const config = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`towpath:${key}`, value]),
    );
    this.project.source.write("Pulumi.github-test.yaml", stringify({ config }));
  }

  run(secret: string, ...args: string[]): Promise<Ended> {
    return this.project.run(["pulumi", ...args, "--non-interactive"], {
      GITHUB_BASE_URL: this.github.url,
      GITHUB_TOKEN: "a-token",
      JWT_SECRET: secret,
    });
  }

  /** Runs a command that has to succeed, and keeps the secret's value to itself. */
  async pulumi(...args: string[]): Promise<Ended> {
    const ended = await this.run(canary, ...args);
    assert.equal(ended.code, 0, `${ended.stdout}\n${ended.stderr}`);
    assert.deepEqual(this.github.wrong, []);
    assert.doesNotMatch(ended.stdout + ended.stderr, new RegExp(canary));
    return ended;
  }

  /** Returns the error of a plan that has to fail, in the words of the program only. */
  async refusal(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(canary, ...args);
    assert.notEqual(code, 0, stdout + stderr);
    assert.doesNotMatch(stdout + stderr, / at .*\.ts:/);
    return stdout + stderr;
  }

  /** Returns the requests to GitHub after the first `before`, without those that only read. */
  writesSince(before: number): string[] {
    return this.github.made
      .slice(before)
      .filter(({ method }) => method !== "GET")
      .map(({ method, path }) => `${method} ${path.split("/environments/")[1] ?? path}`);
  }

  async remove(): Promise<void> {
    await this.project.remove();
    await this.github.stop();
  }
}
