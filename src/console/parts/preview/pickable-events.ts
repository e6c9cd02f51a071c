import { useDebouncedValue, useSessionStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { Condition } from '../../../contract/documents/condition.ts';
import { kept, useApiQuery } from '../../data/data.ts';
import { useMay } from '../../session/rights.ts';
import { pickedSample, sampleOf } from './picked-event.ts';
import { recentEvents } from './recent-events.ts';

/** What an event should fit: the rules that it matches, and the destination that it went through. */
export type EventFor = { destinationId?: string | undefined; rules?: Condition | undefined };

/**
 * The event of a choice. Of an empty one: the chosen sample, else the newest event that matches the rules, else the newest
 * that went through the destination, else the newest of all. null until that is known.
 */
export function usePicked(picked: string, pasted: string, wanted: EventFor): ReturnType<typeof sampleOf> | null {
  const { first, isSettled } = usePickable(wanted);
  if (picked === '' && !isSettled) return null;
  return sampleOf(picked === '' ? first : picked, pasted);
}

/** Other events to try something on together with the picked one: at most `count`, those that fit first. */
export function useMoreEvents(first: string | undefined, count: number, wanted: EventFor): readonly string[] {
  const { matching, delivered, recent } = usePickable(wanted);
  const fitting = wanted.rules === undefined ? [...delivered, ...recent] : matching;
  const ids = new Set(fitting.map(({ id }) => id));
  return [...ids].filter((id) => id !== first).slice(0, count);
}

/** The id of the event that was chosen as the sample of all previews in this browser tab; empty: none. */
export function useChosenSample() {
  return useSessionStorage({ key: 'millrace.sample-event', defaultValue: '', getInitialValueInEffect: false });
}

/** An event in the list; without a time until its name is known. */
export type Listed = { id: string; name?: string | null; receivedAt?: string };

/** The events that fit, and the first of them: the one to begin with. */
export function usePickable({ destinationId, rules }: EventFor) {
  const [sample] = useChosenSample();
  const maySeeEvents = useMay('events:view');
  const maySeePayloads = useMay('payloads:view');
  // Each typed letter changes the rules.
  const [settled] = useDebouncedValue(JSON.stringify(rules), 400);
  const conditions = settled === undefined ? [] : [JSON.parse(settled) as Condition]; // the text of one
  const counted = useApiQuery(
    'countConditions',
    { body: { conditions, last: 1_000 } },
    { enabled: maySeePayloads && conditions.length > 0, staleTime: 60_000, ...kept },
  );
  const newest = useQuery({ ...recentEvents(), enabled: maySeeEvents });
  const sent = useApiQuery(
    'listDeliveries',
    { query: { destinationId, limit: 30 } },
    { enabled: destinationId !== undefined },
  );
  const matching: readonly Listed[] = counted.data?.matching ?? [];
  const ids = [...new Set(sent.data?.data.flatMap(({ eventId }) => eventId ?? []))];
  const delivered: readonly Listed[] = ids.slice(0, 10).map((id) => ({ id }));
  const recent: readonly Listed[] = newest.data?.data.slice(0, shownMax) ?? [];
  const chosen: readonly Listed[] = sample === '' ? [] : [{ id: sample }];
  return {
    chosen,
    matching,
    delivered,
    recent,
    first: chosen[0]?.id ?? matching[0]?.id ?? delivered[0]?.id ?? recent[0]?.id ?? pickedSample,
    isSettled: chosen.length > 0 || (!newest.isLoading && !sent.isLoading && !counted.isLoading),
    refresh: () => void Promise.all([counted.refetch(), newest.refetch(), sent.refetch()]),
  };
}

const shownMax = 40;
