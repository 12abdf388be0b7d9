/** Times as they are kept, and as people read them. */

/**
 * A time in ISO's form, in UTC.
 *
 * @param {number} time in milliseconds since 1970
 */
export function isoOf(time) {
  return new Date(time).toISOString();
}

/**
 * A time to the minute: `2026-01-02 03:04 UTC`.
 *
 * @param {string} time in ISO's form, in UTC
 */
export function minute(time) {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}
