import { parseUrn } from "../pulumi/urn.ts";

/** One thing that is not as the last `up` left it. */
export interface Difference {
  /** `resource` for what Pulumi's plugins find, `GitHub <environment>` for what is read there. */
  readonly where: string;
  /** The thing: a resource by type and name, or `reviewers`. */
  readonly what: string;
  /** Its state now. */
  readonly found: string;
}

/** The output of `pulumi refresh --preview-only --json`: those parts that are used here. */
export interface RefreshDigest {
  readonly steps?: readonly {
    readonly op: string;
    readonly urn: string;
    readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
  }[];
  readonly diagnostics?: readonly {
    readonly urn?: string;
    readonly message: string;
    readonly severity: string;
  }[];
}

/** The resources of GitHub's environments that are read at GitHub itself, which shows more than the plugin. */
const readOnGithub = new Set(
  [
    "repositoryEnvironment:RepositoryEnvironment",
    "repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
    "actionsEnvironmentSecret:ActionsEnvironmentSecret",
    "actionsEnvironmentVariable:ActionsEnvironmentVariable",
  ].map((type) => `github:index/${type}`),
);

/** The resources that a look at them found changed or gone; without those of GitHub's environments when they are read there. */
export function resourceDifferences({ steps = [] }: RefreshDigest, readsGithub: boolean): Difference[] {
  return steps.flatMap(({ op, urn, detailedDiff }) => {
    const { types = [], name = urn } = parseUrn(urn) ?? {};
    const type = types.at(-1) ?? "";
    if (readsGithub && readOnGithub.has(type)) return [];
    const what = `${type.split(":").at(-1) ?? ""} ${name}`;
    if (op === "delete") return [{ where: "resource", what, found: "is gone" }];
    if (op !== "update") return [];
    const fields = Object.keys(detailedDiff ?? {})
      .sort()
      .join(", ");
    return [{ where: "resource", what, found: fields === "" ? "differs" : `differs in ${fields}` }];
  });
}
