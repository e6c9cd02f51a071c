import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { connections } from '../../messages/en/connections.ts';
import { formatDuration, formatPercent } from '../../messages/format.ts';
import { Sparkline } from '../../parts/chart/sparkline.tsx';
import css from './figure-cells.module.css';
import type { Figures } from './usage.ts';

const w = connections.figures;

/** Success in the last 24 hours: a line of what was delivered, and the share of what ended well. */
export function SuccessCell({ figures }: { figures: Figures | undefined }): ReactNode {
  const share = successOf(figures);
  if (figures === undefined || share === null) return <Nothing text={w.nothing} />;
  return (
    <span className={css['success']}>
      <Sparkline
        values={figures.series}
        sentence={w.sentence(figures.delivered, figures.failed)}
        tone={share < 0.5 ? 'bad' : share < 0.95 ? 'warn' : 'good'}
      />
      {formatPercent(share)}
    </span>
  );
}

/** The share of delivered among finished deliveries; null when there are none. */
export function successOf(figures: Figures | undefined): number | null {
  const ended = figures === undefined ? 0 : figures.delivered + figures.failed;
  return figures === undefined || ended === 0 ? null : figures.delivered / ended;
}

export function SpeedCell({ figures }: { figures: Figures | undefined }): ReactNode {
  const p95Ms = figures?.p95Ms ?? null;
  return p95Ms === null ? <Nothing text={w.noSpeed} /> : formatDuration(p95Ms);
}

/** A dash, with words for who does not see it. */
export function Nothing({ text }: { text: string }): ReactNode {
  return (
    <Text span c="dimmed" role="img" aria-label={text}>
      –
    </Text>
  );
}
