import { execa } from "execa";
import { join } from "node:path";
import { defaultPrefix } from "../../../toolchain/images/build.mjs";
import { docker, wipe } from "../footprint.ts";
import { checkout } from "../source-tree.ts";

/** The namespace of the hosts and registries of this run of the tests; what a killed run left, the next one removes. */
export const labNamespace = `e2e-${process.pid}-0-lab`;

/** The label of everything that the lab makes. */
export const labLabel = `towpath.namespace=${labNamespace}`;

/** The network of hosts and registries. Its subnet is known, so that a host keeps its address through a reboot. */
interface LabNetwork {
  readonly name: string;
  /** The address of the host with this number, from 0. */
  readonly address: (host: number) => string;
}

let network: Promise<LabNetwork> | undefined;

/** The lab's network, made when it is first asked for. */
export function labNetwork(): Promise<LabNetwork> {
  network ??= makeNetwork();
  return network;
}

/** Takes the lab down, with every host and registry in it. */
export async function removeLab(): Promise<void> {
  if (network === undefined) return;
  network = undefined;
  await wipe(labNamespace);
}

/**
 * Builds one of the lab's images, and keeps it: a build takes 10 s, and only what changed is built again.
 *
 * @returns its id
 */
export async function buildLabImage(dockerfile: "Dockerfile" | "registry.Dockerfile"): Promise<string> {
  const folder = join(checkout, "test/support/hosts/image");
  const tag = `towpath-test-${dockerfile === "Dockerfile" ? "host" : "registry"}`;
  const { stdout } = await execa(
    "docker",
    [
      ...["build", "--quiet", "--tag", tag, "--build-arg", `IMAGE_MIRROR=${await imageMirror()}`],
      ...["--file", join(folder, dockerfile), folder],
    ],
    { stdin: "ignore", timeout: 600_000, env: { DOCKER_BUILDKIT: "0" } },
  );
  return stdout.trim();
}

/** Returns the registry in place of docker.io on this machine: of the images that set-up built, where it did. */
export async function imageMirror(): Promise<string> {
  const { TOWPATH_IMAGE_MIRROR: given } = process.env;
  if (given !== undefined && given !== "") return given;
  const built = await docker(["image", "ls", "--quiet", `${defaultPrefix}/library/debian:bookworm-slim`]);
  return built.length > 0 ? defaultPrefix : "docker.io";
}

/** The number of tries for a subnet, which another run may take first. */
const mostTries = 5;

/** The engine chooses a free subnet; an address of one's own is only given in a subnet that was asked for. */
async function makeNetwork(tries = 1): Promise<LabNetwork> {
  const create = async (...more: string[]): Promise<void> => {
    await docker(["network", "create", "--label", labLabel, ...more, labNamespace]);
  };
  await create();
  const [subnet = ""] = await docker([
    ...["network", "inspect", "--format", "{{(index .IPAM.Config 0).Subnet}}", labNamespace],
  ]);
  await docker(["network", "rm", labNamespace]);
  try {
    await create("--subnet", subnet);
  } catch (error) {
    // Between the two, another run of the tests may have been given the same one.
    if (tries === mostTries || !String(error).includes("overlaps")) throw error;
    return makeNetwork(tries + 1);
  }
  const start = subnet.split("/")[0]?.split(".").slice(0, 3).join(".") ?? "";
  return { name: labNamespace, address: (host) => `${start}.${100 + host}` };
}
