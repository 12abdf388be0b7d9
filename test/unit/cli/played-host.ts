import { mkdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { connectionsFolder } from "../../../components/host/ssh-config.ts";
import * as good from "../settings/good.ts";
import type { FakeMachine } from "./fake-machine.ts";

/**
 * A host of staging, `app1`, or of a preview, whose connection is open already: its engine answers on the connection's socket, and `ssh`
 * is what a test makes of it. What it cannot prove, that hosts are reached so, the e2e
 * tests do.
 */
export class PlayedHost {
  /** The socket of its engine, from the project's folder. */
  readonly socket: string;
  private readonly engine: Server;

  private constructor(engine: Server, socket: string) {
    this.engine = engine;
    this.socket = socket;
  }

  /** Configures the stack `staging` of the machine, too; `more` are settings of it, and `folder` is that of the connections. */
  static async start(
    machine: FakeMachine,
    more: Readonly<Record<string, unknown>> = {},
    folder?: string,
  ): Promise<PlayedHost> {
    const { domain, limits } = good.staging;
    const app1 = { address: "10.0.0.1", user: "deploy", hostKey: good.hostKey, key: { source: "agent" } };
    const registry = { address: "ghcr.io", repository: "octocat/notes" };
    configure(machine, "staging", { domain, limits, registry, hosts: { app1 }, ...more });
    return PlayedHost.at(machine, "notes-staging/app1", folder);
  }

  /** Configures production as it does staging, and plays its host. */
  static async ofProduction(machine: FakeMachine, folder?: string): Promise<PlayedHost> {
    const { domain, limits, promoteFrom, backup } = good.production;
    const app1 = { address: "10.0.0.3", user: "deploy", hostKey: good.hostKey, key: { source: "agent" } };
    const registry = { address: "ghcr.io", repository: "octocat/notes" };
    configure(machine, "production", { domain, limits, promoteFrom, backup, registry, hosts: { app1 } });
    return PlayedHost.at(machine, "notes-production/app1", folder);
  }

  /** Configures previews, and plays the host for the one of that namespace. */
  static async ofPreview(machine: FakeMachine, namespace: string): Promise<PlayedHost> {
    const {
      namespace: _namespace,
      previewName: _name,
      environment: _environment,
      ...settings
    } = good.preview;
    configure(machine, "preview", {
      ...settings,
      registry: { address: "ghcr.io", repository: "octocat/notes" },
    });
    return PlayedHost.at(machine, `${namespace}/preview`);
  }

  /** Configures the stack of the host that previews share, and plays that host. */
  static async ofPreviews(machine: FakeMachine): Promise<PlayedHost> {
    const host = { address: "10.0.0.2", user: "deploy", hostKey: good.hostKey, key: { source: "agent" } };
    configure(machine, "host-previews", { host });
    return PlayedHost.at(machine, "notes-host-previews/host");
  }

  private static async at(
    machine: FakeMachine,
    place: string,
    folder = connectionsFolder,
  ): Promise<PlayedHost> {
    const answers: Readonly<Record<string, object>> = {
      "/version": { Version: "28.1.1", ApiVersion: "1.49", Arch: "amd64" },
      "/info": { DockerRootDir: "/var/lib/docker" },
    };
    const engine = createServer(({ url = "" }, response) => {
      response.end(url === "/_ping" ? "OK" : JSON.stringify(answers[url]));
    });
    const host = new PlayedHost(engine, `${folder}/${place}.sock`);
    const socket = join(machine.root, host.socket);
    mkdirSync(dirname(socket), { recursive: true });
    await new Promise<void>((resolve) => engine.listen(socket, resolve));
    return host;
  }

  async stop(): Promise<void> {
    if (this.engine.listening) await new Promise((resolve) => this.engine.close(resolve));
  }
}

function configure(machine: FakeMachine, stack: string, settings: Readonly<Record<string, unknown>>): void {
  const config = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`towpath:${name}`, value]),
  );
  machine.write(`Pulumi.${stack}.yaml`, stringify({ config }));
}
