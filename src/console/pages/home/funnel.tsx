import { Box, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { errors } from '../../../contract/errors.ts';
import type { Stats } from '../../data/stats.ts';
import { home } from '../../messages/en/home.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { formatNumber } from '../../messages/format.ts';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import css from './home-page.module.css';

const words = home.funnel;
const reasonsMax = 5;
const steps = ['received', 'matched', 'created', 'delivered'] as const;
const ends = [
  ['held', 'hand', 'warn'],
  ['retried', 'retry', 'warn'],
  ['failed', 'cross', 'bad'],
  ['skipped', 'skip', 'calm'],
  ['rejected', 'off', 'bad'],
] as const satisfies readonly [keyof typeof words.ends, IconName, string][];

/** How many of the received events led to deliveries, how the others ended, and why. */
export function Funnel({ stats: { totals, reasons } }: { stats: Stats }): ReactNode {
  const most = Math.max(...steps.map((step) => totals[step]), 1);
  const present = ends.filter(([end]) => totals[end] > 0);
  return (
    <Panel title={words.title}>
      <ol className={css['funnel']}>
        {steps.map((step) => (
          <li key={step}>
            <span>{words.steps[step]}</span>
            <svg className={css['bar']} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              <rect data-step={step} width={(totals[step] / most) * 100} height="10" />
            </svg>
            <b className="tabular">{formatNumber(totals[step])}</b>
          </li>
        ))}
      </ol>
      {present.length === 0 ? null : (
        <Group component="ul" gap="md">
          {present.map(([end, icon, tone]) => (
            <Group component="li" gap={6} key={end}>
              <Box c={`var(--console-${tone})`} h={14} lh={0}>
                <Icon name={icon} size={14} />
              </Box>
              {words.ends[end]} <b className="tabular">{formatNumber(totals[end])}</b>
            </Group>
          ))}
        </Group>
      )}
      {totals.unmatched > 0 ? <Text c="dimmed">{words.unmatched(totals.unmatched)}</Text> : null}
      {reasons.length === 0 ? null : (
        <div>
          <Title order={3} size="sm" mb={6}>
            {words.reasons}
          </Title>
          <Stack component="ul" gap={4}>
            {reasons.slice(0, reasonsMax).map(({ outcome, reason, count }) => (
              <Group component="li" justify="space-between" wrap="nowrap" key={`${outcome} ${reason}`}>
                {words.reason(words.ends[outcome], reasonInWords(reason))}
                <b className="tabular">{formatNumber(count)}</b>
              </Group>
            ))}
          </Stack>
        </div>
      )}
    </Panel>
  );
}

/** A reason of a delivery, or the code of an error, in a few words. */
export function reasonInWords(reason: Stats['reasons'][number]['reason']): string {
  if (reason in outcomes.reason) return outcomes.reason[reason as keyof typeof outcomes.reason].short; // just looked up
  return errors[reason as keyof typeof errors][1]; // the other half of the contract's list
}
