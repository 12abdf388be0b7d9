import { branchLabel } from "../../components/image/retention.ts";
import { defined } from "../../components/input/defined.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";
import { factsOf, type Origin } from "./origin.ts";

/** An image on the engine, and its title. */
export interface DescribedImage {
  /** The name that the engine has it under. */
  readonly local: string;
  /** The title of its label, such as `notes-api`. */
  readonly title: string;
}

/**
 * Gives an image the facts of its build, as labels of the Open Container Initiative and as variables of its containers.
 *
 * The layers are those that were checked. Every published image has the same facts, whatever its Dockerfile sets.
 *
 * @returns the name that the engine has the described image under
 */
export async function describeImage(
  { local, title }: DescribedImage,
  origin: Origin,
  run: Run,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const described = `${local.replace(/:[^:/]*$/, "")}:described`;
  const own = await ownLabels(local, run, environment);
  const facts = factsOf(origin);
  const names = Object.keys(facts);
  const dockerfile = [
    `FROM ${local}`,
    // An argument of the same name would lose against a variable that the image has already.
    ...names.flatMap((name) => [`ARG FACT_${name}`, `ENV ${name}=$FACT_${name}`]),
    "",
  ].join("\n");
  const { code, stderr } = await run(
    "docker",
    [
      "build",
      "--quiet",
      ...names.flatMap((name) => ["--build-arg", `FACT_${name}=${facts[name]}`]),
      ...Object.entries(labelsOf(title, own, origin)).flatMap(([key, value]) => [
        "--label",
        `${key}=${value}`,
      ]),
      "--tag",
      described,
      "-",
    ],
    { environment, input: dockerfile },
  );
  if (code === 0) return described;
  throw new Problem(
    `--publish: ${title} cannot be labelled, got "${stderr.trim()}"; mend that and publish again`,
  );
}

/** The labels by https://github.com/opencontainers/image-spec/blob/main/annotations.md, and Towpath's own. */
function labelsOf(
  title: string,
  own: Readonly<Record<string, string>>,
  { commit, branch, version, time, source }: Origin,
): Record<string, string> {
  const prefix = "org.opencontainers.image";
  return {
    // A title and a description in the Dockerfile are the author's, and stay.
    [`${prefix}.title`]: own[`${prefix}.title`] ?? title,
    [`${prefix}.description`]: own[`${prefix}.description`] ?? title,
    [`${prefix}.created`]: time,
    ...defined({
      [`${prefix}.version`]: version,
      [`${prefix}.revision`]: commit,
      [`${prefix}.source`]: source,
      [branchLabel]: branch,
    }),
  };
}

async function ownLabels(
  local: string,
  run: Run,
  environment: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, string>>> {
  const args = ["image", "inspect", "--format", "{{json .Config.Labels}}", local];
  const { code, stdout, stderr } = await run("docker", args, { environment });
  if (code !== 0)
    throw new Problem(`--publish: ${local} is not on the engine, got "${stderr.trim()}"; run it again`);
  return (JSON.parse(stdout) as Record<string, string> | null) ?? {};
}
