/**
 * A message without what differs from run to run: the ids of containers and images, times, how long things took, and how
 * often a line of a log came again.
 */
export function normalise(text: string): string {
  const lines = withoutIds(text).split("\n");
  return lines.filter((line, index) => line !== lines[index - 1]).join("\n");
}

function withoutIds(text: string): string {
  return text
    .replace(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|\+00:00)?/g, "<time>")
    .replace(/\b(e2e-\d+-\d+)\b/g, "<namespace>")
    .replace(/\b[0-9a-f]{64}\b/g, "<id>")
    .replace(/(<namespace>-[a-z-]+)-[0-9a-f]{7}\b/g, "$1-<id>")
    .replace(/"(request|id)": ?"[0-9a-f]{12}"/g, '"$1": "<id>"')
    .replace(/"milliseconds": ?[\d.]+/g, '"milliseconds": <duration>')
    .replace(/\bprocess \d+\b/g, "process <id>");
}
