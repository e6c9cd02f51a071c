type Span = { from: string; until: string };

/**
 * Events per minute, over the part of a time range in which events could come in: since the first collector was created.
 * `collectors` undefined: not known.
 */
export function ratePerMinute(
  received: number,
  { from, until }: Span,
  collectors: readonly { createdAt: string }[] | undefined,
): number {
  const first = Math.min(...(collectors ?? []).map(({ createdAt }) => Date.parse(createdAt)));
  const start = Number.isFinite(first) ? Math.max(Date.parse(from), first) : Date.parse(from);
  return received / Math.max((Date.parse(until) - start) / 60_000, 1);
}
