/** An access token in memory. Times in ms since the epoch; `lifeMs` null: no known end. */
export type Token = { readonly header: string; readonly fetchedAt: number; readonly lifeMs: number | null };

/** Whether a token has not expired as far as is known. */
export function isUsable({ fetchedAt, lifeMs }: Token, now: number): boolean {
  return lifeMs === null || now < fetchedAt + lifeMs;
}

/** Whether a token is near its end. A clock that went back says nothing about its age, so that it is renewed too. */
export function isDue({ fetchedAt, lifeMs }: Token, now: number): boolean {
  return lifeMs !== null && (now < fetchedAt || now >= fetchedAt + lifeMs - renewAheadMs(lifeMs));
}

/** How long before its end a token is renewed: 60 s or 10 % of its life, whichever is less. */
export function renewAheadMs(lifeMs: number): number {
  return Math.min(60_000, lifeMs / 10);
}
