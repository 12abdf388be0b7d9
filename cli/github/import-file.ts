import { parseUrn } from "../pulumi/urn.ts";
import { adoptedRuleset } from "./imported-settings.ts";
import type { EnvironmentThere, RepositoryThere } from "./read-repository.ts";

/** One resource in a file for `pulumi import`: those fields that are used here. */
export interface ImportSpec {
  readonly type: string;
  readonly name: string;
  readonly logicalName?: string;
  readonly parent?: string;
  readonly provider?: string;
  readonly id?: string;
  readonly component?: boolean;
}

/** A file for `pulumi import`, as `pulumi preview --import-file` writes it. */
export interface ImportFile {
  readonly nameTable?: Readonly<Record<string, string>>;
  readonly resources?: readonly ImportSpec[];
}

/** A resource that a preview would make, with what it is made from. */
export interface PreviewedResource {
  readonly urn: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The repository on GitHub, and by name those of its environments that the stack describes. */
export interface There {
  /** The repository's name, without its owner. */
  readonly repo: string;
  readonly repository: RepositoryThere | undefined;
  readonly environments: Readonly<Record<string, EnvironmentThere | undefined>>;
}

/**
 * The resources that a stack would make and that GitHub has already, with their ids, and what they are part of.
 *
 * Undefined when there are none. Secrets are left out: GitHub never shows a value, and takes a new one over an old one.
 */
export function importFileOf(
  previewed: ImportFile,
  resources: readonly PreviewedResource[],
  there: There,
): ImportFile | undefined {
  const inputsOf = ({ type, name, logicalName = name }: ImportSpec): PreviewedResource["inputs"] =>
    resources.find(({ urn }) => {
      const found = parseUrn(urn);
      return found?.types.at(-1) === type && found.name === logicalName;
    })?.inputs ?? {};
  const all = previewed.resources ?? [];
  const found = all.flatMap((spec) => {
    const id = idOf(spec.type, inputsOf(spec), there);
    return id === undefined ? [] : [{ ...spec, id }];
  });
  if (found.length === 0) return undefined;
  const needed = new Set<string>();
  const need = (name: string | undefined): void => {
    const spec = all.find((one) => one.name === name);
    if (spec === undefined || needed.has(spec.name)) return;
    needed.add(spec.name);
    need(spec.parent);
    need(spec.provider);
  };
  for (const { parent, provider } of found) {
    need(parent);
    need(provider);
  }
  return { ...previewed, resources: [...all.filter(({ name }) => needed.has(name)), ...found] };
}

const prefix = "github:index/";

/** The id that the plugin imports a resource by; undefined for what GitHub does not have. */
function idOf(
  type: string,
  inputs: PreviewedResource["inputs"],
  { repo, repository, environments }: There,
): string | undefined {
  const text = (name: string): string => (typeof inputs[name] === "string" ? inputs[name] : "");
  const environment = environments[text("environment")];
  const inside = `${repo}:${environment?.name ?? ""}`;
  switch (type.startsWith(prefix) ? type.slice(prefix.length).split(":")[0] : "") {
    case "repositoryRuleset": {
      const ruleset = adoptedRuleset(repository?.rulesets ?? [], text("target") === "tag" ? "tag" : "branch");
      return ruleset && `${repo}:${ruleset.id}`;
    }
    case "issueLabel": {
      const lower = text("name").toLowerCase();
      const label = repository?.labels.find(({ name }) => name.toLowerCase() === lower);
      return label && `${repo}:${label.name}`;
    }
    case "actionsVariable": {
      const name = text("variableName").toUpperCase();
      return repository !== undefined && Object.hasOwn(repository.variables, name)
        ? `${repo}:${name}`
        : undefined;
    }
    case "repositoryEnvironment":
      return environment && inside;
    case "repositoryEnvironmentDeploymentPolicy": {
      const [branch, tag] = [text("branchPattern"), text("tagPattern")];
      const id = environment?.policyIds[branch === "" ? `tag ${tag}` : `branch ${branch}`];
      return id === undefined ? undefined : `${inside}:${id}`;
    }
    case "actionsEnvironmentVariable": {
      const name = text("variableName").toUpperCase();
      return environment !== undefined && Object.hasOwn(environment.variables, name)
        ? `${inside}:${name}`
        : undefined;
    }
    default:
      return undefined;
  }
}
