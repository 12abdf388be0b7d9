/** The label that says when something's time is over, in seconds of 1970: whoever finds it then removes it. */
const untilLabel = "towpath.until";

/** The field of that label in a format of the docker client. */
export const untilField = `{{.Label "${untilLabel}"}}`;

/** Labels for something whose time is over after these seconds. */
export function lasting(
  labels: Readonly<Record<string, string>>,
  seconds: number,
): Readonly<Record<string, string>> {
  return { ...labels, [untilLabel]: String(Math.ceil(Date.now() / 1000) + seconds) };
}

/** The time in a thing's labels; undefined where they have none. */
export function untilOf(labels: Readonly<Partial<Record<string, string>>>): string | undefined {
  return labels[untilLabel];
}

/** Tells whether that time is over. */
export function isOver(until: string | undefined): boolean {
  return Number(until) > 0 && Number(until) * 1000 < Date.now();
}
