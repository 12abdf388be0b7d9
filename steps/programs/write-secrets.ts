import { secretsFolder } from "../../components/application/connections.ts";
import type { WriteSecretsInput } from "../../components/contract/write-secrets.ts";
import { delivers } from "../delivered.ts";
import { secretArchive } from "../machine/container-run.ts";
import { docker } from "../machine/docker.ts";
import { runStep } from "../program.ts";

/** Copies the files through a container that never runs. */
async function writeSecrets({ container, volume, files, labels }: WriteSecretsInput): Promise<object> {
  delivers(Object.values(files));
  const image = await docker(["container", "inspect", "--format", "{{.Image}}", container]);
  const way = await docker([
    "create",
    "--network",
    "none",
    "--volume",
    `${volume}:${secretsFolder}`,
    ...Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    image,
  ]);
  try {
    await docker(["cp", "-", `${way}:${secretsFolder}`], { input: await secretArchive(files) });
  } finally {
    await docker(["rm", "--force", "--volumes", way]);
  }
  return { volume, files: Object.keys(files).sort() };
}

await runStep(writeSecrets);
