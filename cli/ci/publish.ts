import { join } from "node:path";
import { loginVariables } from "../../components/host/docker-login.ts";
import { Registry } from "../../components/image/registry.ts";
import { defined } from "../../components/input/defined.ts";
import type { CredentialSource } from "../../components/settings/credential.ts";
import type { RegistrySettings } from "../../components/settings/registry.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";
import { pulumiFolder } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { asStep, type Progress } from "../terminal/progress.ts";
import type { Tags } from "./origin.ts";
import type { PublishedImage } from "./report.ts";
import { settled, type Settled, type TagOutcome } from "./tag-outcomes.ts";

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
    const destination = await withPassword(registry, call, run);
    const source = registry.login?.password;
    if (source !== undefined && destination.password === undefined) problems.push(noPassword(index, source));
    found.push(destination);
  }
  if (problems.length > 0) throw new Problem(problems.join("\n"));
  return found;
}

/** A registry with its password, where there is one. */
export async function withPassword(
  registry: RegistrySettings,
  call: PulumiCall,
  run: Run,
): Promise<Destination> {
  const source = registry.login?.password;
  const password = source === undefined ? undefined : await passwordOf(source, call, run);
  return { ...registry, ...defined({ password }) };
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

/** The images to publish, and their tags. */
export interface Publication {
  /** The names of the images in the application, with the names that the engine has them under. */
  readonly images: Readonly<Record<string, string>>;
  readonly tags: Tags;
}

/**
 * Pushes images to every registry under all tags.
 *
 * A tag that leads to another digest than the first one is an error: what was checked is what is published. A version's tag
 * that leads to another image already stays where it is, and so does any tag that the registry refuses to move: both are
 * reported, and are not among the image's tags.
 */
export async function publish(
  { images, tags }: Publication,
  registries: readonly Destination[],
  call: Pick<PulumiCall, "environment" | "project">,
  run: Run,
  progress: Progress,
): Promise<PublishedImage[]> {
  const published: PublishedImage[] = [];
  for (const registry of registries) {
    const known = new Registry(registry, registry.password);
    const environment = signedIn(registry, call);
    for (const [image, local] of Object.entries(images)) {
      const name = `${registry.address}/${registry.repository}/${image}`;
      const found = await asStep(progress, `publishing ${name}`, () =>
        push({ local, name, tags, environment, run, taken: (tag) => known.digestOf(image, tag) }),
      );
      for (const { tag, why } of found.left) progress.say(`${name}:${tag}: ${why}`);
      published.push({ image, reference: `${name}@${found.digest}`, tags: found.tags });
    }
  }
  return published;
}

/** One image on its way into one registry. */
interface Push {
  readonly local: string;
  /** The image's name in the registry, without a tag. */
  readonly name: string;
  readonly tags: Tags;
  readonly environment: NodeJS.ProcessEnv;
  readonly run: Run;
  /** The digest that a tag leads to in the registry. */
  readonly taken: (tag: string) => Promise<string | undefined>;
}

/** Pushes an image under all of its tags; one tag of a version that is there already is not pushed. */
async function push(one: Push): Promise<Omit<Settled, "digests"> & { readonly digest: string }> {
  const { moving, permanent } = one.tags;
  const outcomes: TagOutcome[] = [];
  for (const tag of moving) outcomes.push(await pushTag(one, tag));
  if (permanent !== undefined) {
    const digest = await one.taken(permanent);
    outcomes.push(
      digest === undefined ? await pushTag(one, permanent) : { tag: permanent, is: "taken", digest },
    );
  }
  const { digests, ...rest } = settled(outcomes);
  // Where none of its tags may be moved, it is that of an earlier run of the same commit.
  const [digest = await one.taken(moving[0] ?? ""), ...others] = digests;
  if (digest !== undefined && digest !== "none" && others.length === 0) return { digest, ...rest };
  throw new Problem(
    `${one.name}: expected one digest under all tags, got ${digests.join(", ") || "none"}; publish again`,
  );
}

/** Words with which registries refuse to move a tag: Amazon ECR, Harbor, Google's Artifact Registry, Docker Hub. */
const immutable = /immutable|cannot be overwritten/i;

async function pushTag({ local, name, environment, run }: Push, tag: string): Promise<TagOutcome> {
  await client(run, environment, ["tag", local, `${name}:${tag}`]);
  try {
    const said = await client(run, environment, ["push", `${name}:${tag}`]);
    return { tag, is: "pushed", digest: /digest: (sha256:[0-9a-f]{64})/.exec(said)?.[1] ?? "none" };
  } catch (error) {
    if (error instanceof Problem && immutable.test(error.message)) return { tag, is: "refused" };
    throw error;
  } finally {
    await run("docker", ["image", "rm", `${name}:${tag}`], { environment });
  }
}

/** The environment of the clients that push: without a login, the person's own one is used. */
export function signedIn(
  { address, login, password }: Destination,
  { environment, project }: Pick<PulumiCall, "environment" | "project">,
): NodeJS.ProcessEnv {
  if (login === undefined || password === undefined) return environment;
  const account = { address, user: login.user, password };
  return { ...environment, ...loginVariables(account, project.root, environment.PATH) };
}

async function client(run: Run, environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run("docker", args, { environment });
  if (code === 0) return stdout;
  throw new Problem(
    `--publish: "docker ${args.join(" ")}" failed, got "${stderr.trim()}"; mend that and publish again`,
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
