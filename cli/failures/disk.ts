/** Says that a disk is full: the engine's, when an image or a container does not fit, or the one with the state. */
export function translateDiskFull(message: string): string | undefined {
  if (!/no space left on device|ENOSPC|disk quota exceeded/i.test(message)) return undefined;
  const path = /(?:open|write|mkdir|copy_file_range) (\/[^\s:]+): no space left/.exec(message)?.[1];
  return (
    `disk: full${path === undefined ? "" : `, got no space for ${path}`}; ` +
    'free some ("docker system df" shows what Docker holds, "docker system prune" removes what nothing uses) ' +
    "and run the command again"
  );
}
