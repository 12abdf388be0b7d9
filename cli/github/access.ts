import { GithubClient } from "../../components/github/client.ts";
import type { CredentialSource } from "../../components/settings/credential.ts";
import type { Settings } from "../../components/settings/settings.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { secretValues } from "../stack/hosts.ts";
import type { Progress } from "../terminal/progress.ts";

/** The repository that a stack's settings are about, and the token for GitHub. */
export interface OnGithub {
  /** `owner/name`. */
  readonly repository: string;
  readonly token: CredentialSource;
  /** The setting that names the source of the token. */
  readonly place: string;
}

/** The repository and the token that a stack's settings name; undefined when they name none. */
export function onGithub(settings: Settings): OnGithub | undefined {
  if (settings.environment === "repository") {
    const { repository, token } = settings;
    return { repository, token, place: "towpath:token" };
  }
  if (!("github" in settings)) return undefined;
  const { repository, token } = settings.github;
  return { repository, token, place: "towpath:github.token" };
}

/**
 * Makes the client that asks GitHub for the command line. A token in the stack's configuration is encrypted: Pulumi
 * decrypts it.
 *
 * @throws Problem when there is no token
 */
export async function githubClient(
  { token, place }: Omit<OnGithub, "repository">,
  call: () => Promise<PulumiCall>,
  progress: Pick<Progress, "say">,
  run: Run,
): Promise<GithubClient> {
  const value =
    token.source === "environment"
      ? process.env[token.variable]
      : (await secretValues(await call(), run))[token.name];
  if (value === undefined || value === "") throw new Problem(noToken(place, token));
  return new GithubClient({
    token: value,
    place,
    variables: process.env,
    say: (message) => {
      progress.say(message);
    },
  });
}

/** Says that GitHub cannot be asked. */
export function noToken(place: string, source: CredentialSource): string {
  const where =
    source.source === "environment"
      ? `the environment variable ${source.variable}`
      : `towpath:secretValues.${source.name}`;
  return `${place}: expected a token in ${where}, got nothing; make one as docs/github.md says, and set it there`;
}
