import sodium from "libsodium-wrappers";
import type { ProtectionSettings } from "../settings/github.ts";
import type { GithubClient } from "./client.ts";
import type { Drift } from "./drift.ts";
import type { RepositoryName } from "./facts.ts";

/** Reviewers by GitHub's numbers, as its API takes them. */
export interface ReviewerNumbers {
  readonly users: readonly number[];
  readonly teams: readonly number[];
}

/** The drifts to restore, and the wanted state. */
export interface Restoration {
  readonly repository: RepositoryName;
  /** The environment's name on GitHub. */
  readonly environment: string;
  readonly wanted: ProtectionSettings;
  readonly reviewers: ReviewerNumbers;
  /** The values of all secrets, by name in capital letters. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly drifts: readonly Drift[];
}

const below = "/repos/{owner}/{repo}/environments/{environment_name}";

/**
 * Brings back what somebody changed by hand and the plugin takes for unchanged, so that GitHub is again as the state says.
 * Nothing is deleted for it, at no moment.
 *
 * @returns the times at which GitHub wrote the secrets, by name
 */
export async function restore(
  github: GithubClient,
  { repository, environment, wanted, reviewers, secrets, drifts }: Restoration,
): Promise<Record<string, string>> {
  const inside = { ...repository, environment_name: environment };
  const about = (kind: string): string[] =>
    drifts.filter(({ what }) => what.startsWith(`${kind} `)).map(({ what }) => what.slice(kind.length + 1));
  if (drifts.some(({ what }) => ["reviewers", "self-review", "administrators", "the wait"].includes(what))) {
    await github.ask(`PUT ${below}`, { ...inside, ...protectionBody(wanted, reviewers) });
  }
  for (const name of about("variable")) {
    const value = wanted.variables[name];
    if (value === undefined) continue;
    const there = await github.ask(`PATCH ${below}/variables/{name}`, { ...inside, name, value });
    if (there === undefined) await github.ask(`POST ${below}/variables`, { ...inside, name, value });
  }
  const drifted = about("secret").filter((name) => secrets[name] !== undefined);
  if (drifted.length === 0) return {};
  const key = await github.ask(`GET ${below}/secrets/public-key`, inside);
  if (key === undefined) return {};
  await sodium.ready;
  const written: Record<string, string> = {};
  for (const name of drifted) {
    await github.ask(`PUT ${below}/secrets/{secret_name}`, {
      ...inside,
      secret_name: name,
      encrypted_value: sealed(key.data.key, secrets[name] ?? ""),
      key_id: key.data.key_id,
    });
    const after = await github.ask(`GET ${below}/secrets/{secret_name}`, { ...inside, secret_name: name });
    if (after !== undefined) written[name] = after.data.updated_at;
  }
  return written;
}

/** Returns the body of a request for protection, as the plugin sends it. */
function protectionBody(wanted: ProtectionSettings, { users, teams }: ReviewerNumbers): object {
  const { branches, tags, waitMinutes } = wanted;
  return {
    wait_timer: waitMinutes,
    can_admins_bypass: false,
    prevent_self_review: true,
    reviewers: [
      ...teams.map((id) => ({ type: "Team" as const, id })),
      ...users.map((id) => ({ type: "User" as const, id })),
    ],
    deployment_branch_policy:
      branches.length + tags.length > 0 ? { protected_branches: false, custom_branch_policies: true } : null,
  };
}

/** A value that only GitHub can open. */
function sealed(publicKey: string, value: string): string {
  const key = sodium.from_base64(publicKey, sodium.base64_variants.ORIGINAL);
  return sodium.to_base64(sodium.crypto_box_seal(value, key), sodium.base64_variants.ORIGINAL);
}
