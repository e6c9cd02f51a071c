import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { useApiQuery, useEventNames } from '../../data/data.ts';
import { formatTime, parts, shell, terms, eventPicker as words } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { bind } from '../form/bind.ts';
import { type Item, SearchedSelect } from '../form/searched-select.tsx';
import { Icon, Note } from '../parts.ts';
import { marksOf } from '../payload/event-marks.ts';
import { type EventFor, type Listed, usePickable } from './pickable-events.ts';
import { pickedPasted, pickedSample, sampleOf } from './picked-event.ts';
import { useRecentEvents } from './recent-events.ts';

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
  const value = picked === '' ? first : picked;
  const names = useEventNames([value, ...[...chosen, ...delivered].map(({ id }) => id)]);
  const known = useRecentEvents();
  const now = Date.now();
  /** Name, marks and time of an event; of one that is not known yet, its id. */
  function partsOf({ id, name, receivedAt }: Listed): string[] {
    if (receivedAt === undefined) return [id];
    return [
      name ?? terms.noName,
      ...marksOf(known.get(id), wanted.rules),
      formatTime(new Date(receivedAt), 'stream', now),
    ];
  }
  const told = new Map<string, string[]>();
  function itemOf(one: Listed) {
    const parts = partsOf(names.get(one.id) ?? one);
    told.set(one.id, parts);
    return { value: one.id, label: words.event(parts) };
  }
  const made = [
    { value: pickedSample, label: words.sample },
    { value: pickedPasted, label: words.paste },
  ];
  const shown = made.find((one) => one.value === value) ?? itemOf({ id: value });
  const { found, isAsking } = useFound(text);
  const groups = [
    { group: words.found, items: found },
    { group: words.chosen, items: chosen },
    { group: words.matching, items: matching },
    { group: words.matched, items: delivered },
    { group: words.recent, items: recent },
  ];
  const listed = new Set<string>();
  const data: { name: string; items: Item[] }[] = groups.flatMap(({ group, items }) => {
    const news = items.filter(({ id }) => !listed.has(id));
    for (const { id } of news) listed.add(id);
    const isFound = group === words.found;
    return news.length === 0 ? [] : [{ name: group, items: news.map((one) => ({ ...itemOf(one), isFound })) }];
  });
  if (value !== pickedSample && value !== pickedPasted && !listed.has(value))
    data.unshift({ name: words.chosen, items: [shown] });
  const problem = value === pickedPasted && pasted.trim() !== '' ? sampleOf(value, pasted) : null;
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <SearchedSelect
          label={terms.event}
          placeholder={words.searchHint}
          value={value}
          onChange={onPick}
          groups={[...data, { name: words.made, items: made }]}
          onSearch={write}
          renderOption={(item) => <Option parts={told.get(item.value) ?? [item.label]} />}
          nothingFound={isAsking ? parts.loading(shell.pages.events) : words.notFound}
          flex={1}
        />
        <Button aria-label={words.refresh} title={words.refresh} px="xs" onClick={refresh}>
          <Icon name="retry" />
        </Button>
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

/** An event in the list: its name, and below it what tells it apart. */
function Option({ parts: [name, ...marks] }: { parts: readonly string[] }): ReactNode {
  return (
    <Stack gap={0} miw={0}>
      <Text span>{name}</Text>
      {marks.length === 0 ? null : <Note span>{words.event(marks)}</Note>}
    </Stack>
  );
}

/** Events with this id, name or visitor. */
function useFound(typed: string): { found: readonly Listed[]; isAsking: boolean } {
  const mayEvents = useMay('events:view');
  const wanted = typed.trim();
  const [settled] = useDebouncedValue(wanted, 300);
  const isId = /^evt_[0-9a-z]{26}$/.test(settled);
  const asked = { enabled: mayEvents && settled !== '' && !isId, staleTime: 60_000 };
  const byName = useApiQuery('listEvents', { query: { name: settled, limit: 20 } }, { ...asked });
  const byVisitor = useApiQuery('listEvents', { query: { visitorId: settled, limit: 20 } }, { ...asked });
  if (wanted === '' || settled !== wanted) return { found: [], isAsking: wanted !== '' };
  if (isId) return { found: [{ id: settled }], isAsking: false };
  return {
    found: [...(byName.data?.data ?? []), ...(byVisitor.data?.data ?? [])],
    isAsking: byName.isLoading || byVisitor.isLoading,
  };
}
