import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Stats } from '../../data/stats.ts';
import { home } from '../../messages/en/home.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatDuration, formatNumber, formatPercent } from '../../messages/format.ts';
import { Time } from '../../parts/time.tsx';
import css from './home-page.module.css';
import { ratePerMinute } from './rate.ts';
import type { DocumentsHere } from './use-documents.ts';

const words = home.tiles;

type Props = { stats: Stats; collectors: DocumentsHere['collectors'] };

/** The four most important numbers. */
export function Tiles({ stats, collectors }: Props): ReactNode {
  const { totals, latency, oldestWaitingAt } = stats;
  const ended = totals.delivered + totals.failed;
  return (
    <dl className={css['tiles']}>
      <Tile name={words.received} hint={words.perMinute(rateOf(ratePerMinute(totals.received, stats, collectors)))}>
        {formatNumber(totals.received)}
      </Tile>
      <Tile name={words.success} {...(ended === 0 ? {} : { hint: words.successHint })}>
        {ended === 0 ? terms.noneYet : formatPercent(totals.delivered / ended)}
      </Tile>
      <Tile name={words.latency}>{latency === null ? terms.noneYet : formatDuration(latency.p95Ms)}</Tile>
      <Tile name={words.waiting}>
        {oldestWaitingAt === null ? terms.none : <Time at={oldestWaitingAt} show="relative" />}
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
