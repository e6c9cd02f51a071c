/** An access token in memory. Times in ms since the epoch; `lifeMs` null: no known expiry. */
export type Token = {
  readonly header: [name: string, value: string];
  readonly fetchedAt: number;
  readonly lifeMs: number | null;
};

/** Whether a token is not known to be expired. */
export function isUsable({ fetchedAt, lifeMs }: Token, now: number): boolean {
  return lifeMs === null || now < fetchedAt + lifeMs;
}

/** Whether a token should be renewed. After the clock was set back its age is unknown, so it is renewed too. */
export function isDue({ fetchedAt, lifeMs }: Token, now: number): boolean {
  return lifeMs !== null && (now < fetchedAt || now >= fetchedAt + lifeMs - renewAheadMs(lifeMs));
}

/** How long before its expiry a token is renewed: 60 s or 10 % of its lifetime, whichever is less. */
export function renewAheadMs(lifeMs: number): number {
  return Math.min(60_000, lifeMs / 10);
}
