import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { extract } from "tar-stream";
import { secretsFolder } from "../../components/application/connections.ts";
import { docker } from "../docker/containers.ts";
import type { Run } from "../process/run.ts";
import type { ContainerInputs } from "./inputs.ts";

/** Reads the variables and secrets of a container, which may be stopped. */
export async function readInputs(run: Run, container: string): Promise<ContainerInputs> {
  const inspect = async (of: string): Promise<{ Image: string; Config: { Env: string[] | null } }> => {
    const [found] = JSON.parse(await docker(run, ["inspect", of])) as [Awaited<ReturnType<typeof inspect>>];
    return found;
  };
  const { Image, Config } = await inspect(container);
  const image = await inspect(Image);
  const environment = Config.Env ?? [];
  const imageEnvironment = image.Config.Env ?? [];
  const own = environment.filter((line) => !imageEnvironment.includes(line));
  // Of secrets; a program may have others of the kind.
  const hasFiles = own.some((line) => /^[A-Z][A-Z0-9_]*_FILE=\//.test(line));
  return { environment, imageEnvironment, secrets: hasFiles ? await readSecrets(container) : {} };
}

/**
 * The contents of a container's secret files, by name; none where it has no such folder. Docker gives files out as an archive.
 *
 * @param client the variables of the docker client; without them, it asks this machine's engine, and says what is wrong
 */
export async function readSecrets(
  container: string,
  client?: NodeJS.ProcessEnv,
): Promise<Record<string, string>> {
  const copy = spawn("docker", ["cp", `${container}:${secretsFolder}`, "-"], {
    stdio: ["ignore", "pipe", "pipe"],
    ...(client !== undefined && { env: client }),
  });
  const said = text(copy.stderr);
  const secrets: Record<string, string> = {};
  for await (const entry of copy.stdout.pipe(extract())) {
    const name = entry.header.name.split("/").at(-1) ?? "";
    if (entry.header.type === "file") secrets[name] = await text(entry);
    else entry.resume();
  }
  const problem = await said;
  if (client === undefined && !/no such container:path|could not find the file/i.test(problem))
    process.stderr.write(problem);
  return secrets;
}
