/** How long to wait between two looks, in milliseconds. */
const interval = 100;

/**
 * Looks again and again until there is something, and gives it back.
 *
 * Fails when there is nothing after `seconds`, naming `what` was waited for and what the last look threw.
 */
export async function until<T>(
  what: string,
  seconds: number,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let thrown: unknown;
  do {
    try {
      const found = await look();
      if (found !== undefined) return found;
      thrown = undefined;
    } catch (error) {
      thrown = error;
    }
    await new Promise((resolve) => setTimeout(resolve, interval));
  } while (Date.now() < deadline);
  throw new Error(`${what}: not within ${seconds} s`, { cause: thrown });
}
