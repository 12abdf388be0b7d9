import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { branchLabel } from "../../../components/image/retention.ts";
import { stateUrl } from "../../../cli/pulumi/variables.ts";
import { markOf, stateAddress } from "../../../components/naming/run-mark.ts";
import { LocalGithub } from "../github/local-github.ts";
import { TestProject, type Ended, type Running } from "../project.ts";
import { imageMirror } from "./lab.ts";
import { layered } from "./sample-images.ts";
import { handBack, keyVariables, takeHost, type TestHost } from "./test-host.ts";
import { testRegistry, type TestRegistry } from "./test-registry.ts";

/** The domain below which the previews are. */
export const previewDomain = "preview.example.test";

/** An application as small as one can be that has a copy, a backing service, a volume and a site. */
const description = {
  name: "tiny",
  images: { web: { context: "tiny" } },
  services: {
    web: {
      image: "web",
      command: ["responder", "respond", "--listen", ":8080", "ok"],
      port: 8080,
      health: { path: "/" },
      routes: ["/*"],
      needs: ["redis"],
    },
  },
  redis: { version: 7 },
  smoke: [{ path: "/", status: 200 }],
};

/** The repository on the local GitHub. */
export const repository = "octo-org/tiny";

/** All that there is of previews, and beside them, each in order. */
export interface Inventory {
  /** By their names; copies, whose names have random digits, with the commit that they run. */
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  /** The files of the gateway's sites. */
  readonly sites: readonly string[];
  readonly stacks: readonly string[];
  readonly environments: readonly string[];
  /** The deployments on GitHub: their environments, and their states. */
  readonly deployments: readonly string[];
  readonly comments: readonly string[];
  /** The branches with pictures. */
  readonly pictures: readonly string[];
}

/** The labels of what a run makes for a preview of a project, with its state at that address. */
export function labelsOf(project: string, namespace: string, state: string): Record<string, string> {
  return {
    "towpath.project": project,
    "towpath.environment": "preview",
    "towpath.namespace": namespace,
    "towpath.part": "web",
    "towpath.run": markOf({ who: "somebody@somewhere", when: "2026-01-02 03:04", state }),
  };
}

/** What a test wants beside the usual. */
export interface TinyWish {
  /** The size of a disk of its own for the host's engine. */
  readonly diskMebibytes?: number;
  /** The room that its previews have; without one, nothing wakes those that sleep. */
  readonly room?: object;
  /** More settings of all previews. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A project with previews of a tiny application on one host, and a GitHub on this machine. */
export class TinyPreviews {
  readonly project: TestProject;
  readonly registry: TestRegistry;
  readonly host: TestHost;
  readonly github: LocalGithub;

  private constructor(project: TestProject, registry: TestRegistry, host: TestHost, github: LocalGithub) {
    this.project = project;
    this.registry = registry;
    this.host = host;
    this.github = github;
  }

  /** Sets a project up, with the gateway that its previews share. */
  static async create(wish: TinyWish = {}): Promise<TinyPreviews> {
    const [project, registry, host, github] = await Promise.all([
      TestProject.create(),
      testRegistry(),
      takeHost(),
      LocalGithub.start({ repository: "tiny" }),
    ]);
    const previews = new TinyPreviews(project, registry, host, github);
    try {
      await previews.setUp(wish);
      return previews;
    } catch (error) {
      // The GitHub on this machine would keep the run of the tests from ending.
      await previews.remove();
      throw error;
    }
  }

  private async setUp({ diskMebibytes, room, settings }: TinyWish): Promise<void> {
    const { project, registry, host } = this;
    if (diskMebibytes !== undefined) await host.useSmallDisk(diskMebibytes);
    await Promise.all([
      registry.mirror("library/redis:7", "library/caddy:2.11.9"),
      registry.reachableFrom(host),
    ]);
    project.source.write(
      "application.ts",
      `import { defineApplication } from "./components/application/description.ts";\n` +
        `export const application = defineApplication(${JSON.stringify(description, null, 2)});\n`,
    );
    if (room !== undefined) await registry.mirror("library/node:20-bookworm-slim");
    const { imageMirror } = registry;
    this.write("host-previews", { host: host.settings(), imageMirror, ...(room !== undefined && { room }) });
    await this.configure(settings);
    await this.succeed("pulumi", "stack", "init", "--stack", "host-previews");
    await this.succeed("pulumi", "up", "--stack", "host-previews", "--yes", "--skip-preview");
  }

  /** Writes what all previews have in common, with a commit that is published for it. */
  async configure(more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { imageMirror, address } = this.registry;
    this.write("preview", {
      previewDomain,
      certificates: "internal",
      gateway: "host-previews",
      host: this.host.settings(),
      imageMirror,
      registry: { address, repository: `team/${this.project.namespace}` },
      commit: await this.publish(),
      watchSeconds: 1,
      github: { repository },
      ...more,
    });
  }

  /** Publishes an image, as `npm run ci -- --publish` does; returns the commit that it was published for. */
  async publish(commit = randomBytes(20).toString("hex"), branch = "main"): Promise<string> {
    // A copy has none of the rights that Caddy's own file asks for.
    const responder = "RUN cp /usr/bin/caddy /usr/bin/responder";
    const labels = `LABEL test=${commit} ${branchLabel}=${branch}`;
    const image = await layered(`${await imageMirror()}/library/caddy:2.11.9`, [responder, labels]);
    await this.registry.push(image, `team/${this.project.namespace}/web:${commit}`);
    return commit;
  }

  /** Makes a network, a volume and a container on the host, as a run does that is killed at once. */
  async leave(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const all = Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
    const { host } = this;
    await host.docker("network", "create", ...all, name);
    await host.docker("volume", "create", ...all, `${name}-data`);
    const [image = ""] = await host.docker("images", "--quiet");
    const mount = ["--volume", `${name}-data:/data`];
    await host.docker("create", "--name", `${name}-one`, "--network", name, ...mount, ...all, image);
  }

  /** Loses a stack's state, as somebody does who removes files; nothing where there is none. */
  loseState(stack: string): void {
    const folder = this.stacksFolder;
    for (const file of readdirSync(folder)) {
      if (file.startsWith(`${stack}.json`)) rmSync(join(folder, file));
    }
  }

  /** The container of the gateway that the previews share. */
  readonly gateway = "tiny-host-previews-gateway";

  /** The address of the state, as the marks of runs name it. */
  get state(): string {
    return stateAddress(this.backend);
  }

  /** The same, as Pulumi is told of it. */
  get backend(): string {
    return stateUrl(join(this.project.folder, ".towpath/state"));
  }

  async inventory(): Promise<Inventory> {
    const { host, github } = this;
    const { volumes, networks } = await host.footprint();
    const containers = await host.docker("ps", "--all", "--format", '{{.Names}}\t{{.Label "test"}}');
    const sites = await host.docker("exec", this.gateway, "ls", "/etc/caddy/sites");
    const { environments, deployments, comments, refs } = github.store;
    return {
      containers: containers.map((line) => line.replace(/-[0-9a-f]{7}\t/, " of ").replace(/\t$/, "")).sort(),
      volumes,
      networks,
      sites: sites.filter((file) => file.endsWith(".caddy")).sort(),
      stacks: readdirSync(this.stacksFolder)
        .filter((file) => file.endsWith(".json"))
        .map((file) => file.slice(0, -".json".length))
        .sort(),
      environments: [...environments.keys()].sort(),
      deployments: [...deployments.values()]
        .map(({ environment, statuses }) => `${environment}: ${statuses.at(-1)?.state}`)
        .sort(),
      comments: comments.map(({ body }) => body),
      pictures: [...refs.keys()].sort(),
    };
  }

  /** Starts any command of the project, with the hosts' key and GitHub's token. */
  launch(args: readonly string[], variables: NodeJS.ProcessEnv = {}): Running {
    return this.project.launch(args, { ...this.variables, ...variables });
  }

  run(...args: readonly string[]): Promise<Ended> {
    return this.launch(args).ended;
  }

  succeed(...args: readonly string[]): Promise<Ended> {
    return this.project.succeed(args, this.variables);
  }

  get variables(): Record<string, string> {
    return { ...keyVariables(), GITHUB_TOKEN: "token-of-a-test", GITHUB_BASE_URL: this.github.url };
  }

  async remove(): Promise<void> {
    await this.project.remove();
    await this.github.stop();
    await handBack(this.host);
  }

  private get stacksFolder(): string {
    return join(this.project.folder, ".towpath/state/.pulumi/stacks/towpath");
  }

  write(stack: string, settings: Readonly<Record<string, unknown>>): void {
    const config = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`towpath:${key}`, value]),
    );
    this.project.source.write(`Pulumi.${stack}.yaml`, stringify({ config }));
  }
}
