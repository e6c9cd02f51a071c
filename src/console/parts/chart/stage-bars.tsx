import type { ReactNode } from 'react';
import type { Timings } from '../../../contract/records/delivery.ts';
import { exchange as words } from '../../messages/en/exchange.ts';
import { formatDuration } from '../../messages/format.ts';
import css from './stage-bars.module.css';
import { stagesOf } from './stages.ts';

/** Where the time of one attempt went: a line per stage, each with its bar on the axis that all share. */
export function StageBars({ timings }: { timings: Timings }): ReactNode {
  const stages = stagesOf(timings).filter(({ name }) => name !== 'queue');
  const last = stages.at(-1);
  const wholeMs = last === undefined ? 0 : last.startMs + last.ms;
  if (wholeMs === 0) return null;
  const share = (ms: number) => `${(100 * ms) / wholeMs}%`;
  return (
    <dl className={css['bars']} aria-label={words.timings}>
      {stages.map(({ name, startMs, ms }) => (
        <div key={name} className={css['line']}>
          <dt>{words.stages[name]}</dt>
          <dd className={css['took']}>{formatDuration(ms)}</dd>
          <dd className={css['track']} aria-hidden="true">
            <span
              className={css['bar']}
              data-stage={name}
              style={{ marginInlineStart: share(startMs), inlineSize: share(ms) }}
            />
          </dd>
        </div>
      ))}
    </dl>
  );
}
