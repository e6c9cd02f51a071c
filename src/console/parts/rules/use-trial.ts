import { useMemo } from 'react';
import type { CallInput } from '../../../client/client.ts';
import type { Condition } from '../../../contract/documents/condition.ts';
import { allParts, partsOf } from '../../../contract/records/explained-parts.ts';
import type { ExplainedComparison, ExplainedCondition } from '../../../contract/records/explanation.ts';
import { kept, useApiQuery } from '../../data/data.ts';
import { isComplete } from './condition-parts.ts';

/** The event that rules are tried on: a stored one, or one that was pasted. */
export type TriedEvent = Pick<CallInput<'checkCondition'>['body'], 'eventId' | 'event'> & { name: string };

export type Trial = {
  matched: boolean;
  /** The first comparison that determined the result. */
  decider: ExplainedComparison | null;
  /** How each part was judged, by its JSON pointer. */
  judged: ReadonlyMap<string, ExplainedCondition>;
};

/** Judges one event by rules that are being written; null without an event, and while they are unfinished. */
export function useTrial(rules: Condition, tried: TriedEvent | null): { trial: Trial | null; error: unknown } {
  const { name: _name, ...event } = tried ?? { name: '' };
  const isReady = tried !== null && isComplete(rules);
  const { data, error } = useApiQuery(
    'checkCondition',
    { body: { condition: rules, ...event } },
    { enabled: isReady, ...kept, retry: false },
  );
  const trial = useMemo(() => {
    if (!isReady || data === undefined) return null;
    const judged = new Map(allParts(data.explanation).map((one) => [one.pointer, one]));
    return { matched: data.matched, decider: deciderOf(data.explanation), judged };
  }, [isReady, data]);
  return { trial, error: isReady ? error : null };
}

/** The comparison inside of a judged part, when it is one. */
export function comparisonIn(judged: ExplainedCondition): ExplainedComparison | null {
  if (judged.kind === 'comparison') return judged;
  return judged.kind === 'not' ? comparisonIn(judged.condition) : null;
}

/** The first comparison whose result is that of all parts around it. */
function deciderOf(tree: ExplainedCondition): ExplainedComparison | null {
  if (tree.kind === 'comparison') return tree;
  for (const child of partsOf(tree)) {
    if (tree.kind !== 'not' && child.result !== tree.result) continue;
    const found = deciderOf(child);
    if (found !== null) return found;
  }
  return null;
}
