/** Numbers, times and releases as people read them. */

import type { Version } from "./api.ts";

const UNITS = ["bytes", "kB", "MB", "GB"];

/** A size with one digit after the point from kB on: `999 bytes`, `1.5 kB`. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  if (unit === 0) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}

export function words(count: number): string {
  return count === 1 ? "1 word" : `${count} words`;
}

/** How long ago a moment was, in its largest whole unit. */
export function ago(moment: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(moment)) / 1000));
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(moment).toLocaleDateString();
}

/** What runs here, in a line: `Notes 1.4.0 (8116599) · staging · release 20260101-1`. */
export function release(version: Version): string {
  const commit = version.commit === "" ? "" : ` (${version.commit.slice(0, 7)})`;
  return `Notes ${version.version}${commit} · ${version.environment} · release ${version.release}`;
}
