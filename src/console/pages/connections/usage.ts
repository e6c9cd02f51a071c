import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { apiQuery, type Stats, useAllQuery, useApiQuery, useStats } from '../../data/data.ts';
import { connections as words } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';

export type Destination = RouteResponse<'getDestination'>;
export type Action = RouteResponse<'getAction'>;

/** What belongs to a connection, and what uses it. */
export type Usage = {
  destinationsOf: (connectionId: string) => readonly Destination[];
  /** The Actions that use a connection or a destination; undefined: the user may not see them. */
  actionsOf: ((id: string) => readonly Action[]) | undefined;
};

/** The destinations of each connection, and the Actions that use it. undefined: not loaded yet. */
export function useUsage(): Usage | undefined {
  const maySeeActions = useMay('actions:view');
  const destinations = useAllQuery('listAllDestinations').data;
  const actions = useAllQuery('listActions').data;
  return useMemo(() => {
    if (destinations === undefined || (maySeeActions && actions === undefined)) return undefined;
    const byConnection = Map.groupBy(destinations, ({ connectionId }) => connectionId);
    const connectionOf = new Map(destinations.map(({ id, connectionId }) => [id, connectionId]));
    const users = new Map<string, Action[]>();
    for (const action of actions ?? [])
      for (const id of new Set(
        action.destinations.flatMap((to) => [to.destinationId, connectionOf.get(to.destinationId) ?? '']),
      ))
        users.set(id, [...(users.get(id) ?? []), action]);
    return {
      destinationsOf: (id) => byConnection.get(id) ?? [],
      actionsOf: maySeeActions ? (id) => users.get(id) ?? [] : undefined,
    };
  }, [destinations, actions, maySeeActions]);
}

/** Why a connection can't be deleted; null: it can. */
export function blockedBy(usage: Usage | undefined, { id }: { id: string }): string | null {
  const destinations = usage?.destinationsOf(id).length ?? 0;
  return destinations > 0 ? words.inUse(destinations) : null;
}

export type Figures = Stats['items'][number];
/** Figures of the last 24 hours by id. */
export type FiguresOf = (id: string) => Figures | undefined;

/** The figures of a kind; undefined: not loaded yet, or the user may not see them. */
export function useFigures(kind: 'connection' | 'destination'): FiguresOf {
  const { data } = useStats(kind);
  return useMemo(() => {
    const figures = new Map(data?.items.map((item) => [item.id, item]));
    return (id) => figures.get(id);
  }, [data]);
}

const listedMax = 200;

/** How many deliveries each destination of a connection holds; 0 until it is known, and without the right to see them. */
export function useHeld(connectionId: string, destinations: readonly Destination[] = []): (id: string) => number {
  const { data } = useApiQuery('listDeliveries', { query: { connectionId, status: 'held', limit: listedMax } });
  const ever = { status: 'held', createdAfter: new Date(0).toISOString(), buckets: '1' } as const;
  const counted = useQueries({
    // A request for each, only when there are more than one page lists.
    queries: (data?.page.next == null ? [] : destinations).map(({ id }) =>
      apiQuery('getDeliveryHistogram', { query: { ...ever, destinationId: id } }),
    ),
    combine: (all) => all.map((one) => one.data?.totals.held ?? 0),
  });
  return useMemo(() => {
    const listed = Map.groupBy(data?.data ?? [], ({ destinationId }) => destinationId);
    const held = new Map(destinations.map(({ id }, at) => [id, counted[at] ?? listed.get(id)?.length ?? 0]));
    return (id) => held.get(id) ?? 0;
  }, [data, destinations, counted]);
}
