import { askDocker } from "./host-engine.ts";
import { askEngine } from "./local-engine.ts";
import type { HostConnection } from "./ssh-config.ts";

/** Returns the variables of a container, whether or not it runs; undefined where there is none. */
type Variables = (container: string) => Promise<readonly string[] | undefined>;

const question = ["container", "inspect", "--format", "{{json .Config.Env}}"];

/** Those of containers on a host whose connection is open. */
export function variablesOn(connection: HostConnection): Variables {
  return async (container) => {
    const { succeeded, stdout } = await askDocker(connection, [...question, container]);
    return succeeded ? (JSON.parse(stdout) as string[]) : undefined;
  };
}

/** Those of containers on this machine. */
export const variablesHere: Variables = async (container) => {
  const answer = await askEngine([...question, container]);
  return answer === undefined ? undefined : (JSON.parse(answer) as string[]);
};
