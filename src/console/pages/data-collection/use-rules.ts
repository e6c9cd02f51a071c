import { useMemo } from 'react';
import { useAllQuery } from '../../data/data.ts';

/** All actions and behaviors, in which parameters and collectors are named; undefined until both are known. */
export function useRules() {
  const actions = useAllQuery('listActions').data;
  const behaviors = useAllQuery('listBehaviors').data;
  return useMemo(
    () => (actions === undefined || behaviors === undefined ? undefined : { actions, behaviors }),
    [actions, behaviors],
  );
}
