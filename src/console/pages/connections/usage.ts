import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Answer } from '../../../client/client.ts';
import type { StatsKind } from '../../../contract/records/stats.ts';
import { allQuery, apiQuery } from '../../data/api.ts';
import { useMay } from '../../session/rights.ts';

export type Destination = Answer<'getDestination'>;
export type Action = Answer<'getAction'>;
export type Figures = Answer<'getStats'>['items'][number];

export type Usage = {
  /** By connection. */
  destinations: ReadonlyMap<string, readonly Destination[]>;
  /** By destination and by connection. */
  actions: ReadonlyMap<string, readonly Action[]>;
  /** Whether the user may see Actions. */
  knowsActions: boolean;
};

/** The destinations of each connection, and the Actions that use it. undefined: not loaded yet. */
export function useUsage(): Usage | undefined {
  const maySeeActions = useMay('actions:view');
  const destinations = useQuery(allQuery('listAllDestinations')).data;
  const actions = useQuery({ ...allQuery('listActions'), enabled: maySeeActions }).data;
  return useMemo(() => {
    if (destinations === undefined || (maySeeActions && actions === undefined)) return undefined;
    return { ...joined(destinations, actions ?? []), knowsActions: maySeeActions };
  }, [destinations, actions, maySeeActions]);
}

/** The figures of the last 24 hours by id; undefined: not loaded yet, or the user may not see them. */
export function useFigures(kind: StatsKind): ReadonlyMap<string, Figures> | undefined {
  const maySee = useMay('settings:view');
  const { data } = useQuery({ ...apiQuery('getStats', { query: { kind, range: '24h' } }), enabled: maySee });
  return useMemo(() => data && new Map(data.items.map((item) => [item.id, item])), [data]);
}

function joined(destinations: readonly Destination[], actions: readonly Action[]) {
  const byConnection = Map.groupBy(destinations, ({ connectionId }) => connectionId);
  const connectionOf = new Map(destinations.map(({ id, connectionId }) => [id, connectionId]));
  const users = new Map<string, Action[]>();
  for (const action of actions) {
    const used = action.destinations.flatMap(({ destinationId }) => [
      destinationId,
      connectionOf.get(destinationId) ?? '',
    ]);
    for (const id of new Set(used)) users.set(id, [...(users.get(id) ?? []), action]);
  }
  return { destinations: byConnection, actions: users };
}

const heldMax = 200;

/** The held deliveries of each destination of a connection, up to 200 in all; undefined: not loaded yet, or no right. */
export function useHeld(connectionId: string): ReadonlyMap<string, number> | undefined {
  const maySee = useMay('deliveries:view');
  const { data } = useQuery({
    ...apiQuery('listDeliveries', { query: { connectionId, status: 'held', limit: heldMax } }),
    enabled: maySee,
  });
  return useMemo(() => {
    if (data === undefined) return undefined;
    const held = new Map<string, number>();
    for (const { destinationId } of data.data) held.set(destinationId, (held.get(destinationId) ?? 0) + 1);
    return held;
  }, [data]);
}
