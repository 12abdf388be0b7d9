import { execa } from "execa";

/** Everything that the Docker engine has of one namespace. */
export interface Footprint {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  /** Tags, as `repository:tag`. */
  readonly images: readonly string[];
}

/** The footprint when nothing is there. */
export const nothing: Footprint = { containers: [], volumes: [], networks: [], images: [] };

/**
 * Returns what the engine has of a namespace: by its label, by its names, and the volumes without a name of their own
 * that its containers use.
 */
export async function footprint(namespace: string): Promise<Footprint> {
  const labelled = ["--filter", `label=towpath.namespace=${namespace}`];
  // A filter by name finds parts of names; the engine wants no anchors for volumes.
  const named = ["--filter", `name=${namespace}`];
  const both = async (list: readonly string[]): Promise<string[]> => [
    ...(await docker([...list, ...labelled])),
    ...(await docker([...list, ...named])).filter((name) => isOf(namespace, name)),
  ];
  const [containers, volumes, networks, images] = await Promise.all([
    both(["ps", "--all", "--format", "{{.Names}}"]),
    both(["volume", "ls", "--format", "{{.Name}}"]),
    both(["network", "ls", "--format", "{{.Name}}"]),
    docker(["image", "ls", "--filter", `reference=${namespace}-*`, "--format", "{{.Repository}}:{{.Tag}}"]),
  ]);
  return {
    containers: sorted(containers),
    volumes: sorted([...volumes, ...(await mountedVolumes(containers))]),
    networks: sorted(networks),
    images: sorted(images.filter((image) => !image.endsWith(":<none>"))),
  };
}

/** Returns what the engine still has of an earlier footprint. */
export async function remains(earlier: Footprint): Promise<Footprint> {
  const [containers, volumes, networks, images] = await Promise.all([
    docker(["ps", "--all", "--format", "{{.Names}}"]),
    docker(["volume", "ls", "--format", "{{.Name}}"]),
    docker(["network", "ls", "--format", "{{.Name}}"]),
    docker(["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]),
  ]);
  const still = (before: readonly string[], now: readonly string[]): string[] =>
    before.filter((name) => now.includes(name));
  return {
    containers: still(earlier.containers, containers),
    volumes: still(earlier.volumes, volumes),
    networks: still(earlier.networks, networks),
    images: still(earlier.images, images),
  };
}

/** Removes all of it, whatever made it. */
export async function wipe(namespace: string): Promise<void> {
  const { containers, volumes, networks, images } = await footprint(namespace);
  if (containers.length > 0) await docker(["rm", "--force", "--volumes", ...containers]);
  // The volumes that have no name went with their containers.
  if (volumes.length > 0) await docker(["volume", "rm", "--force", ...volumes]);
  if (networks.length > 0) await docker(["network", "rm", ...networks]);
  if (images.length > 0) await docker(["image", "rm", "--force", ...images]);
}

/** The namespaces of containers, networks and volumes that are on the engine. */
export async function namespaces(): Promise<string[]> {
  const of = ["--filter", "label=towpath.namespace", "--format", '{{.Label "towpath.namespace"}}'];
  const found = await Promise.all([
    docker(["ps", "--all", ...of]),
    docker(["volume", "ls", ...of]),
    docker(["network", "ls", ...of]),
  ]);
  return sorted(found.flat());
}

/** The lines that the docker client prints. */
export async function docker(args: readonly string[]): Promise<string[]> {
  const { stdout } = await execa("docker", args, { stdin: "ignore", timeout: 120_000 });
  return stdout.split("\n").filter((line) => line !== "");
}

async function mountedVolumes(containers: readonly string[]): Promise<string[]> {
  if (containers.length === 0) return [];
  const format = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}}\n{{end}}{{end}}';
  return docker(["inspect", "--format", format, ...containers]);
}

function isOf(namespace: string, name: string): boolean {
  return name === namespace || name.startsWith(`${namespace}-`);
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
