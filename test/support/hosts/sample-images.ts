import { execa } from "execa";
import { join } from "node:path";
import { checkout } from "../source-tree.ts";
import { imageMirror } from "./lab.ts";

/** The sample application's image as it is released. */
export async function buildSample(image: "api" | "web"): Promise<string> {
  const { stdout } = await execa(
    "docker",
    [
      ...["build", "--quiet", "--build-arg", `IMAGE_MIRROR=${await imageMirror()}`],
      join(checkout, "app", image),
    ],
    { stdin: "ignore", timeout: 600_000, env: { DOCKER_BUILDKIT: "0" } },
  );
  return stdout.trim();
}

/** An image with more on top, as lines of a Dockerfile. */
export async function layered(image: string, lines: readonly string[]): Promise<string> {
  const { stdout } = await execa("docker", ["build", "--quiet", "-"], {
    input: [`FROM ${image}`, ...lines].join("\n"),
    timeout: 120_000,
    env: { DOCKER_BUILDKIT: "0" },
  });
  return stdout.trim();
}
