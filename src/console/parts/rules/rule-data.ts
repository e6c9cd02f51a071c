import { useCallback, useMemo } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { useAllQuery, useCollectors, watched } from '../../data/data.ts';

import type { RuleName } from './condition-words.ts';

export type Behavior = RouteResponse<'getBehavior'>;

const none: readonly Behavior[] = [];

/**
 * All behaviors, sorted by name, and the name of each, and of each collector, by its id. Until they are loaded, and
 * without the right: none, and the id.
 */
export function useBehaviors(): { behaviors: readonly Behavior[]; nameOf: RuleName } {
  const { data } = useAllQuery('listBehaviors');
  const behaviors = useMemo(() => data?.toSorted((a, b) => a.name.localeCompare(b.name)) ?? none, [data]);
  const names = useMemo(() => new Map(behaviors.map(({ id, name }) => [id, name])), [behaviors]);
  const collectors = useCollectors();
  const nameOf = useCallback(
    (id: string) => collectors.get(id)?.name ?? (data === undefined ? id : names.get(id)),
    [collectors, data, names],
  );
  return { behaviors, nameOf };
}

const noParameters: readonly Parameter[] = [];

/** The parameters that rules and mappings can use, those that events have most often first. Empty without the right. */
export function useParameters(): readonly Parameter[] {
  const { data } = useAllQuery('listParameters', { query: { offered: 'true' } }, watched);
  return useMemo(() => (data === undefined ? noParameters : data.toSorted((a, b) => b.share - a.share)), [data]);
}
