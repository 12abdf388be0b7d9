import type { GithubClient } from "../../components/github/client.ts";
import { repositoryNameOf } from "../../components/github/facts.ts";
import { branchesFrom, pictureBranch, removePictures } from "../github/pictures.ts";
import type { Kind } from "./thing.ts";
import { previewOf } from "./whose.ts";

const place = "GitHub";

/** The repository of previews on GitHub, as the sweep looks at it. */
export interface OnGithub {
  readonly github: GithubClient;
  /** `owner/name`. */
  readonly repository: string;
  /** The application whose previews are looked for. */
  readonly application: string;
}

/** The kinds of things that previews have on GitHub. */
export function kindsOnGithub(on: OnGithub): Kind[] {
  return [deployments(on), environments(on), pictures(on)];
}

/** Deployments of previews. GitHub removes only those that are inactive. */
function deployments({ github, repository, application }: OnGithub): Kind {
  const inside = repositoryNameOf(repository);
  const one = "/repos/{owner}/{repo}/deployments/{deployment_id}";
  return {
    name: "deployment",
    place,
    async list() {
      interface Deployment {
        readonly id: number;
        readonly environment: string;
      }
      const all = await github.list<Deployment>("GET /repos/{owner}/{repo}/deployments", inside);
      return (all ?? []).flatMap(({ id, environment }) => {
        const whose = previewOf(application, environment);
        if (whose === undefined) return [];
        const name = `${environment} ${id}`;
        return { kind: "deployment", id: String(id), name, place, ...whose, owner: "own" };
      });
    },
    async remove({ id }) {
      const deployment = { ...inside, deployment_id: Number(id) };
      await github.ask(`POST ${one}/statuses`, { ...deployment, state: "inactive" });
      return (await github.ask(`DELETE ${one}`, deployment)) !== undefined;
    },
  };
}

/** The environments that GitHub makes for deployments, or a workflow that names one. */
function environments({ github, repository, application }: OnGithub): Kind {
  const inside = repositoryNameOf(repository);
  return {
    name: "environment",
    place,
    async list() {
      interface Environment {
        readonly id: number;
        readonly name: string;
      }
      const all = await github.list<Environment>("GET /repos/{owner}/{repo}/environments", inside);
      return (all ?? []).flatMap(({ id, name }) => {
        const whose = previewOf(application, name);
        if (whose === undefined) return [];
        return { kind: "environment", id: String(id), name, place, ...whose, owner: "own" };
      });
    },
    async remove({ name }) {
      const environment = { ...inside, environment_name: name };
      const route = "DELETE /repos/{owner}/{repo}/environments/{environment_name}";
      return (await github.ask(route, environment)) !== undefined;
    },
  };
}

/** The branches with pictures of previews, for comments. */
function pictures({ github, repository, application }: OnGithub): Kind {
  const on = { client: github, name: repositoryNameOf(repository) };
  const beginning = pictureBranch(application);
  return {
    name: "pictures",
    place,
    async list() {
      return (await branchesFrom(on, beginning)).flatMap((name) => {
        const whose = previewOf(application, name.slice(beginning.length));
        return whose === undefined
          ? []
          : [{ kind: "pictures", id: name, name, place, ...whose, owner: "own" }];
      });
    },
    remove: ({ name }) => removePictures(on, name),
  };
}
