import { execa } from "execa";
import { join } from "node:path";
import { checkout } from "../source-tree.ts";
import { imageMirror } from "./lab.ts";

const built = new Map<"api" | "web", Promise<string>>();

/** The sample application's image as it is released: its source does not change while tests run, so each is built once. */
export function buildSample(image: "api" | "web"): Promise<string> {
  const known = built.get(image) ?? build(image);
  built.set(image, known);
  return known;
}

async function build(image: "api" | "web"): Promise<string> {
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
