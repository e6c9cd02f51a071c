import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Answer } from '../../../../client/client.ts';
import { allQuery, apiQuery } from '../../../data/api.ts';
import type { KnownFields } from '../../../editor/fields.ts';
import { recentEvents } from '../../../parts/payload/event-picker.tsx';
import { useMay } from '../../../session/rights.ts';
import { knownFields } from './known-fields.ts';

type Action = Answer<'getAction'>;
const nothing: never[] = [];

/**
 * The actions that use a destination, the chosen one (empty: the first), and the fields of the records that it maps.
 */
export function useData(
  destinationId: string | null,
  actionId: string,
): { known: KnownFields; actions: readonly Action[]; action: Action | null } {
  const mayActions = useMay('actions:view');
  const mayParameters = useMay('parameters:view');
  const mayEvents = useMay('events:view');
  const maySee = useMay('payloads:view');
  const all = useQuery({ ...allQuery('listActions'), enabled: mayActions && destinationId !== null }).data;
  const parameters = useQuery({
    ...apiQuery('listParameters', { query: { limit: 200, sort: 'share' } }),
    enabled: mayParameters,
    staleTime: 60_000,
  }).data?.data;
  const events = useQuery({ ...recentEvents(), enabled: mayEvents && maySee }).data?.data;

  const actions = useMemo(
    () => (all ?? nothing).filter((one) => one.destinations.some((row) => row.destinationId === destinationId)),
    [all, destinationId],
  );
  const action = actions.find(({ id }) => id === actionId) ?? actions[0] ?? null;
  const known = useMemo(
    () => knownFields({ action, destinationId, parameters: parameters ?? nothing, events: events ?? nothing }),
    [action, destinationId, parameters, events],
  );
  return { known, actions, action };
}
