import { isCompressed } from '../egress/egress.ts';
import { recordsOfItems } from './item-match.ts';
import { applyRule, type Exchange, judge, judgeWhole, uncertain, type Verdict } from './judge.ts';
import { fitsOutcome } from './response-match.ts';

/**
 * Judges an exchange whose response may report on each of its records: `whole` is the verdict where no outcome rule
 * about items decides; `each` has one verdict per record, null where all have the whole one. A batch that is rejected
 * as bad or too large (400, 413, 422) is split. Pure.
 */
export function judgeRecords(
  exchange: Exchange,
  records: readonly Readonly<Record<string, unknown>>[],
): { whole: Verdict; each: Verdict[] | null } {
  const { outcome, settings } = exchange;
  if (outcome.kind === 'error') return { whole: judge(exchange), each: null };
  const reported: Verdict[] = [];
  let whole: Verdict | null = null;
  let warning: string | null = null;
  for (const rule of settings.outcomes) {
    if (!fitsOutcome(rule, outcome)) continue;
    if (rule.items === undefined) {
      whole = applyRule(rule, outcome, exchange);
      break;
    }
    // No part of a compressed body is readable, now or at another attempt; items in a missing part are unknown.
    if (isCompressed(outcome.headers)) {
      warning = `HTTP ${outcome.status}; the response is compressed, so the results of its records are unknown.`;
      continue;
    }
    if (outcome.truncated)
      return {
        whole: uncertain('too_large', `HTTP ${outcome.status}; the response is too long to read its items.`, settings),
        each: null,
      };
    const found = recordsOfItems(rule.items, outcome, records);
    if (found === null || found.size === 0) continue;
    const count = records.length;
    for (const at of found)
      reported[at] ??= applyRule(rule, outcome, exchange, count > 1 ? ` for record ${at + 1} of ${count}` : '');
  }
  const rest = whole ?? splitIfRefused(judgeWhole(outcome, exchange), outcome.status, records.length);
  if (warning !== null && rest.kind === 'delivered')
    return { whole: { ...rest, warning: rest.warning ?? warning }, each: null };
  return { whole: rest, each: reported.length === 0 ? null : records.map((_, at) => reported[at] ?? rest) };
}

function splitIfRefused(verdict: Verdict, status: number, records: number): Verdict {
  if (verdict.kind !== 'failed' || records === 1 || (status !== 400 && status !== 413 && status !== 422))
    return verdict;
  return {
    kind: 'split',
    errorKind: 'http_4xx',
    detail: `HTTP ${status} for ${records} records, which are sent again in smaller parts.`,
  };
}
