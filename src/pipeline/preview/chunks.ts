/** Processes items `size` at a time, and yields each in order with its result. */
export async function* inChunks<T, R>(
  items: AsyncIterable<T>,
  size: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<[item: T, made: R]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield* await worked(chunk, work);
    chunk = [];
  }
  yield* await worked(chunk, work);
}

function worked<T, R>(chunk: readonly T[], work: (item: T) => Promise<R>): Promise<[T, R][]> {
  return Promise.all(chunk.map(async (item): Promise<[T, R]> => [item, await work(item)]));
}
