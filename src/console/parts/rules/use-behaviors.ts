import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { Answer } from '../../../client/client.ts';
import type { Condition } from '../../../contract/documents/condition.ts';
import { allQuery } from '../../data/api.ts';
import { useMay } from '../../session/rights.ts';
import { leavesOf } from './condition-parts.ts';
import type { BehaviorName } from './condition-words.ts';

export type Behavior = Answer<'getBehavior'>;

const none: readonly Behavior[] = [];

/** All behaviors, sorted by name, and the name of each by its id. Until they are loaded, and without the right: none, and the id. */
export function useBehaviors(): { behaviors: readonly Behavior[]; nameOf: BehaviorName } {
  const mayView = useMay('behaviors:view');
  const { data } = useQuery({ ...allQuery('listBehaviors'), enabled: mayView });
  const behaviors = useMemo(() => data?.toSorted((a, b) => a.name.localeCompare(b.name)) ?? none, [data]);
  const names = useMemo(() => new Map(behaviors.map(({ id, name }) => [id, name])), [behaviors]);
  const nameOf = useCallback((id: string) => (data === undefined ? id : names.get(id)), [data, names]);
  return { behaviors, nameOf };
}

/** The ids of the behaviors that a condition refers to. */
export const behaviorsIn = (condition: Condition): string[] =>
  leavesOf(condition).flatMap((one) => ('behavior' in one ? [one.behavior] : []));
