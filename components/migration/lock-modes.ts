/** The modes of locks on tables, the weakest first, as PostgreSQL's documentation of explicit locking calls them. */
export const lockModes = [
  "ACCESS SHARE",
  "ROW SHARE",
  "ROW EXCLUSIVE",
  "SHARE UPDATE EXCLUSIVE",
  "SHARE",
  "SHARE ROW EXCLUSIVE",
  "EXCLUSIVE",
  "ACCESS EXCLUSIVE",
] as const;

/** A mode of locks on tables. */
export type LockMode = (typeof lockModes)[number];

/** Returns what waits while a lock of this mode is held: `reads and writes`; undefined for modes that no query waits for. */
export function waitsFor(mode: LockMode): "reads and writes" | "writes" | undefined {
  if (mode === "ACCESS EXCLUSIVE") return "reads and writes";
  return lockModes.indexOf(mode) >= lockModes.indexOf("SHARE") ? "writes" : undefined;
}

/** The stronger of two modes. */
export function stronger(one: LockMode, other: LockMode): LockMode {
  return lockModes.indexOf(one) >= lockModes.indexOf(other) ? one : other;
}
