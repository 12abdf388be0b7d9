import type { Project } from "../project.ts";

/** The arguments that all calls of Pulumi have in common. */
export interface PulumiCall {
  readonly project: Project;
  readonly stack: string;
  /** The variables of Pulumi's process. */
  readonly environment: NodeJS.ProcessEnv;
  /** The folder for what operations print, and their events. */
  readonly logFolder: string;
  /** The name of the environment's component in the state, with which the names of all resources begin. */
  readonly environmentName?: string;
}
