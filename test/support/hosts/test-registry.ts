import { docker } from "../footprint.ts";
import { freePort } from "../free-port.ts";
import { until } from "../until.ts";
import { buildLabImage, imageMirror, labLabel, labNamespace, labNetwork } from "./lab.ts";
import type { TestHost } from "./test-host.ts";

/** A registry that the machine and its test hosts reach at the same address. */
export class TestRegistry {
  /** `127.0.0.1:<port>`: engines trust such a registry without TLS. */
  readonly address: string;
  readonly name: string;
  private readonly port: number;
  /** The end of the hosts' way to it. */
  private readonly target: string;
  private readonly pushed = new Map<string, Promise<void>>();
  private readonly led = new Set<TestHost>();

  private constructor(name: string, port: number, target: string) {
    this.name = name;
    this.port = port;
    this.address = `127.0.0.1:${port}`;
    this.target = target;
  }

  /** Starts an empty registry. */
  static async start(number = 0): Promise<TestRegistry> {
    const [image, network, port] = await Promise.all([
      buildLabImage("registry.Dockerfile"),
      labNetwork(),
      freePort(),
    ]);
    const name = `${labNamespace}-registry-${number}`;
    const address = network.address(100 + number);
    await docker([
      ...["run", "--detach", "--name", name, "--label", labLabel, "--network", network.name],
      ...["--ip", address, "--publish", `127.0.0.1:${port}:5000`, "--volume", "/var/lib/registry", image],
    ]);
    const registry = new TestRegistry(name, port, `${address}:5000`);
    await until("the registry", 60, async () => {
      const { status } = await fetch(`http://${registry.address}/v2/`, { signal: AbortSignal.timeout(2000) });
      return status === 200 ? true : undefined;
    });
    return registry;
  }

  /** The setting `imageMirror` of stacks whose backing services' images come from here: see `mirror`. */
  get imageMirror(): string {
    return `${this.address}/mirror`;
  }

  /** Puts images of Docker Hub, such as `library/redis:7`, below `imageMirror`; each of them once. */
  async mirror(...images: readonly string[]): Promise<void> {
    const prefix = await imageMirror();
    for (const image of images) {
      const pushed =
        this.pushed.get(image) ?? this.push(`${prefix}/${image}`, `mirror/${image}`).then(() => undefined);
      this.pushed.set(image, pushed);
      await pushed;
    }
  }

  /**
   * Pushes an image of this machine's engine.
   *
   * @returns its reference by digest
   */
  async push(image: string, repositoryAndTag: string): Promise<string> {
    const reference = `${this.address}/${repositoryAndTag}`;
    await docker(["tag", image, reference]);
    try {
      const lines = await docker(["push", reference]);
      const digest = /digest: (sha256:[0-9a-f]{64})/.exec(lines.join("\n"))?.[1];
      if (digest === undefined) throw new Error(`${reference}: pushed without a digest`);
      return `${reference.slice(0, reference.lastIndexOf(":"))}@${digest}`;
    } finally {
      await docker(["image", "rm", "--no-prune", reference]);
    }
  }

  /** Gives what has one tag another one, too. */
  async tag(repository: string, from: string, to: string): Promise<void> {
    const manifest = await this.manifest(repository, from, "GET", 200);
    await this.manifest(repository, to, "PUT", 201, manifest);
  }

  /**
   * Removes an image, as somebody does who clears up.
   *
   * @returns what puts it back
   */
  async remove(repository: string, digest: string): Promise<() => Promise<void>> {
    const manifest = await this.manifest(repository, digest, "GET", 200);
    await this.manifest(repository, digest, "DELETE", 202);
    return async () => {
      await this.manifest(repository, digest, "PUT", 201, manifest);
    };
  }

  /** Does something with a manifest; returns the answer, which has to have this status. */
  private async manifest(
    repository: string,
    reference: string,
    method: "GET" | "PUT" | "DELETE",
    expected: number,
    body?: string,
  ): Promise<string> {
    const type = "application/vnd.docker.distribution.manifest.v2+json";
    const answer = await fetch(`http://${this.address}/v2/${repository}/manifests/${reference}`, {
      method,
      headers: body === undefined ? { accept: type } : { "content-type": type },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(30_000),
    });
    if (answer.status === expected) return answer.text();
    throw new Error(`${repository}: expected ${expected} for ${method} ${reference}, got ${answer.status}`);
  }

  /** Lets a host reach the registry at the same address as this machine. */
  async reachableFrom(host: TestHost): Promise<void> {
    if (this.led.has(host)) return;
    await host.lead(this.port, this.target);
    this.led.add(host);
  }

  /** Makes the registry answer 500 to whatever needs its storage, until `mend`. */
  async breakStorage(): Promise<void> {
    await docker([
      "exec",
      this.name,
      "sh",
      "-c",
      "mv /var/lib/registry/docker /var/lib/registry/away && touch /var/lib/registry/docker",
    ]);
  }

  async mend(): Promise<void> {
    await docker([
      "exec",
      this.name,
      "sh",
      "-c",
      "rm /var/lib/registry/docker && mv /var/lib/registry/away /var/lib/registry/docker",
    ]);
  }
}

let shared: Promise<TestRegistry> | undefined;

/** The registry that the tests of one run share. */
export function testRegistry(): Promise<TestRegistry> {
  shared ??= TestRegistry.start();
  return shared;
}
