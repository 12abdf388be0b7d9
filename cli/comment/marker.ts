/**
 * Returns the first line of a comment, which nobody sees and by which it is found again.
 *
 * The project's name is encoded: it could end the comment of HTML.
 */
export function markerOf({
  project,
  pullRequest,
}: {
  readonly project: string;
  readonly pullRequest: number;
}): string {
  const name = encodeURIComponent(Buffer.from(project).toString()).replaceAll("-", "%2D");
  return `<!-- towpath project=${name} pull-request=${pullRequest} -->`;
}
