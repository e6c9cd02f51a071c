import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { allQuery } from '../../data/api.ts';
import { useMay } from '../../session/rights.ts';

/** All actions and behaviors, in which parameters and collectors are named; undefined until both are known. */
export function useRules() {
  const actions = useQuery({ ...allQuery('listActions'), enabled: useMay('actions:view') }).data;
  const behaviors = useQuery({ ...allQuery('listBehaviors'), enabled: useMay('behaviors:view') }).data;
  return useMemo(
    () => (actions === undefined || behaviors === undefined ? undefined : { actions, behaviors }),
    [actions, behaviors],
  );
}
