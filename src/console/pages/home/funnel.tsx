import { Text } from '@mantine/core';
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

const ends = [
  ['held', 'hand', 'warn'],
  ['retried', 'retry', 'warn'],
  ['failed', 'cross', 'bad'],
  ['skipped', 'skip', 'calm'],
  ['rejected', 'off', 'bad'],
] as const satisfies readonly [keyof typeof words.ends, IconName, string][];

/** How much of what came in went out, what ended otherwise, and why. */
export function Funnel({ stats: { totals, reasons } }: { stats: Stats }): ReactNode {
  const steps = ['received', 'matched', 'created', 'delivered'] as const;
  const most = Math.max(...steps.map((step) => totals[step]), 1);
  return (
    <Panel title={words.title}>
      <ol className={css['funnel']}>
        {steps.map((step) => (
          <li key={step}>
            <span>{words.steps[step]}</span>
            <svg className={css['bar']} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              <rect className={css['fill']} data-step={step} width={(totals[step] / most) * 100} height="10" />
            </svg>
            <b>{formatNumber(totals[step])}</b>
          </li>
        ))}
      </ol>
      <ul className={css['ends']}>
        {ends
          .filter(([end]) => totals[end] > 0)
          .map(([end, icon, tone]) => (
            <li key={end} data-tone={tone}>
              <Icon name={icon} size={14} />
              {words.ends[end]}
              <b>{formatNumber(totals[end])}</b>
            </li>
          ))}
      </ul>
      {totals.unmatched > 0 ? <Text c="dimmed">{words.unmatched(totals.unmatched)}</Text> : null}
      {reasons.length === 0 ? null : (
        <div>
          <h3 className={css['small']}>{words.reasons}</h3>
          <ul className={css['reasons']}>
            {reasons.slice(0, reasonsMax).map(({ outcome, reason, count }) => (
              <li key={`${outcome} ${reason}`}>
                <span>{words.reason(words.ends[outcome], reasonInWords(reason))}</span>
                <b>{formatNumber(count)}</b>
              </li>
            ))}
          </ul>
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
