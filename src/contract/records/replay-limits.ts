/** Bounds of a replay: selected ids, deliveries per second, and how many items a plan reads and how many it shows. */
export const replayLimits = { ids: 1_000, rateLeast: 0.01, rateMax: 1_000, planned: 100_000, samples: 5 } as const;

/** planned: waits for other replays to finish · running · paused: sends nothing · done · cancelled. */
export const replayStates = ['planned', 'running', 'paused', 'done', 'cancelled'] as const;
export type ReplayState = (typeof replayStates)[number];
