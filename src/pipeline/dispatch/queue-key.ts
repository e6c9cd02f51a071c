/** The key of the queue of a destination, or of a replay to it. */
export function queueKey(destinationId: string, replayId: string | null): string {
  return replayId === null ? destinationId : `${replayId} ${destinationId}`;
}

/** What a queue has in flight. */
export type QueueInFlight = { destinationId: string; replayId: string | null; ids: string[] };
