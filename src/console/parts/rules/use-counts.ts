import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Answer } from '../../../client/client.ts';
import type { Right } from '../../../contract/accounts/rights.ts';
import { apiQuery } from '../../data/api.ts';
import { watchedMs } from '../../data/refresh.ts';
import { useMay } from '../../session/rights.ts';
import { allClauses, type Clause, conditionOf, type GroupDraft, isComplete } from './condition-draft.ts';

const settleMs = 400;
const countedMax = 50;
export type Counts = {
  /** How many of the newest events each part lets pass, by key. */
  passed: ReadonlyMap<string, number>;
  /** About the whole. */
  answer: Answer<'countConditions'> | undefined;
  /** What is wrong with a part, by its key and member (`k1.value`), as far as counting tells. */
  problems: Readonly<Record<string, string>>;
  /** The right that is missing to count. */
  lacks: Right | null;
};

/** Counts, while rules are being written, how many of the newest events the whole and each part of them match. */
export function useCounts(root: GroupDraft): Counts {
  const mayBehaviors = useMay('behaviors:view');
  const mayEvents = useMay('events:view');
  const lacks = !mayEvents ? 'events:view' : mayBehaviors ? null : 'behaviors:view';
  const asked = useMemo(() => {
    // Parts that are still being written count as not there.
    const clauses = allClauses(written(root)).slice(0, countedMax);
    return { keys: clauses.map(({ key }) => key), conditions: clauses.map(conditionOf) };
  }, [root]);
  const [settled] = useDebouncedValue(asked, settleMs);
  const { data, error } = useQuery({
    ...apiQuery('countConditions', { body: { conditions: settled.conditions, last: 1_000 } }),
    enabled: lacks === null,
    placeholderData: keepPreviousData,
    refetchInterval: watchedMs,
    retry: false,
  });
  const passed = useMemo(
    () =>
      new Map(
        // An answer to what was asked before has other parts.
        data?.counts.length === settled.keys.length ? settled.keys.map((key, i) => [key, data.counts[i] ?? 0]) : [],
      ),
    [data, settled],
  );
  const problems = useMemo(
    () =>
      Object.fromEntries(
        (error?.errors ?? []).flatMap(({ pointer, detail }) => {
          const place = /^\/conditions\/(\d+)(?:\/not)?\/(value|parameter|behavior)/.exec(pointer);
          const key = settled.keys[Number(place?.[1])];
          return key === undefined ? [] : [[`${key}.${place?.[2]}`, detail]];
        }),
      ),
    [error, settled],
  );
  return { passed, answer: data, problems, lacks };
}

function written(group: GroupDraft): GroupDraft {
  const clauses = group.clauses.flatMap((one): Clause[] =>
    one.kind === 'group' ? [written(one)] : isComplete(one) ? [one] : [],
  );
  return { ...group, clauses };
}
