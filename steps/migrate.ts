import { pack } from "tar-stream";
import { resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { docker, DockerTimeout, lastLogLines } from "./docker.ts";
import { runStep, StepFailure } from "./program.ts";

/** One run of the application's migrations, in a container of its own. */
export interface MigrateInput {
  readonly image: string;
  readonly network: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Secret values by name; each becomes a variable. */
  readonly variables: Readonly<Record<string, string>>;
  /** Secret values by name; each becomes the file `/run/secrets/<NAME>`. */
  readonly files: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Folders of the project, and where the command sees them, read-only. */
  readonly mounts?: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

async function migrate(input: MigrateInput): Promise<object> {
  const { image, network, command, timeoutSeconds } = input;
  await awaitEarlierRun(input);
  const labels = Object.entries(input.labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
  const environment = Object.entries(input.environment).map(([name, value]) => `${name}=${value}`);
  // Of secrets only the names are arguments: the client passes their values on from its own environment.
  const variables = [...environment, ...Object.keys(input.variables)].flatMap((variable) => [
    "--env",
    variable,
  ]);
  const mounts = Object.entries(input.mounts ?? {}).flatMap(([folder, path]) => [
    "--volume",
    `${resolve(folder)}:${path}:ro`,
  ]);
  const container = await docker(
    ["create", "--network", network, ...variables, ...labels, ...mounts, image, ...command],
    {
      environment: input.variables,
    },
  );
  try {
    await docker(["cp", "-", `${container}:/`], { input: await secretFiles(input.files) });
    await docker(["start", container]);
    const problem = await ending(container, timeoutSeconds);
    if (problem !== undefined) {
      throw new StepFailure(
        `migrations: "${command.join(" ")}" ${problem}, nothing new was started; its last log lines:\n` +
          (await lastLogLines(container)),
      );
    }
    return { command };
  } finally {
    await docker(["rm", "--force", container]);
  }
}

/** How the container ended, unless it ended well. */
async function ending(container: string, timeoutSeconds: number): Promise<string | undefined> {
  try {
    const exitCode = await docker(["wait", container], { timeoutSeconds });
    return exitCode === "0" ? undefined : `ended with exit code ${exitCode}`;
  } catch (error) {
    if (error instanceof DockerTimeout) return `not done within ${timeoutSeconds} s`;
    throw error;
  }
}

/** A run whose starter was killed goes on without it: let it finish first, so that two never run at once. */
async function awaitEarlierRun({ labels, timeoutSeconds }: MigrateInput): Promise<void> {
  const filters = Object.entries(labels).flatMap(([key, value]) => ["--filter", `label=${key}=${value}`]);
  const earlier = (await docker(["ps", "--all", "--quiet", ...filters]))
    .split("\n")
    .filter((id) => id !== "");
  if (earlier.length === 0) return;
  const running = (await docker(["ps", "--quiet", ...filters])).split("\n").filter((id) => id !== "");
  if (running.length > 0) await docker(["wait", ...running], { timeoutSeconds });
  await docker(["rm", "--force", ...earlier]);
}

function secretFiles(files: MigrateInput["files"]): Promise<Uint8Array> {
  const archive = pack();
  for (const [name, value] of Object.entries(files)) {
    archive.entry({ name: `run/secrets/${name}`, mode: 0o444 }, value);
  }
  archive.finalize();
  return buffer(archive);
}

await runStep(migrate);
