/** Says that another run holds the state, from Pulumi's own report: for states that are not in files here. */
export function translateLocked(message: string): string | undefined {
  if (!message.includes("is currently locked by")) return undefined;
  const owner = /created by (.+) \(pid (\d+)\) at (\S+)/.exec(message);
  const stack = /\/locks\/[^/]+\/[^/]+\/([^/]+)\/[^/]+\.json/.exec(message)?.[1] ?? "<stack>";
  const who =
    owner === null
      ? "one that does not say who it is"
      : `${owner[1]} (process ${owner[2]}) since ${owner[3]?.replace("T", " ").slice(0, 16)}`;
  return (
    `state: locked by another run, got ${who}; ` +
    `wait until it ends, or if that process is dead, "npm run pulumi -- cancel --yes ${stack}"`
  );
}
