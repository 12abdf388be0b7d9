/** The same things in an order that the seed decides (Fisher and Yates, with the numbers of mulberry32). */
export function shuffled<T>(things: readonly T[], seed: number): T[] {
  const left = [...things];
  const next = numbersOf(seed);
  const result: T[] = [];
  while (left.length > 0) result.push(...left.splice(Math.floor(next() * left.length), 1));
  return result;
}

/** Numbers from 0 to below 1, always the same for a seed. */
export function numbersOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
