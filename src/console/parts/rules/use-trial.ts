import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { CallInput } from '../../../client/client.ts';
import type { ExplainedComparison, ExplainedCondition } from '../../../contract/records/explanation.ts';
import { apiQuery } from '../../data/api.ts';
import { conditionOf, type GroupDraft, isComplete, pointersOf } from './condition-draft.ts';

/** The event that rules are tried on: a stored one, or one that was pasted. */
export type TriedEvent = Pick<CallInput<'checkCondition'>['body'], 'eventId' | 'event'> & { name: string };

export type Trial = {
  matched: boolean;
  /** The first comparison that the result rests on. */
  decider: ExplainedComparison | null;
  /** How each part was judged, by key. */
  judged: ReadonlyMap<string, ExplainedCondition>;
};

/** Judges one event by rules that are being written; null without an event, and while they are unfinished. */
export function useTrial(root: GroupDraft, tried: TriedEvent | null): { trial: Trial | null; error: unknown } {
  const { name: _name, ...event } = tried ?? { name: '' };
  const isReady = tried !== null && isComplete(root);
  const { data, error } = useQuery({
    ...apiQuery('checkCondition', { body: { condition: conditionOf(root), ...event } }),
    enabled: isReady,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const trial = useMemo(() => {
    if (!isReady || data === undefined) return null;
    const byPointer = new Map(parts(data.explanation).map((one) => [one.pointer, one]));
    const judged = new Map<string, ExplainedCondition>();
    for (const [key, pointer] of pointersOf(root)) {
      // What is negated is shown with the result of its negation.
      const whole = byPointer.get(pointer.replace(/\/not$/, '')) ?? byPointer.get(pointer);
      if (whole !== undefined) judged.set(key, whole);
    }
    return { matched: data.matched, decider: deciderOf(data.explanation), judged };
  }, [isReady, data, root]);
  return { trial, error: isReady ? error : null };
}

/** The comparison inside of a judged part, when it is one. */
export function comparisonIn(judged: ExplainedCondition): ExplainedComparison | null {
  if (judged.kind === 'comparison') return judged;
  return judged.kind === 'not' ? comparisonIn(judged.condition) : null;
}

function parts(tree: ExplainedCondition): ExplainedCondition[] {
  if (tree.kind === 'comparison') return [tree];
  const children = 'conditions' in tree ? tree.conditions : [tree.condition];
  return [tree, ...children.flatMap(parts)];
}

/** Down the first child that has its parent's result, as the server decides it. */
function deciderOf(tree: ExplainedCondition): ExplainedComparison | null {
  if (tree.kind === 'comparison') return tree;
  const children = 'conditions' in tree ? tree.conditions : [tree.condition];
  for (const child of children) {
    if (tree.kind !== 'not' && child.result !== tree.result) continue;
    const found = deciderOf(child);
    if (found !== null) return found;
  }
  return null;
}
