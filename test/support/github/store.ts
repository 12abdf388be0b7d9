import sodium from "libsodium-wrappers";
import type { StoredArtifact } from "./artifact-handlers.ts";
import type { Opened, StoredComment, StoredPullRequest } from "./pull-requests.ts";

/** A secret as GitHub keeps it: the value is known here because this server holds the private key. */
export interface StoredSecret {
  readonly value: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** One deployment environment. */
export interface StoredEnvironment {
  readonly id: number;
  name: string;
  waitTimer: number;
  preventSelfReview: boolean;
  canAdminsBypass: boolean;
  reviewers: { type: "User" | "Team"; id: number }[];
  policy: { protected_branches: boolean; custom_branch_policies: boolean } | null;
  branchPolicies: { id: number; name: string; type: "branch" | "tag" }[];
  readonly secrets: Map<string, StoredSecret>;
  readonly variables: Map<string, string>;
}

/** A status of a deployment. */
export interface StoredDeploymentStatus {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly environment_url?: string;
  readonly log_url?: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A deployment, with its statuses in their order. */
export interface StoredDeployment {
  readonly id: number;
  readonly ref: string;
  readonly sha: string;
  readonly task: string;
  readonly environment: string;
  readonly creator: string;
  readonly isTransient: boolean;
  readonly isProduction: boolean;
  readonly createdAt: string;
  readonly statuses: StoredDeploymentStatus[];
}

/** A status of a commit. */
export interface StoredCommitStatus {
  readonly id: number;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
  readonly target_url: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A label of issues. */
export interface StoredLabel {
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

/** A ruleset: what was sent, with its id. */
export type StoredRuleset = { readonly id: number } & Record<string, unknown>;

/** Everything that the local GitHub knows of one repository and its owner. */
export class Store {
  readonly owner: string;
  readonly repository: string;
  readonly repositoryId = 4711;
  readonly users: ReadonlyMap<string, number>;
  readonly teams: ReadonlyMap<string, number>;
  readonly environments = new Map<string, StoredEnvironment>();
  readonly rulesets = new Map<number, StoredRuleset>();
  /** The labels, by name in small letters, as GitHub compares them. */
  readonly labels = new Map<string, StoredLabel>();
  /** Variables of the repository, by name. */
  readonly variables = new Map<string, string>();
  readonly pullRequests = new Map<number, StoredPullRequest>();
  /** The comments on all pull requests, oldest first. */
  readonly comments: StoredComment[] = [];
  /** The login that requests are made as; that of an app's token ends with `[bot]`. */
  actor: string;
  /** The deployments, by id. */
  readonly deployments = new Map<number, StoredDeployment>();
  /** The statuses of commits, by the commit, newest first. */
  readonly commitStatuses = new Map<string, StoredCommitStatus[]>();
  /** What workflows' runs left, by id. */
  readonly artifacts = new Map<number, StoredArtifact>();
  /** The roles of those that may do more or less than a user of the repository, who writes. */
  readonly permissions = new Map<string, "admin" | "maintain" | "write" | "triage" | "read" | "none">();
  /** Git's objects, by their names: contents of files, trees as names of blobs by path, commits. */
  readonly git = new Map<string, Buffer | ReadonlyMap<string, string> | { readonly tree: string }>();
  /** The commits at the ends of branches: `refs/heads/main`. */
  readonly refs = new Map<string, string>();
  dependabotAlerts = false;
  security: Record<string, { status: string }> = {};
  isPrivate = false;
  /** True when the token's user administers the repository. */
  isAdmin = true;
  /** The scopes of a classic token; undefined for a fine-grained one. */
  scopes: string | undefined;
  /** The owner's plan, as GitHub names it; undefined when the token may not see it. */
  plan: string | undefined = "enterprise";
  readonly publicKey: string;
  readonly keyId = "1234567890";
  private readonly keys: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
  private lastId = 100;
  private clock = Date.parse("2026-01-01T00:00:00Z");

  private constructor(owner: string, repository: string, users: readonly string[], teams: readonly string[]) {
    this.owner = owner;
    this.repository = repository;
    this.actor = owner;
    this.users = new Map(users.map((login, index) => [login, 1_000 + index]));
    this.teams = new Map(teams.map((slug, index) => [slug, 2_000 + index]));
    this.keys = sodium.crypto_box_keypair();
    this.publicKey = sodium.to_base64(this.keys.publicKey, sodium.base64_variants.ORIGINAL);
  }

  static async create(
    owner: string,
    repository: string,
    users: readonly string[],
    teams: readonly string[],
  ): Promise<Store> {
    await sodium.ready;
    return new Store(owner, repository, users, teams);
  }

  nextId(): number {
    return ++this.lastId;
  }

  /** A time that no other change has. */
  now(): string {
    return new Date((this.clock += 1_000)).toISOString().replace(".000", "");
  }

  /** Opens a pull request, of a branch of the repository where nothing else is said. */
  openPullRequest({ number = this.pullRequests.size + 1, ...opened }: Opened = {}): StoredPullRequest {
    const at = this.now();
    const pullRequest: StoredPullRequest = {
      ...{
        number,
        author: "alice",
        title: `Pull request ${number}`,
        state: "open",
        draft: false,
        labels: [],
      },
      ...{ headOwner: this.owner, branch: `branch-${number}`, base: "main" },
      sha: number.toString(16).padStart(40, "a"),
      ...{ mergedAt: null, files: [], createdAt: at, updatedAt: at },
      ...opened,
    };
    this.pullRequests.set(number, pullRequest);
    return pullRequest;
  }

  /** Adds a comment, of the actor where no author is given. */
  comment(
    pullRequest: number,
    { author = this.actor, body }: { readonly author?: string; readonly body: string },
  ): StoredComment {
    const at = this.now();
    const comment = { id: this.nextId(), pullRequest, author, body, createdAt: at, updatedAt: at };
    this.comments.push(comment);
    return comment;
  }

  /** Keeps what a workflow's run left. */
  keepArtifact(artifact: Omit<StoredArtifact, "id">): void {
    const id = this.nextId();
    this.artifacts.set(id, { id, ...artifact });
  }

  /** GitHub takes environments' names without regard to case. */
  environment(name: string): StoredEnvironment | undefined {
    return this.environments.get(name.toLowerCase());
  }

  /** Adds an environment that is not protected. */
  addEnvironment(name: string): void {
    this.environments.set(name.toLowerCase(), {
      ...{ id: this.nextId(), name, waitTimer: 0, preventSelfReview: false, canAdminsBypass: true },
      ...{ reviewers: [], policy: null, branchPolicies: [] },
      ...{ secrets: new Map<string, never>(), variables: new Map<string, never>() },
    });
  }

  /** Opens a sealed box. Throws when it was sealed for another key. */
  open(encrypted: string): string {
    const box = sodium.from_base64(encrypted, sodium.base64_variants.ORIGINAL);
    return sodium.to_string(sodium.crypto_box_seal_open(box, this.keys.publicKey, this.keys.privateKey));
  }
}
