/** A number of things: `1 row`, `12,034 rows`. */
export function count(number: number, thing: string): string {
  return `${number.toLocaleString("en-US")} ${thing}${number === 1 ? "" : "s"}`;
}

/** A short time: `3 ms`, `1.2 s`. */
export function milliseconds(time: number): string {
  return time < 1000 ? `${Math.max(1, Math.round(time))} ms` : `${(time / 1000).toFixed(1)} s`;
}
