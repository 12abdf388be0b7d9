import type { SecretSource } from "./secret-source.ts";

/** The settings of `local`: one person's machine and its own Docker engine. */
export interface LocalSettings {
  environment: "local";
  /** The short name that keeps this environment apart from others on the machine: a DNS label of at most 30 characters. */
  namespace: string;
  /** The port of localhost that the gateway listens on. */
  port: number;
  /** The prefix that stands for docker.io in image names, as pull-through caches use it; left out, docker.io itself. */
  imageMirror?: string;
  /** How long a new copy may take until it is healthy, in seconds. */
  gateTimeoutSeconds: number;
  /** How long the route is watched after it was switched, in seconds. */
  watchSeconds: number;
  /** How long an old copy may finish the requests under way, in seconds. */
  drainSeconds: number;
  /** Where the values of secrets come from, by the secret's name. */
  secrets: Record<string, SecretSource>;
}
