import type { GithubClient } from "../../components/github/client.ts";
import { repositoryNameOf } from "../../components/github/facts.ts";
import { branchPreviewStack, namespaceFor } from "../../components/naming/namespace.ts";
import { Problem } from "../problem.ts";
import type { OnGithub } from "./on-github.ts";
import type { Facts, PullRequestState } from "./plan.ts";
import type { Wanted } from "./sweep.ts";
import type { Thing } from "./thing.ts";

/** A pull request, as far as the sweep needs it. */
interface PullRequest {
  readonly number: number;
  readonly state: string;
  readonly merged_at: string | null;
}

/** The pull requests and branches of a repository, which say what previews are wanted. */
export class PullRequests implements Wanted {
  private readonly github: GithubClient;
  private readonly repository: string;
  private readonly application: string;
  private readonly limits: Pick<Facts, "maxAgeDays">;

  constructor({ github, repository, application }: OnGithub, limits: Pick<Facts, "maxAgeDays">) {
    this.github = github;
    this.repository = repository;
    this.application = application;
    this.limits = limits;
  }

  /**
   * Asks GitHub once for all that is open, and for each other pull request by its number. Asked for one preview alone,
   * it asks only for that.
   */
  async facts(things: readonly Thing[]): Promise<Facts> {
    const numbers = new Set(things.flatMap(({ pullRequest }) => pullRequest ?? []));
    const isOfBranch = (preview: string): boolean => preview.startsWith(`${this.application}-preview-`);
    const [pullRequests, ofBranches] = await Promise.all([
      this.states(numbers),
      things.some(({ preview }) => isOfBranch(preview)) ? this.ofBranches() : new Set<string>(),
    ]);
    return { pullRequests, ofBranches, isOfBranch, now: new Date(), ...this.limits };
  }

  private async states(numbers: ReadonlySet<number>): Promise<Map<number, PullRequestState>> {
    const states = new Map<number, PullRequestState>();
    const open = numbers.size > 1 ? await this.listed<PullRequest>("GET /repos/{owner}/{repo}/pulls") : [];
    for (const { number } of open) states.set(number, "open");
    const others = [...numbers].filter((number) => !states.has(number));
    await Promise.all(
      others.map(async (number) => {
        const asked = { ...repositoryNameOf(this.repository), pull_number: number };
        const answer = await this.github.ask("GET /repos/{owner}/{repo}/pulls/{pull_number}", asked);
        if (answer === undefined) return;
        const { state, merged_at } = answer.data;
        states.set(number, state === "open" ? "open" : merged_at === null ? "closed" : "merged");
      }),
    );
    return states;
  }

  /** Returns the namespaces that previews of the branches which exist would have. */
  private async ofBranches(): Promise<Set<string>> {
    const branches = await this.listed<{ name: string }>("GET /repos/{owner}/{repo}/branches");
    return new Set(branches.map(({ name }) => namespaceFor(this.application, branchPreviewStack(name))));
  }

  private async listed<Item>(route: Parameters<GithubClient["list"]>[0]): Promise<Item[]> {
    const items = await this.github.list<Item>(route, repositoryNameOf(this.repository));
    if (items !== undefined) return items;
    throw new Problem(
      `towpath:github.repository: GitHub shows this token no such repository, got ${JSON.stringify(this.repository)}; correct it, or give the token access to it`,
    );
  }
}
