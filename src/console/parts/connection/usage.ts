import { useMemo } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { type Stats, useApiQuery, useDeliveryState, useStats } from '../../data/data.ts';
import { terms, connections as words } from '../../messages/en.ts';

export type Destination = RouteResponse<'getDestination'>;

/** The actions that use a thing: how many, and the first ones; null: the user may not see them. */
export type UsedBy = NonNullable<RouteResponse<'listAllDestinations'>['usage']>[number]['usedBy'];
/** What a list says of the use of its rows; undefined: not loaded yet. */
export type UsedByOf = (id: string) => UsedBy | undefined;

/** The use of each row of a list, by its id. */
export function usageIn<Item extends { id: string }>(
  usage: readonly Item[] | undefined,
): (id: string) => Item | undefined {
  const byId = new Map(usage?.map((one) => [one.id, one]));
  return (id) => byId.get(id);
}

/** How many destinations a connection has; undefined: not known yet. */
export function useDestinationCount(connectionId: string): number | undefined {
  const query = { count: 'true' as const, limit: 1 };
  return useApiQuery('listDestinations', { params: { id: connectionId }, query }).data?.count?.all;
}

/** Why a connection with so many destinations can't be deleted; null: it can. */
export const blockedBy = (destinations = 0): string | null => (destinations > 0 ? words.inUse(destinations) : null);

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

/** How many deliveries each destination of a connection holds; 0 until it is known, and without the right to see them. */
export function useHeld(connectionId: string): (id: string) => number {
  const { data } = useDeliveryState({ connectionId });
  return useMemo(() => {
    const held = new Map(data?.destinations.map((one) => [one.id, one.held]));
    return (id) => held.get(id) ?? 0;
  }, [data]);
}

const named = 5;

/** The first names of so many things, and how many more there are. */
export function namesOf(things: readonly { name: string }[], all: number = things.length): string {
  const names = things.slice(0, named).map(({ name }) => name);
  return names.join(', ') + (all > named ? ` ${terms.more(all - named)}` : '');
}
