const underWay = new Set<{ readonly what: string }>();

/** Returns the waits of this process at the moment, the oldest first; a test that hangs is ended with them. */
export function waits(): string[] {
  return [...underWay].map(({ what }) => what);
}

/** Notes what is waited for until `promise` settles. */
export async function waitingFor<T>(what: string, promise: Promise<T>): Promise<T> {
  const wait = { what };
  underWay.add(wait);
  try {
    return await promise;
  } finally {
    underWay.delete(wait);
  }
}
