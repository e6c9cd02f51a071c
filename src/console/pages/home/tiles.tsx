import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Stats } from '../../data/stats.ts';
import { home } from '../../messages/en/home.ts';
import { formatDuration, formatNumber, formatPercent } from '../../messages/format.ts';
import { Time } from '../../parts/time.tsx';
import css from './home-page.module.css';

const words = home.tiles;

/** The four numbers that tell at a glance how it goes. */
export function Tiles({ stats: { totals, latency, oldestWaitingAt, from, until } }: { stats: Stats }): ReactNode {
  const ended = totals.delivered + totals.failed;
  const minutes = Math.max((Date.parse(until) - Date.parse(from)) / 60_000, 1);
  return (
    <dl className={css['tiles']}>
      <Tile name={words.received} hint={words.perMinute(rateOf(totals.received / minutes))}>
        {formatNumber(totals.received)}
      </Tile>
      <Tile name={words.success} {...(ended === 0 ? {} : { hint: words.successHint })}>
        {ended === 0 ? words.none : formatPercent(totals.delivered / ended)}
      </Tile>
      <Tile name={words.latency}>{latency === null ? words.none : formatDuration(latency.p95Ms)}</Tile>
      <Tile name={words.waiting}>
        {oldestWaitingAt === null ? words.nothingWaits : <Time at={oldestWaitingAt} show="relative" />}
      </Tile>
    </dl>
  );
}

/** Few are not none. */
function rateOf(perMinute: number): string {
  return perMinute > 0 && perMinute < 1 ? words.underOne : formatNumber(Math.round(perMinute));
}

function Tile({ name, hint, children }: { name: string; hint?: string; children: ReactNode }): ReactNode {
  return (
    <div className={css['tile']}>
      <dt>{name}</dt>
      <dd>{children}</dd>
      {hint === undefined ? null : (
        <Text component="dd" c="dimmed" size="sm">
          {hint}
        </Text>
      )}
    </div>
  );
}
