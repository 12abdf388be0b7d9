/** A duration as people say it: `12 s`, `3 min 5 s`. Whole seconds, rounded. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

/** The age of something, in its largest whole unit: `5 s`, `3 min`, `2 h`, `9 days`. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}

/** A time as people read it, in UTC, to the minute: `2026-01-02 03:04`. */
export function minute(time: string): string {
  return new Date(time).toISOString().slice(0, 16).replace("T", " ");
}
