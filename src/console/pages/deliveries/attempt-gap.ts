import type { Attempt } from '../../../contract/records/delivery.ts';
import { deliveries as words } from '../../messages/en/deliveries.ts';

const w = words.page;
/** Shorter gaps are no waiting. */
const shortestMs = 50;

/** What passed between two attempts, in words; null when one followed at once. */
export function gapWords(before: Attempt, after: Attempt): string | null {
  const ms = Date.parse(after.startedAt) - Date.parse(before.startedAt) - before.durationMs;
  if (before.outcome === 'refreshed') return w.gapToken;
  if (ms < shortestMs) return null;
  const asked = before.response?.headers.find(([name]) => name.toLowerCase() === 'retry-after')?.[1];
  if (asked !== undefined) return w.gapAsked(ms, asked);
  if (before.outcome === 'held') return w.gapHeld(ms);
  return before.outcome === 'retry' ? w.gapBackoff(ms) : w.gap(ms);
}
