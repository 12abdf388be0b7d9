import { GithubError, type GithubClient } from "./client.ts";

/** A version of a package, as far as it is read: its name is the image's digest. */
interface Version {
  readonly id: number;
  readonly name: string;
}

/** Removes one version of a package, by its id. Returns undefined when it was gone already. */
type Removal = (id: number) => Promise<unknown>;

/** The versions of one package, and how one is removed. */
interface Package {
  /** Their ids, by digest. */
  readonly ids: ReadonlyMap<string, number>;
  readonly removal: Removal;
}

const ofOrganization = "/orgs/{org}/packages/{package_type}/{package_name}/versions";
const ofUser = "/users/{username}/packages/{package_type}/{package_name}/versions";

/** Removes images from GHCR by GitHub's own interface: that of the registry removes nothing there. */
export class GithubPackages {
  private readonly github: GithubClient;
  /** The known facts of each repository's package, read once. */
  private readonly packages = new Map<string, Promise<Package | undefined>>();

  constructor(github: GithubClient) {
    this.github = github;
  }

  /** Removes one image of a repository such as `owner/notes/api`. Returns false when it was gone already. */
  async remove(repository: string, digest: string): Promise<boolean> {
    try {
      const reading = this.packages.get(repository) ?? this.read(repository);
      this.packages.set(repository, reading);
      const found = await reading;
      const id = found?.ids.get(digest);
      if (found === undefined || id === undefined) return false;
      return (await found.removal(id)) !== undefined;
    } catch (error) {
      throw error instanceof GithubError ? refused(repository, error) : error;
    }
  }

  private async read(repository: string): Promise<Package | undefined> {
    const [owner = "", ...rest] = repository.split("/");
    const inside = { package_type: "container", package_name: rest.join("/") } as const;
    // Nobody else knows whether an owner is an organisation or a person.
    const organization = { org: owner, ...inside };
    const versions = await this.github.list<Version>(`GET ${ofOrganization}`, organization);
    if (versions !== undefined) {
      return {
        ids: idsOf(versions),
        removal: (id) =>
          this.github.ask(`DELETE ${ofOrganization}/{package_version_id}`, {
            ...organization,
            package_version_id: id,
          }),
      };
    }
    const user = { username: owner, ...inside };
    const own = await this.github.list<Version>(`GET ${ofUser}`, user);
    return (
      own && {
        ids: idsOf(own),
        removal: (id) =>
          this.github.ask(`DELETE ${ofUser}/{package_version_id}`, { ...user, package_version_id: id }),
      }
    );
  }
}

function idsOf(versions: readonly Version[]): ReadonlyMap<string, number> {
  return new Map(versions.map(({ id, name }) => [name, id]));
}

/** Explains GitHub's refusal for images: it takes a token of another kind than everything else here. */
function refused(repository: string, error: GithubError): GithubError {
  const { status, got } = error;
  if (status === undefined) return error;
  const fix =
    status >= 500
      ? "try again when GitHub is well"
      : "its login needs a classic token with read:packages and delete:packages";
  return new GithubError(
    `towpath:registries: expected GitHub to let images of ghcr.io/${repository} be removed, got ${got}; ${fix}`,
    { status, got },
  );
}
