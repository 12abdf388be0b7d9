import { delimiter } from "node:path";
import { pathToFileURL } from "node:url";
import { newMark, runVariable } from "../../components/naming/run-mark.ts";
import { compileCache } from "../../setup/speed/compile-cache.mjs";
import { isFast } from "../../setup/speed/switch.mjs";
import { defaultPrefix } from "../../toolchain/images/recipes.mjs";
import { pulumiFolder, type Project } from "../project.ts";
import type { StackFolders } from "./folders.ts";
import { passphraseFile, passphraseIsGiven } from "./passphrase.ts";

/** The facts that set-up found on this machine and that the program has to know. */
export interface Found {
  /** The engine's address, when the docker client was pointed somewhere by a context. */
  readonly dockerHost?: string | undefined;
  /** True when images come from the mirror that set-up builds. */
  readonly usesBuiltMirror: boolean;
  /** The folder in which this project keeps the state. */
  readonly folders: Pick<StackFolders, "state">;
  /** Pulumi's folder as this clone's runs see it. */
  readonly pulumiHome: string;
}

/**
 * The environment variables of Pulumi's process, for every call. What the person has set wins; nothing is asked for, so that a call
 * never waits for an answer.
 */
export function pulumiVariables(
  project: Project,
  found: Found,
  given: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    ...given,
    PULUMI_HOME: found.pulumiHome,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The salt that belongs to this clone's passphrase is read from the state: see salt.ts.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    // Pulumi and its plugins live for seconds: a tenth of their processor time collects garbage that nobody misses.
    GOGC: given.GOGC ?? (isFast(given) ? "400" : undefined),
    NODE_COMPILE_CACHE: compileCache(project.privateFolder, given),
    PATH: [pulumiFolder(project), given.PATH ?? ""].join(delimiter),
  };
  if (given.PULUMI_BACKEND_URL === undefined) {
    environment.PULUMI_BACKEND_URL = stateUrl(found.folders.state);
    if (!passphraseIsGiven(given)) environment.PULUMI_CONFIG_PASSPHRASE_FILE = passphraseFile(project);
  }
  environment[runVariable] = newMark(environment.PULUMI_BACKEND_URL ?? "");
  if (found.usesBuiltMirror && given.TOWPATH_IMAGE_MIRROR === undefined) {
    environment.TOWPATH_IMAGE_MIRROR = defaultPrefix;
  }
  // The plugin knows an address and not the docker client's contexts.
  if (found.dockerHost !== undefined && given.DOCKER_HOST === undefined) {
    environment.DOCKER_HOST = found.dockerHost;
    delete environment.DOCKER_CONTEXT;
  }
  return environment;
}

/**
 * The address of a state that is kept in a folder, for Pulumi.
 *
 * Beside each file Pulumi would write another one, `<file>.attrs`, in two steps: killed between making and filling it, it
 * answers `EOF` from then on and opens that state no more.
 */
export function stateUrl(folder: string): string {
  return `${pathToFileURL(folder).href}?metadata=skip`;
}
