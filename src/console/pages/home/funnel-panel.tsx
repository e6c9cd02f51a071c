import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Stats } from '../../data/stats.ts';
import { home, parts, terms } from '../../messages/en.ts';
import { formatNumber } from '../../messages/format.ts';
import { Funnel, Reasons } from '../../parts/chart/funnel.tsx';
import { Panel, Toned } from '../../parts/parts.ts';

const words = home.funnel;
const { held, failed, skipped, delivered } = parts.status;
const reasonsMax = 5;
const ends = [
  ['held', held, 'hand', 'warn'],
  ['retried', terms.retried, 'retry', 'warn'],
  ['failed', failed, 'cross', 'bad'],
  ['skipped', skipped, 'skip', 'calm'],
  ['rejected', parts.funnel.rejected, 'off', 'bad'],
] as const;

/** How many of the received events led to deliveries, how the others ended, and why. */
export function FunnelPanel({ stats: { totals, reasons } }: { stats: Stats }): ReactNode {
  const present = ends.filter(([end]) => totals[end] > 0);
  return (
    <Panel title={parts.funnel.title}>
      <Funnel
        stages={[
          [terms.eventsReceived, totals.received, 'work'],
          [words.matched, totals.matched, 'work'],
          [parts.funnel.created, totals.created, 'work'],
          [delivered, totals.delivered, 'good'],
        ]}
      />
      {present.length === 0 ? null : (
        <Group component="ul" gap="md">
          {present.map(([end, name, icon, tone]) => (
            <li key={end}>
              <Toned icon={icon} tone={tone}>
                {name} <b className="tabular">{formatNumber(totals[end])}</b>
              </Toned>
            </li>
          ))}
        </Group>
      )}
      {totals.unmatched > 0 ? <Text c="dimmed">{words.unmatched(totals.unmatched)}</Text> : null}
      {reasons.length === 0 ? null : <Reasons reasons={reasons.slice(0, reasonsMax)} />}
    </Panel>
  );
}
