import type { Answer } from '../../client/client.ts';
import { useApiQuery } from './api.ts';
import { kept } from './refresh.ts';

type Named = Answer<'getEventNames'>['data'][number];

const idsMax = 100;

/** Names and times of events by their ids, for the first 100. Empty without the right to see events. */
export function useEventNames(ids: readonly (string | null)[]): ReadonlyMap<string, Named> {
  const asked = [...new Set(ids)].filter((id) => id?.startsWith('evt_')).slice(0, idsMax);
  const { data } = useApiQuery(
    'getEventNames',
    { query: { ids: asked.join() } },
    { enabled: asked.length > 0, staleTime: 60_000, ...kept, select: byId },
  );
  return data ?? none;
}

const byId = ({ data }: { data: readonly Named[] }): ReadonlyMap<string, Named> =>
  new Map(data.map((one) => [one.id, one]));

const none: ReadonlyMap<string, never> = new Map<string, never>();
