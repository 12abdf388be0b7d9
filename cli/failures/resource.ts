import { parseUrn } from "../pulumi/urn.ts";

/** What the engine, the bridge and the plugins put before a message, and what says nothing to people. */
const wrappings = [
  /^error: /,
  /^\d+ errors? occurred:\s*\*?\s*/,
  /^(?:creating|updating|deleting|sdk-v2\/provider2\.go:\d+:) ?/,
  /^urn:pulumi:\S+:\s*/,
  /^(?:resource partially created but read failed )?/,
  /^Error response from daemon: /,
];

/** A message of the engine about a resource: that resource's name and what is wrong, once, without URNs. */
export function cleanMessage(message: string, urn: string | undefined): string {
  let text = message.trim();
  for (let before = ""; before !== text;) {
    before = text;
    for (const wrapping of wrappings) text = text.replace(wrapping, "").trim();
  }
  text = text.replace(/urn:pulumi:\S+::([\w.-]+)(?=[\s:,'"]|$)/g, "$1");
  const name = urn === undefined ? undefined : parseUrn(urn)?.name;
  return name === undefined || text.includes(name) || isStack(urn) ? text : `${name}: ${text}`;
}

function isStack(urn: string | undefined): boolean {
  return parseUrn(urn ?? "")?.types.at(-1) === "pulumi:pulumi:Stack";
}
