/** Merges what is in the order of time each, such as `2026-01-02T03:04:05.678901234Z`; no more than the next of each is held. */
export async function* inOrderOfTime<T extends { readonly time: string }>(
  sources: readonly AsyncIterable<T>[],
): AsyncGenerator<T> {
  const heads = await Promise.all(
    sources.map(async (source) => {
      const iterator = source[Symbol.asyncIterator]();
      return { iterator, next: await iterator.next() };
    }),
  );
  for (;;) {
    let first: { head: (typeof heads)[number]; line: T } | undefined;
    for (const head of heads) {
      if (head.next.done === true) continue;
      if (first === undefined || head.next.value.time < first.line.time)
        first = { head, line: head.next.value };
    }
    if (first === undefined) return;
    yield first.line;
    first.head.next = await first.head.iterator.next();
  }
}
