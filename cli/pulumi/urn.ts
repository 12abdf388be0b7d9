/** The parts of a resource's URN: `urn:pulumi:<stack>::<project>::<type chain>::<name>`. */
export interface Urn {
  /** Types from the outermost component to the resource's own. */
  readonly types: readonly string[];
  readonly name: string;
}

/** Takes a URN apart; undefined when it is none. */
export function parseUrn(urn: string): Urn | undefined {
  const [, , chain, ...name] = urn.split("::");
  if (!urn.startsWith("urn:pulumi:") || chain === undefined || name.length === 0) return undefined;
  return { types: chain.split("$"), name: name.join("::") };
}
