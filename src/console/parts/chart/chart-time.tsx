import { Button, Group, Popover, SegmentedControl, Stack } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { type Stats, useStats } from '../../data/data.ts';
import { formatTime, parts, terms } from '../../messages/en.ts';
import { options } from '../form/bind.ts';
import { TimeField } from '../form/time-field.tsx';
import type { Range } from '../list/list-search.ts';
import { Icon } from '../parts.ts';

const words = parts.chartTime;

/** The time of all charts of a page: a range up to now, or with `from` and `until` (RFC 3339) a part of the past. */
export type ChartTime = { range: Range; from?: string | undefined; until?: string | undefined };

/**
 * The time in the address, and its setter. Without one, the last 24 hours, or less where nothing happened before: the
 * first minutes of a server are not a single spike at the edge.
 */
export function useChartTime(): [ChartTime, (next: Partial<ChartTime>) => void] {
  const { range, from, until } = useSearch({ strict: false }) as Partial<ChartTime>; // as all pages with charts have it
  const navigate = useNavigate();
  const { data } = useStats('all', undefined, '24h');
  const shown = range ?? (data === undefined ? '24h' : fittingRange(data));
  return [
    isTime(from) && isTime(until) ? { range: range ?? '24h', from, until } : { range: shown },
    (next) =>
      void navigate({ to: '.', search: ((present: object) => ({ ...present, ...next })) as never, replace: true }),
  ];
}

function fittingRange({ series }: Stats): Range {
  const first = series.findIndex(({ received, created, rejected }) => received + created + rejected > 0);
  const quarters = first < 0 ? series.length : series.length - first;
  return quarters <= 1 ? '15m' : quarters <= 4 ? '1h' : '24h';
}

const isTime = (text: string | undefined): text is string => text !== undefined && !Number.isNaN(Date.parse(text));

type Props = { time: ChartTime; onChange: (time: Partial<ChartTime>) => void };

/** The one choice of time on a page: a range, or a beginning and an end. */
export function ChartTimePicker({ time, onChange }: Props): ReactNode {
  const [isOpen, open] = useState(false);
  const { range, from, until } = time;
  const now = Date.now();
  const label =
    from === undefined || until === undefined
      ? words.custom
      : words.between(formatTime(new Date(from), 'date', now), formatTime(new Date(until), 'date', now));
  return (
    <Group gap="xs">
      <SegmentedControl
        aria-label={terms.timeRange}
        size="xs"
        data={options(parts.ranges)}
        value={(from === undefined ? range : '') as Range} // none is chosen then
        onChange={(next) => onChange({ range: next, from: undefined, until: undefined })}
      />
      <Popover opened={isOpen} onChange={open} position="bottom-end" shadow="md" trapFocus>
        <Popover.Target>
          <Button size="xs" aria-pressed={from !== undefined} onClick={() => open(!isOpen)}>
            {label}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={words.custom}>
          <CustomTime
            time={time}
            onChange={(next) => {
              open(false);
              onChange(next);
            }}
          />
        </Popover.Dropdown>
      </Popover>
      {from === undefined ? null : (
        <Button
          variant="subtle"
          size="xs"
          leftSection={<Icon name="cross" size={11} />}
          onClick={() => onChange({ from: undefined, until: undefined })}
        >
          {words.reset}
        </Button>
      )}
    </Group>
  );
}

function CustomTime({ time, onChange }: Props): ReactNode {
  const [from, setFrom] = useState(time.from);
  const [until, setUntil] = useState(time.until);
  const isValid = from !== undefined && until !== undefined && from < until;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid) onChange({ from, until });
      }}
    >
      <Stack gap="sm">
        <TimeField label={words.from} value={from} onChange={setFrom} />
        <TimeField label={words.until} value={until} onChange={setUntil} />
        <Button variant="filled" type="submit" disabled={!isValid}>
          {parts.applyFilters}
        </Button>
      </Stack>
    </form>
  );
}
