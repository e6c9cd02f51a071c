import { Button, Group, Popover, SegmentedControl, Stack } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { kept, type Stats, useApiQuery } from '../../data/data.ts';
import { formatTime, parts, terms } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { options } from '../form/bind.ts';
import { TimeField } from '../form/time-field.tsx';
import type { Range } from '../list/list-search.ts';
import { Icon } from '../parts.ts';
import type { ChartSeries } from './chart-series.ts';

const words = parts.chartTime;

/** The time of all charts of a page: a range up to now, or with `from` and `until` (RFC 3339) a part of the past. */
export type ChartTime = {
  /** `auto`: the server answers with one that fits what happened. */
  range: Range | 'auto';
  from?: string | undefined;
  until?: string | undefined;
  /** Shown beside the same time a week before. */
  compare?: 'week' | undefined;
};

/** The time in the address, and its setter. */
export function useChartTime(): [ChartTime, (next: Partial<Search>) => void] {
  const { range, from, until, compare } = useSearch({ strict: false }) as Partial<Search>; // as all pages with charts have it
  const navigate = useNavigate();
  return [
    isTime(from) && isTime(until)
      ? { range: range ?? '24h', from, until, compare }
      : { range: range ?? 'auto', compare },
    (next) =>
      void navigate({ to: '.', search: ((present: object) => ({ ...present, ...next })) as never, replace: true }),
  ];
}

type Search = Omit<ChartTime, 'range'> & { range?: Range };

const weekMs = 7 * 86_400_000;

/**
 * What was delivered a week before, as a line of a chart; undefined: it is not asked for, or not kept so long. A week ago has longer
 * steps, of which each step now has its share.
 */
export function useWeekBefore(
  kind: Stats['kind'],
  id: string | undefined,
  stats: Stats | undefined,
  { compare }: ChartTime,
): ChartSeries | undefined {
  const may = useMay('settings:view');
  const isOn = compare === 'week' && stats !== undefined && mayCompare(stats);
  const shifted = (at = '') => new Date(Date.parse(at) - weekMs).toISOString();
  const { data } = useApiQuery(
    'getStats',
    {
      query: isOn
        ? {
            kind,
            from: shifted(stats.from),
            until: shifted(stats.series.at(-1)?.at),
            ...(id === undefined ? {} : { id }),
          }
        : {},
    },
    { ...kept, enabled: may && isOn },
  );
  if (!isOn || data === undefined) return undefined;
  const share = stats.stepMs / data.stepMs;
  const values = stats.series.map(({ at }) => {
    const then = Date.parse(at) - weekMs;
    const step = data.series.findLast((one) => Date.parse(one.at) <= then);
    return Math.round((step?.delivered ?? 0) * share * 10) / 10;
  });
  return { label: words.weekBefore(parts.status.delivered), tone: 'calm', values, isLine: true };
}

/** Statistics are kept for eight days. */
const mayCompare = ({ from }: Pick<Stats, 'from'>) => Date.now() - Date.parse(from) <= 86_400_000 + weekMs / 56;

const isTime = (text: string | undefined): text is string => text !== undefined && !Number.isNaN(Date.parse(text));

type Props = {
  time: ChartTime;
  /** What is shown, once it is known. */
  stats: Stats | undefined;
  onChange: (time: Partial<Search>) => void;
};

/** The one choice of time on a page: a range, or a beginning and an end. */
export function ChartTimePicker({ time, stats, onChange }: Props): ReactNode {
  const [isOpen, open] = useState(false);
  const { range: asked, from, until, compare } = time;
  const range = asked === 'auto' ? stats?.range : asked;
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
        value={(from === undefined ? (range ?? '') : '') as Range} // none is chosen then
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
      {stats === undefined || !mayCompare(stats) ? null : (
        <Button
          size="xs"
          aria-pressed={compare === 'week'}
          variant={compare === 'week' ? 'light' : 'default'}
          onClick={() => onChange({ compare: compare === 'week' ? undefined : 'week' })}
        >
          {words.compare}
        </Button>
      )}
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

function CustomTime({ time, onChange }: Pick<Props, 'time' | 'onChange'>): ReactNode {
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
