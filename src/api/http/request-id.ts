import type { NewId } from '../../contract/ids.ts';

/**
 * Ids of requests: the time and the random bits of the server's start, then a count, so that they sort by time and none
 * asks for randomness of its own, which would cost as much as the rest of an answer.
 */
export function requestIds(newId: NewId): () => string {
  const start = newId('request');
  let count = 0;
  return () => {
    count += 1;
    return start + count.toString(36).padStart(7, '0');
  };
}
