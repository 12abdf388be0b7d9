import { answers, connect } from "../../components/host/connection.ts";
import { readConnection, type HostConnection } from "../../components/host/ssh-config.ts";
import { saysCut } from "../../components/host/ssh-failure.ts";
import { waitingFor } from "../progress.ts";

/**
 * The time that a step waits for a host that went away under it, in seconds: a virtual machine is back from a reboot
 * within a minute or two.
 */
const patienceSeconds = 180;

/** The host over SSH that this step works on; undefined for the local engine. */
export function reachedHost(): HostConnection | undefined {
  const { TOWPATH_HOST: text = "" } = process.env;
  return text === "" ? undefined : readConnection(text);
}

/** Makes sure that the host's engine answers, and waits for one that went away. Throws a StepFailure with the cause. */
export async function reach(): Promise<void> {
  const host = reachedHost();
  if (host === undefined) return;
  await connect(host, {
    patienceSeconds,
    onWait: ({ message }) => {
      waitingFor(`waiting for ${host.host}: ${message}`);
    },
  });
}

/**
 * Tells whether a call of the docker client failed because the connection to the host, or its engine, went away under
 * it, by the client's message.
 */
export async function wasCut(said: string): Promise<boolean> {
  const host = reachedHost();
  return host !== undefined && (saysCut(said) || !(await answers(host)));
}
