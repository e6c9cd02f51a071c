import { Button, Group, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue, useSessionStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Condition } from '../../../contract/documents/condition.ts';
import { kept, useApiQuery, useEventNames } from '../../data/data.ts';
import { formatTime, terms, eventPicker as words } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { bind } from '../form/bind.ts';
import { Icon, Note } from '../parts.ts';
import { marksOf } from './event-marks.ts';
import { pickedPasted, pickedSample, sampleOf } from './picked-event.ts';
import { recentEvents, useRecentEvents } from './recent-events.ts';

/** What an event should fit: the rules that it matches, and the destination that it went through. */
type EventFor = { destinationId?: string | undefined; rules?: Condition | undefined };

type Props = EventFor & {
  /**
   * The choice, as an address holds it: an event's id, `sample`, or `paste`. Empty: the chosen sample, or the newest
   * that fits.
   */
  picked: string;
  onPick: (picked: string) => void;
  /** The text that was pasted. */
  pasted: string;
  onPaste: (text: string) => void;
};

/** The event to try something on: one that fits, a recent one, one that is searched for, a sample, or a pasted one. */
export function EventPicker({ picked, onPick, pasted, onPaste, ...wanted }: Props): ReactNode {
  const [text, write] = useState('');
  const { chosen, matching, delivered, recent, first, refresh } = usePickable(wanted);
  const found = useFound(text);
  const value = picked === '' ? first : picked;
  const groups = [
    { group: words.found, items: found },
    { group: words.chosen, items: chosen },
    { group: words.matching, items: matching },
    { group: words.matched, items: delivered },
    { group: words.recent, items: recent },
  ];
  const names = useEventNames([value, ...[...chosen, ...delivered].map(({ id }) => id)]);
  const listed = new Set<string>([pickedSample, pickedPasted]);
  const known = useRecentEvents();
  const now = Date.now();
  function labelOf({ id, name, receivedAt }: Listed): string {
    if (receivedAt === undefined) return id;
    const marks = marksOf(known.get(id), wanted.rules);
    return words.event([name ?? terms.noName, ...marks, formatTime(new Date(receivedAt), 'stream', now)]);
  }
  const data = groups.flatMap(({ group, items }) => {
    const news = items.filter(({ id }) => !listed.has(id));
    for (const { id } of news) listed.add(id);
    if (news.length === 0) return [];
    return [{ group, items: news.map((one) => ({ value: one.id, label: labelOf(names.get(one.id) ?? one) })) }];
  });
  const problem = value === pickedPasted && pasted.trim() !== '' ? sampleOf(value, pasted) : null;
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-end">
        <NativeSelect
          label={terms.event}
          {...bind(value, onPick)}
          flex="1 1 14rem"
          data={[
            ...(listed.has(value) ? [] : [{ value, label: labelOf(names.get(value) ?? { id: value }) }]),
            ...data,
            {
              group: words.made,
              items: [
                { value: pickedSample, label: words.sample },
                { value: pickedPasted, label: words.paste },
              ],
            },
          ]}
        />
        <Group gap="xs" align="flex-end" wrap="nowrap" flex="1 1 14rem">
          <TextInput
            aria-label={words.search}
            placeholder={words.searchHint}
            leftSection={<Icon name="search" size={14} />}
            {...bind(text, write)}
            onKeyDown={({ key }) => {
              const [hit] = found;
              if (key === 'Enter' && hit !== undefined) onPick(hit.id);
            }}
            error={text.trim() !== '' && found.length === 0 ? words.notFound : undefined}
            flex={1}
          />
          <Button aria-label={words.refresh} title={words.refresh} px="xs" onClick={refresh}>
            <Icon name="retry" />
          </Button>
        </Group>
      </Group>
      {value === pickedPasted ? (
        <Textarea
          label={words.pasteLabel}
          description={words.pasteHint}
          {...bind(pasted, onPaste)}
          error={problem !== null && 'error' in problem ? words.broken[problem.error] : undefined}
          autosize
          minRows={4}
          maxRows={14}
          spellCheck={false}
          placeholder={'{"wt.ti": "Home", "wt.dcsvid": "v-1"}'}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
      ) : null}
      {value === pickedSample ? <Note>{recent.length === 0 ? words.noEvents : words.sampleText}</Note> : null}
    </Stack>
  );
}

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
type Listed = { id: string; name?: string | null; receivedAt?: string };

function usePickable({ destinationId, rules }: EventFor) {
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

/** Events with this id, name or visitor. */
function useFound(typed: string): readonly Listed[] {
  const mayEvents = useMay('events:view');
  const [settled] = useDebouncedValue(typed.trim(), 300);
  const isId = /^evt_[0-9a-z]{26}$/.test(settled);
  const asked = { enabled: mayEvents && settled !== '' && !isId, staleTime: 60_000 };
  const byName = useApiQuery('listEvents', { query: { name: settled, limit: 20 } }, { ...asked });
  const byVisitor = useApiQuery('listEvents', { query: { visitorId: settled, limit: 20 } }, { ...asked });
  if (settled === '') return [];
  if (isId) return [{ id: settled }];
  return [...(byName.data?.data ?? []), ...(byVisitor.data?.data ?? [])];
}
