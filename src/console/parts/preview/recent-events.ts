import { useQuery } from '@tanstack/react-query';
import type { RouteResponse } from '../../../client/client.ts';
import { apiQuery } from '../../data/data.ts';
import { useMay } from '../../session/rights.ts';
import type { MarkedEvent } from '../payload/event-marks.ts';

/** The newest events, asked for once for all that looks at them. */
export function recentEvents() {
  return { ...apiQuery('listEvents', { query: { limit: 100 } }), staleTime: 60_000 };
}

/** The newest events by their ids; empty without the right to see them. */
export function useRecentEvents(): ReadonlyMap<string, MarkedEvent> {
  const may = useMay('events:view');
  return useQuery({ ...recentEvents(), enabled: may, select: byId }).data ?? none;
}

const byId = ({ data }: RouteResponse<'listEvents'>): ReadonlyMap<string, MarkedEvent> =>
  new Map(data.map((event) => [event.id, event]));
const none: ReadonlyMap<string, never> = new Map<string, never>();
