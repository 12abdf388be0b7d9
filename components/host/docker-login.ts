import { delimiter, resolve } from "node:path";
import type { RegistryAccount } from "./registry-account.ts";
import { towpathFolder } from "./towpath-folder.ts";

/**
 * The variables with which a docker client signs in to one registry.
 *
 * The client asks a credential helper, which answers out of these variables: no file and no command line holds the password,
 * so a process that is killed leaves none behind.
 *
 * @param root the project's folder
 * @param path where the client's programs are looked for otherwise
 */
export function loginVariables(
  { address, user, password }: RegistryAccount,
  root: string,
  path: string | undefined,
): NodeJS.ProcessEnv {
  const folder = resolve(root, towpathFolder(root), "components/host/docker-login");
  // The client knows Docker Hub by its first address.
  const server = address === "docker.io" ? "https://index.docker.io/v1/" : address;
  return {
    DOCKER_CONFIG: folder,
    PATH: [folder, ...(path === undefined ? [] : [path])].join(delimiter),
    TOWPATH_REGISTRY: server,
    TOWPATH_REGISTRY_LOGIN: JSON.stringify({ ServerURL: server, Username: user, Secret: password }),
  };
}
