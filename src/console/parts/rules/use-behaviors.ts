import { useCallback, useMemo } from 'react';
import type { Answer } from '../../../client/client.ts';
import type { Condition } from '../../../contract/documents/condition.ts';

import { useAllQuery } from '../../data/api.ts';
import { useNamed } from '../../data/named.ts';

import { leavesOf } from './condition-parts.ts';
import type { RuleName } from './condition-words.ts';

export type Behavior = Answer<'getBehavior'>;

const none: readonly Behavior[] = [];

/**
 * All behaviors, sorted by name, and the name of each, and of each collector, by its id. Until they are loaded, and
 * without the right: none, and the id.
 */
export function useBehaviors(): { behaviors: readonly Behavior[]; nameOf: RuleName } {
  const { data } = useAllQuery('listBehaviors');
  const behaviors = useMemo(() => data?.toSorted((a, b) => a.name.localeCompare(b.name)) ?? none, [data]);
  const names = useMemo(() => new Map(behaviors.map(({ id, name }) => [id, name])), [behaviors]);
  const collectors = useNamed('listCollectors');
  const nameOf = useCallback(
    (id: string) => collectors.get(id)?.name ?? (data === undefined ? id : names.get(id)),
    [collectors, data, names],
  );
  return { behaviors, nameOf };
}

/** The ids of the behaviors that a condition refers to. */
export const behaviorsIn = (condition: Condition): string[] =>
  leavesOf(condition).flatMap((one) => ('behavior' in one ? [one.behavior] : []));
