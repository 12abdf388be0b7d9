import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CredentialSource } from "../../components/settings/credential.ts";
import type { RegistrySettings } from "../../components/settings/registry.ts";
import { Problem } from "../problem.ts";
import { asStep, type Progress } from "../progress/progress.ts";
import { pulumiFolder } from "../project.ts";
import type { PulumiCall } from "../pulumi/operation.ts";
import type { Run } from "../run.ts";
import type { PublishedImage } from "./report.ts";

/** A registry, and the password for it where one is needed. */
export interface Destination extends RegistrySettings {
  readonly password?: string;
}

/** The registries with their passwords. Throws a Problem that names every one that is missing, before anything is built. */
export async function destinations(
  registries: readonly RegistrySettings[],
  call: PulumiCall,
  run: Run,
): Promise<Destination[]> {
  if (registries.length === 0) throw new Problem(noRegistry);
  const problems: string[] = [];
  const found: Destination[] = [];
  for (const [index, registry] of registries.entries()) {
    const source = registry.login?.password;
    const password = source === undefined ? undefined : await passwordOf(source, call, run);
    if (source !== undefined && password === undefined) problems.push(noPassword(index, source));
    found.push({ ...registry, ...(password !== undefined && { password }) });
  }
  if (problems.length > 0) throw new Problem(problems.join("\n"));
  return found;
}

export const noRegistry =
  '--publish: expected a registry to publish to, got none; set towpath:registries, for example [{ "address": "ghcr.io", "repository": "owner/notes" }]';

/** Says that the password of a registry is not there. */
export function noPassword(index: number, source: CredentialSource): string {
  const path = `towpath:registries[${index}].login.password`;
  return source.source === "environment"
    ? `${path}: no value in the environment variable ${source.variable}; set the variable for this run`
    : `${path}: no value for towpath:secretValues.${source.name}; set it with npm run pulumi -- config set --stack ci --secret --path towpath:secretValues.${source.name}`;
}

/**
 * Pushes images to every registry under all tags.
 *
 * `images` are the names of the images in the application with the names that the engine has them under. A tag that leads
 * to another digest than the first one is an error: what was checked is what is published.
 */
export async function publish(
  images: Readonly<Record<string, string>>,
  tags: readonly string[],
  registries: readonly Destination[],
  call: Pick<PulumiCall, "environment">,
  run: Run,
  progress: Progress,
): Promise<PublishedImage[]> {
  const published: PublishedImage[] = [];
  for (const registry of registries) {
    await signedIn(registry, call.environment, run, async (environment) => {
      for (const [image, local] of Object.entries(images)) {
        const name = `${registry.address}/${registry.repository}/${image}`;
        const digest = await asStep(progress, `publishing ${name}`, () =>
          push(local, name, tags, environment, run),
        );
        published.push({ image, reference: `${name}@${digest}`, tags });
      }
    });
  }
  return published;
}

async function push(
  local: string,
  name: string,
  tags: readonly string[],
  environment: NodeJS.ProcessEnv,
  run: Run,
): Promise<string> {
  const digests = new Set<string>();
  for (const tag of tags) {
    await client(run, environment, ["tag", local, `${name}:${tag}`]);
    try {
      const said = await client(run, environment, ["push", `${name}:${tag}`]);
      digests.add(/digest: (sha256:[0-9a-f]{64})/.exec(said)?.[1] ?? "none");
    } finally {
      await run("docker", ["image", "rm", `${name}:${tag}`], { environment });
    }
  }
  const [digest = "none", ...others] = digests;
  if (digest === "none" || others.length > 0) {
    throw new Problem(
      `${name}: expected one digest under all tags, got ${[...digests].join(", ")}; publish again`,
    );
  }
  return digest;
}

/** Signs in with a configuration of its own, so that no password stays on this machine; without a login, the person's own one is used. */
async function signedIn<T>(
  { address, login, password }: Destination,
  environment: NodeJS.ProcessEnv,
  run: Run,
  work: (environment: NodeJS.ProcessEnv) => Promise<T>,
): Promise<T> {
  if (login === undefined || password === undefined) return work(environment);
  const folder = mkdtempSync(join(tmpdir(), "towpath-registry-"));
  const own = { ...environment, DOCKER_CONFIG: folder };
  try {
    const args = ["login", "--username", login.user, "--password-stdin", address];
    await client(run, own, args, password);
    return await work(own);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function client(
  run: Run,
  environment: NodeJS.ProcessEnv,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const { code, stdout, stderr } = await run("docker", args, {
    environment,
    ...(input !== undefined && { input }),
  });
  if (code === 0) return stdout;
  const what = args[0] === "login" ? `login ${args.at(-1) ?? ""}` : args.join(" ");
  throw new Problem(
    `--publish: "docker ${what}" failed, got "${stderr.trim()}"; mend that and publish again`,
  );
}

async function passwordOf(source: CredentialSource, call: PulumiCall, run: Run): Promise<string | undefined> {
  if (source.source === "environment") {
    const value = call.environment[source.variable];
    return value === "" ? undefined : value;
  }
  const { project, stack, environment } = call;
  const asked = await run(
    join(pulumiFolder(project), "pulumi"),
    ["config", "get", "--path", `towpath:secretValues.${source.name}`, "--stack", stack, "--non-interactive"],
    { cwd: project.root, environment },
  );
  const value = asked.stdout.trim();
  return asked.code === 0 && value !== "" ? value : undefined;
}
