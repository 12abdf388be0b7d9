/** The docker plugins' words: a reference, and the engine's or the registry's reason. */
const plugins = [
  /image "([^"]+)" is not on this engine and cannot be pulled: ([^\n]+)/,
  /unable to pull image ([^\s:]\S*): (?:error pulling image \S+: )?([^\n]+)/,
];

/** Says that an image is neither on the engine nor to be had from its registry; undefined where a message says something else. */
export function failedPull(message: string): string | undefined {
  const [, reference, reason = ""] = plugins.map((words) => words.exec(message)).find((found) => found) ?? [];
  if (reference === undefined) return undefined;
  // The engine's own report names the plugin at its end, the plugin's does not.
  const why = reason
    .replace(/^Error response from daemon: /, "")
    .replace(/: provider=\S+$/, "")
    .trim();
  return (
    `image: ${reference} cannot be pulled, got ${JSON.stringify(why)}; check its name and tag, sign in to its registry with ` +
    "docker login where it is private, or set towpath:imageMirror where Docker Hub is out of reach"
  );
}
