import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import type { Right } from '../../../contract/accounts/rights.ts';
import type { Condition } from '../../../contract/documents/condition.ts';
import { kept, useApiQuery, watched } from '../../data/data.ts';
import { useMay } from '../../session/rights.ts';
import { partsOf, writtenPart } from './condition-parts.ts';

const settleMs = 400;
const countedMax = 50;

export type Counts = {
  /** How many of the newest events each part lets pass, by its JSON pointer. */
  passed: ReadonlyMap<string, number>;
  /** About the whole. */
  answer: RouteResponse<'countConditions'> | undefined;
  /** What is wrong with a part, by the JSON pointer of its member (`/all/0/value`), as far as counting tells. */
  problems: Readonly<Record<string, string>>;
  /** The right that is missing to count. */
  lacks: Right | null;
};

/** Counts, while rules are being written, how many of the newest events the whole and each part of them match. */
export function useCounts(rules: Condition): Counts {
  const mayBehaviors = useMay('behaviors:view');
  const mayEvents = useMay('events:view');
  const mayPayloads = useMay('payloads:view');
  const lacks = !mayEvents ? 'events:view' : !mayPayloads ? 'payloads:view' : mayBehaviors ? null : 'behaviors:view';
  const asked = useMemo(() => {
    const written = partsOf(rules).flatMap(([pointer, part]) => {
      const condition = writtenPart(part);
      return condition === null ? [] : [{ pointer, condition }];
    });
    return written.slice(0, countedMax);
  }, [rules]);
  const [settled] = useDebouncedValue(asked, settleMs);
  const { data, error } = useApiQuery(
    'countConditions',
    { body: { conditions: settled.map(({ condition }) => condition), last: 1_000 } },
    { enabled: lacks === null, ...kept, ...watched, retry: false },
  );
  const passed = useMemo(() => {
    // A response to an earlier request has other parts.
    const counts = data?.counts.length === settled.length ? data.counts : [];
    return new Map(counts.map((count, i) => [settled[i]?.pointer ?? '', count]));
  }, [data, settled]);
  const problems = useMemo(() => {
    const found = (error?.errors ?? []).flatMap(({ pointer, detail }): [string, string][] => {
      const place = /^\/conditions\/(\d+)((?:\/not)?\/(?:value|parameter|behavior))/.exec(pointer);
      const part = settled[Number(place?.[1])];
      return part === undefined ? [] : [[`${part.pointer}${place?.[2]}`, detail]];
    });
    return Object.fromEntries(found);
  }, [error, settled]);
  return { passed, answer: data, problems, lacks };
}
