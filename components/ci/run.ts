import { join } from "node:path";
import type { Ports } from "../settings/ports.ts";

/** The facts of one run of `ci` that the command line gives to the program. */
export interface CiRun {
  /** The one check to run; left out, all. */
  readonly only?: string;
  /** The folder for the reports, relative to the project. */
  readonly reports: string;
  /** The namespace of the local environment whose servers are used, where the settings say so. */
  readonly reused?: string;
  /** The ports that were found free for those that the settings ask for; left out, these themselves. */
  readonly ports?: Ports;
  /** The facts of the images' source, as build arguments, where they are published. */
  readonly facts?: Readonly<Record<string, string>>;
  /** The use of the layers that the first registry keeps; left out, none. */
  readonly buildCache?: RunsBuildCache;
}

/** The layers in the first registry of the settings that a run takes and leaves. */
export interface RunsBuildCache {
  /** Images that have layers of earlier builds, by the image that is built: references by digest. */
  readonly from: Readonly<Record<string, readonly string[]>>;
  /** True when the images of this run are left there for later ones. */
  readonly leaves: boolean;
}

/** The variable that carries it. */
const variable = "TOWPATH_CI_RUN";

/** The run as a variable of the program. */
export function ciRunVariable(run: CiRun): Record<string, string> {
  return { [variable]: JSON.stringify(run) };
}

/** The run that the variables tell of; started without the command line, all checks of the namespace. */
export function ciRunOf(given: Readonly<Record<string, string | undefined>>, namespace: string): CiRun {
  const told = given[variable];
  return told === undefined ? { reports: reportsFolder(namespace) } : (JSON.parse(told) as CiRun);
}

/** Returns the folder of a namespace's reports, relative to the project. */
export function reportsFolder(namespace: string): string {
  return join("reports", namespace);
}
