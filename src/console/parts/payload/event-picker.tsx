import { Button, Group, NativeSelect, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { apiQuery } from '../../data/api.ts';
import { eventPicker as words } from '../../messages/en/event-picker.ts';
import { formatRelative } from '../../messages/format.ts';
import { useMay } from '../../session/rights.ts';
import { Icon } from '../icon.tsx';
import { pickedPasted, pickedSample, sampleOf } from './picked-event.ts';

type Props = {
  /** What is picked, as it stands in an address: an event's id, `sample`, or `paste`. Empty: the newest event. */
  picked: string;
  onPick: (picked: string) => void;
  /** The text that was pasted. */
  pasted: string;
  onPaste: (text: string) => void;
  /** Events that went through this destination are offered first. */
  destinationId?: string | undefined;
};

/** Which event something is tried on: a recent one, one that went through the destination, a sample, or a pasted one. */
export function EventPicker({ picked, onPick, pasted, onPaste, destinationId }: Props): ReactNode {
  const { events, matched, first, refresh } = usePickable(destinationId);
  const now = Date.now();
  const nameOf = (id: string) => {
    const event = events.find((one) => one.id === id);
    return event === undefined
      ? id
      : words.event(event.name ?? words.noName, formatRelative(new Date(event.receivedAt), now));
  };
  const value = picked === '' ? first : picked;
  const listed = new Set([...matched, ...events.map(({ id }) => id), pickedSample, pickedPasted]);
  const option = (id: string) => ({ value: id, label: nameOf(id) });
  const others = events.filter(({ id }) => !matched.includes(id)).map(({ id }) => option(id));
  const problem = value === pickedPasted && pasted.trim() !== '' ? sampleOf(value, pasted) : null;
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <NativeSelect
          label={words.label}
          value={value}
          onChange={(event) => onPick(event.currentTarget.value)}
          style={{ flex: 1, minWidth: 0 }}
          data={[
            ...(listed.has(value) ? [] : [option(value)]),
            ...(matched.length === 0 ? [] : [{ group: words.matched, items: matched.map(option) }]),
            ...(others.length === 0 ? [] : [{ group: words.recent, items: others }]),
            {
              group: words.made,
              items: [
                { value: pickedSample, label: words.sample },
                { value: pickedPasted, label: words.paste },
              ],
            },
          ]}
        />
        <Button variant="default" aria-label={words.refresh} title={words.refresh} px="xs" onClick={refresh}>
          <Icon name="retry" />
        </Button>
      </Group>
      {value === pickedPasted ? (
        <Textarea
          label={words.pasteLabel}
          description={words.pasteHint}
          value={pasted}
          onChange={(event) => onPaste(event.currentTarget.value)}
          error={problem !== null && 'error' in problem ? words.broken[problem.error] : undefined}
          autosize
          minRows={4}
          maxRows={14}
          spellCheck={false}
          placeholder={'{"wt.ti": "Home", "wt.dcsvid": "v-1"}'}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
      ) : null}
      {value === pickedSample ? (
        <Text size="sm" c="dimmed">
          {events.length === 0 ? words.noEvents : words.sampleText}
        </Text>
      ) : null}
    </Stack>
  );
}

/** What an empty choice stands for: the newest event that went through the destination, else the newest of all. */
export function usePicked(picked: string, pasted: string, destinationId?: string): ReturnType<typeof sampleOf> | null {
  const { first, isSettled } = usePickable(destinationId);
  if (picked === '' && !isSettled) return null;
  return sampleOf(picked === '' ? first : picked, pasted);
}

function usePickable(destinationId: string | undefined) {
  const maySeeEvents = useMay('events:view');
  const maySeeDeliveries = useMay('deliveries:view');
  const recent = useQuery({ ...recentEvents(), enabled: maySeeEvents });
  const delivered = useQuery({
    ...apiQuery('listDeliveries', { query: { destinationId, limit: 30 } }),
    enabled: maySeeDeliveries && destinationId !== undefined,
  });
  const ids = delivered.data?.data.flatMap(({ eventId }) => eventId ?? []) ?? [];
  const events = recent.data?.data.slice(0, shownMax) ?? [];
  const matched = [...new Set(ids)].slice(0, 10);
  return {
    events,
    matched,
    first: matched[0] ?? events[0]?.id ?? pickedSample,
    isSettled: !recent.isLoading && !delivered.isLoading,
    refresh: () => void Promise.all([recent.refetch(), delivered.refetch()]),
  };
}

const shownMax = 40;

/** The newest events, asked for once for all that looks at them. */
export function recentEvents() {
  return { ...apiQuery('listEvents', { query: { limit: 100 } }), staleTime: 60_000 };
}
