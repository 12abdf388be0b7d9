import type { GithubClient } from "../../components/github/client.ts";
import {
  readEnvironment,
  type EnvironmentFacts,
  type RepositoryName,
} from "../../components/github/facts.ts";
import { readVariables } from "./variables.ts";

/** A ruleset of a repository, as GitHub has it. */
export interface RulesetThere {
  readonly id: number;
  readonly name: string;
  readonly target?: string;
  /** Only an `active` one is in force. */
  readonly enforcement?: string;
  readonly bypass_actors?: readonly unknown[];
  readonly conditions?: { readonly ref_name?: { readonly include?: readonly string[] } };
  readonly rules?: readonly {
    readonly type: string;
    readonly parameters?: Readonly<Record<string, unknown>>;
  }[];
}

/** A label of a repository, as GitHub has it. */
export interface LabelThere {
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

/** The parts of a repository that the stacks describe. */
export interface RepositoryThere {
  readonly rulesets: readonly RulesetThere[];
  readonly labels: readonly LabelThere[];
  readonly variables: Readonly<Record<string, string>>;
}

/** An environment, and the numbers of its patterns by `branch <pattern>` and `tag <pattern>`. */
export interface EnvironmentThere extends EnvironmentFacts {
  readonly policyIds: Readonly<Record<string, number>>;
}

/** The repository's own rulesets, labels and variables. Only reads. */
export async function readRepositoryContents(
  client: GithubClient,
  repository: RepositoryName,
): Promise<RepositoryThere> {
  const short = await client.list<{ id: number }>("GET /repos/{owner}/{repo}/rulesets", {
    ...repository,
    includes_parents: false,
  });
  const rulesets = await Promise.all(
    (short ?? []).map(({ id }) =>
      client.ask("GET /repos/{owner}/{repo}/rulesets/{ruleset_id}", { ...repository, ruleset_id: id }),
    ),
  );
  const labels = await client.list<LabelThere>("GET /repos/{owner}/{repo}/labels", repository);
  return {
    rulesets: rulesets.flatMap((answer) => (answer === undefined ? [] : [answer.data as RulesetThere])),
    labels: labels ?? [],
    variables: await readVariables(client, repository),
  };
}

/** An environment with all that is in it; undefined when there is none of that name. Only reads. */
export async function readWholeEnvironment(
  client: GithubClient,
  repository: RepositoryName,
  name: string,
): Promise<EnvironmentThere | undefined> {
  const facts = await readEnvironment(client, repository, name);
  if (facts === undefined) return undefined;
  const policies = await client.list<{ id: number; name: string; type?: string }>(
    "GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies",
    { ...repository, environment_name: facts.name },
  );
  const ids = (policies ?? []).map((one) => [`${one.type ?? "branch"} ${one.name}`, one.id] as const);
  return { ...facts, policyIds: Object.fromEntries(ids) };
}
