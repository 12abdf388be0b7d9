import { randomBytes } from "node:crypto";
import { stringify } from "yaml";
import { branchLabel } from "../../../components/image/retention.ts";
import type { ReleaseRecord } from "../../../components/plan/release-record.ts";
import { TestProject, type Ended } from "../project.ts";
import { ask, type Answer } from "./ask.ts";
import { buildSample, layered } from "./sample-images.ts";
import { keyVariables, type TestHost } from "./test-host.ts";
import { testRegistry, type TestRegistry } from "./test-registry.ts";

/** The stacks that are released to hosts. */
export type ReleasedStack = "staging" | "production";

/** The images of the sample application with what each has in addition, as lines of a Dockerfile. */
export type ImageChanges = Partial<Record<"api" | "web", readonly string[]>>;

/** The images of Docker Hub that the sample application's environments need. */
export const backingImages = [
  "library/postgres:15",
  "library/redis:7",
  "library/caddy:2.11.9",
  "versity/versitygw:v1.8.0",
  "library/node:20-bookworm-slim",
];

/** A copy of the project whose staging and production are on test hosts, with a registry that has its images. */
export class ReleasedProject {
  readonly project: TestProject;
  readonly registry: TestRegistry;
  private readonly hosts: Partial<Record<ReleasedStack, TestHost>> = {};
  private published = "";

  private constructor(project: TestProject, registry: TestRegistry) {
    this.project = project;
    this.registry = registry;
  }

  /** Sets a project up; each stack that is named gets its host. */
  static async create(hosts: Partial<Record<ReleasedStack, TestHost>>): Promise<ReleasedProject> {
    const [project, registry] = await Promise.all([TestProject.create(), testRegistry()]);
    await registry.mirror(...backingImages);
    const released = new ReleasedProject(project, registry);
    for (const [stack, host] of Object.entries(hosts) as [ReleasedStack, TestHost][]) {
      released.hosts[stack] = host;
      await registry.reachableFrom(host);
      released.configure(stack);
      await project.succeed(["pulumi", "stack", "init", "--stack", stack]);
    }
    return released;
  }

  /** The path before the images' names in the registry. */
  get repository(): string {
    return `team/${this.project.namespace}`;
  }

  /** The commit that was published last. */
  get commit(): string {
    return this.published;
  }

  /** The host name that users reach a stack by. */
  domain(stack: ReleasedStack): string {
    return `${stack}.example.test`;
  }

  /** The host of a stack. */
  host(stack: ReleasedStack): TestHost {
    const host = this.hosts[stack];
    if (host === undefined) throw new Error(`${stack} has no host`);
    return host;
  }

  /** Writes the settings of a stack; those that are given come on top of what makes it work here. */
  configure(stack: ReleasedStack, more: Readonly<Record<string, unknown>> = {}): void {
    const settings: Readonly<Record<string, unknown>> = {
      environment: stack,
      domain: this.domain(stack),
      certificates: "internal",
      hosts: { app1: this.host(stack).settings() },
      registry: { address: this.registry.address, repository: this.repository },
      imageMirror: this.registry.imageMirror,
      limits: { memory: "256MiB", cpus: 2, pids: 256 },
      secrets: { JWT_SECRET: { source: "generated", length: 32 } },
      watchSeconds: 2,
      ...(stack === "production" && {
        promoteFrom: "staging",
        backup: { schedule: "0 2 * * *", retention: "30d" },
      }),
      ...more,
    };
    this.write(stack, settings);
  }

  /** Writes the settings of any stack, `preview` for those that all previews share; one that is undefined is left out. */
  write(stack: string, settings: Readonly<Record<string, unknown>>): void {
    const config = Object.fromEntries(
      Object.entries(settings)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [`towpath:${key}`, value]),
    );
    this.project.source.write(`Pulumi.${stack}.yaml`, stringify({ config }));
  }

  /**
   * Publishes the sample application's images, with changes, as `npm run ci -- --publish` does on the branch.
   *
   * @returns the commit that they were published for
   */
  async publish(changes: ImageChanges = {}, branch = "main"): Promise<string> {
    const commit = randomBytes(20).toString("hex");
    for (const image of ["api", "web"] as const)
      await this.publishImage(image, { commit, branch }, changes[image]);
    return (this.published = commit);
  }

  /** Publishes a commit that differs from the last one in one image only. */
  async publishOther(image: "api" | "web"): Promise<string> {
    const commit = randomBytes(20).toString("hex");
    await this.publishImage(image, { commit, branch: "main" });
    const same = image === "api" ? "web" : "api";
    await this.registry.tag(`${this.repository}/${same}`, this.published, commit);
    return (this.published = commit);
  }

  private async publishImage(
    image: "api" | "web",
    { commit, branch }: { readonly commit: string; readonly branch: string },
    lines: readonly string[] = [],
  ): Promise<void> {
    const labels = `LABEL test=${commit} ${branchLabel}=${branch}`;
    const changed = await layered(await buildSample(image), [labels, ...lines]);
    await this.registry.push(changed, `${this.repository}/${image}:${commit}`);
  }

  /** Runs `pulumi up` on a stack, as people and workflows do, without the outputs: where it fails, its last lines say why. */
  up(stack: ReleasedStack, environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const options = ["--yes", "--skip-preview", "--suppress-outputs"];
    return this.run(["pulumi", "up", ...options, "--stack", stack], environment);
  }

  /** The same, which has to succeed. */
  async release(stack: ReleasedStack, environment: NodeJS.ProcessEnv = {}): Promise<void> {
    const ended = await this.up(stack, environment);
    if (ended.code !== 0) throw new Error(`up: exit code ${ended.code}\n${ended.stdout}\n${ended.stderr}`);
  }

  /** Returns a stack's outputs. */
  async outputs(stack: ReleasedStack): Promise<Record<string, unknown>> {
    const { stdout } = await this.project.succeed([
      "pulumi",
      "stack",
      "output",
      "--json",
      "--show-secrets",
      "--stack",
      stack,
    ]);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** The newest record of a stack. */
  async record(stack: ReleasedStack): Promise<ReleaseRecord> {
    const { releases } = (await this.outputs(stack)) as { releases: readonly ReleaseRecord[] };
    const [newest] = releases;
    if (newest === undefined) throw new Error(`${stack} has released nothing`);
    return newest;
  }

  /** Returns the result of SQL in the database of a stack. */
  async sql(stack: ReleasedStack, statement: string): Promise<string> {
    const psql = ["psql", "--username", `notes_${stack}`, "--no-align", "--tuples-only"];
    const inServer = ["exec", `notes-${stack}-postgres`, ...psql, "--command", statement];
    return (await this.host(stack).docker(...inServer)).join("\n");
  }

  /** Any command of the project, with the hosts' key. */
  run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.project.run(args, { ...keyVariables(), ...environment });
  }

  /** Returns what a user gets from a stack, over HTTPS. */
  ask(stack: ReleasedStack, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return ask(this.host(stack).address, this.domain(stack), path, headers);
  }

  /** Removes the project's folder; the hosts are wiped by those who took them. */
  remove(): Promise<void> {
    return this.project.remove();
  }
}
