type Span = { from: string; until: string };

/**
 * Events per minute, over the part of a time range in which events could come in: since the first collector was created.
 * `firstCollector` undefined: there is none, or it is not known.
 */
export function ratePerMinute(
  received: number,
  { from, until }: Span,
  firstCollector: { createdAt: string } | undefined,
): number {
  const first = firstCollector === undefined ? Number.NEGATIVE_INFINITY : Date.parse(firstCollector.createdAt);
  const start = Math.max(Date.parse(from), first);
  return received / Math.max((Date.parse(until) - start) / 60_000, 1);
}
