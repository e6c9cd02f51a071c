import type { NewId } from '../../contract/ids.ts';

/**
 * Request ids: the time and random bits of the server's start, then a counter. They sort by time. Random bits per
 * request would cost as much as the rest of a response.
 */
export function requestIds(newId: NewId): () => string {
  const start = newId('request');
  let count = 0;
  return () => {
    count += 1;
    return start + count.toString(36).padStart(7, '0');
  };
}
