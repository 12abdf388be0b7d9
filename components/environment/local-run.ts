import type { Ports } from "../settings/ports.ts";

/** The facts of one run of `local` that the command line gives to the program. */
export interface LocalRun {
  /** The ports that were found free for those that the settings ask for; left out, these themselves. */
  readonly ports?: Ports;
  /** `data` to make the backing services alone; left out, everything. */
  readonly only?: "data";
}

/** Ports of this machine by what they lead to, as a stack's output. */
export type PublishedPorts = Readonly<Record<string, PublishedPort>>;

/** A port of this machine that leads to a service or backing service. */
export interface PublishedPort {
  readonly port: number;
  /** The port that the settings ask for; another one is taken where that is not free. */
  readonly wanted: number;
}

/** The published ports among a stack's outputs. */
export function portsIn(outputs: Readonly<Record<string, unknown>>): PublishedPorts {
  return (outputs.ports ?? {}) as PublishedPorts;
}

/** The variable that carries it. */
const variable = "TOWPATH_LOCAL_RUN";

/** The run as a variable of the program. */
export function localRunVariable(run: LocalRun): Record<string, string> {
  return { [variable]: JSON.stringify(run) };
}

/** The run that the variables tell of; started without the command line, everything on the ports of the settings. */
export function localRunOf(given: Readonly<Record<string, string | undefined>>): LocalRun {
  const told = given[variable];
  return told === undefined ? {} : (JSON.parse(told) as LocalRun);
}
