import { Paper, SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Stats } from '../../data/data.ts';
import { formatDuration, formatNumber, formatPercent, home, terms } from '../../messages/en.ts';
import { Time } from '../../parts/parts.ts';
import css from './home-page.module.css';
import { ratePerMinute } from './rate.ts';
import type { DocumentsHere } from './use-documents.ts';

const words = home.tiles;

/** The four most important numbers. */
export function Tiles({ stats, collectors }: { stats: Stats; collectors: DocumentsHere['collectors'] }): ReactNode {
  const { totals, latency, oldestWaitingAt } = stats;
  const ended = totals.delivered + totals.failed;
  const perMinute = ratePerMinute(totals.received, stats, collectors);
  const rate = perMinute > 0 && perMinute < 1 ? words.underOne : formatNumber(Math.round(perMinute));
  const tiles: [name: string, value: ReactNode, hint?: string][] = [
    [terms.eventsReceived, formatNumber(totals.received), words.perMinute(rate)],
    ended === 0
      ? [words.success, terms.noneYet]
      : [words.success, formatPercent(totals.delivered / ended), words.successHint],
    [words.latency, latency === null ? terms.noneYet : formatDuration(latency.p95Ms)],
    [words.waiting, oldestWaitingAt === null ? terms.none : <Time at={oldestWaitingAt} show="relative" key="time" />],
  ];
  return (
    <SimpleGrid component="dl" minColWidth="min(8rem, 100%)" autoFlow="auto-fit">
      {tiles.map(([name, value, hint]) => (
        <Paper key={name} className={css['tile'] ?? ''}>
          <Text component="dt" c="dimmed" size="sm">
            {name}
          </Text>
          <dd className={css['figure']}>{value}</dd>
          {hint === undefined ? null : (
            <Text component="dd" c="dimmed" size="sm">
              {hint}
            </Text>
          )}
        </Paper>
      ))}
    </SimpleGrid>
  );
}
