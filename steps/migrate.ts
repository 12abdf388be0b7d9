import { pack } from "tar-stream";
import { buffer } from "node:stream/consumers";
import { docker, lastLogLines } from "./docker.ts";
import { runStep, StepFailure } from "./program.ts";

/** One run of the application's migrations, in a container of its own. */
export interface MigrateInput {
  readonly image: string;
  readonly network: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Secret values by name; each becomes the file `/run/secrets/<NAME>`. */
  readonly files: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

async function migrate(input: MigrateInput): Promise<object> {
  const { image, network, command, timeoutSeconds } = input;
  await awaitEarlierRun(input);
  const container = await docker([
    "create",
    ...["--network", network],
    ...Object.entries(input.environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...Object.entries(input.labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...[image, ...command],
  ]);
  try {
    await docker(["cp", "-", `${container}:/`], { input: await secretFiles(input.files) });
    await docker(["start", container]);
    const exitCode = Number(await docker(["wait", container], { timeoutSeconds }).catch(() => NaN));
    if (exitCode !== 0) {
      const problem = Number.isNaN(exitCode)
        ? `not done within ${timeoutSeconds} s`
        : `ended with exit code ${exitCode}`;
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
