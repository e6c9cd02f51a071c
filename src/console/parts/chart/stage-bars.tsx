import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Timings } from '../../../contract/records/delivery.ts';
import { formatDuration, exchange as words } from '../../messages/en.ts';
import { Facts } from '../parts.ts';
import css from './stage-bars.module.css';
import { type Stage, type StageName, stagesOf } from './stages.ts';

/** Where the time of one attempt went: a line per stage, each with its bar on the axis that all share. */
export function StageBars({ timings }: { timings: Timings }): ReactNode {
  const stages = stagesOf(timings).filter(({ name }) => name !== 'queue');
  const last = stages.at(-1);
  if (last === undefined) return null;
  const wholeMs = last.startMs + last.ms;
  return (
    <Facts
      label={words.timings}
      facts={stages.map((stage) => [
        words.stages[stage.name],
        <span key={stage.name} className={css['line']}>
          <Text span size="sm" ta="end">
            {formatDuration(stage.ms)}
          </Text>
          <StageTrack stages={[stage]} wholeMs={wholeMs} />
        </span>,
      ])}
    />
  );
}

type TrackProps = {
  stages: readonly Stage[];
  /** The time that the whole track represents. */
  wholeMs: number;
  /** When the track begins, counted from the start of the attempt. */
  fromMs?: number;
};

/** Stages as bars on an axis of time. */
export function StageTrack({ stages, wholeMs, fromMs = 0 }: TrackProps): ReactNode {
  const share = (ms: number) => `${(100 * ms) / wholeMs}%`;
  return (
    <span className={css['track']} aria-hidden="true">
      {stages.map(({ name, startMs, ms }) => (
        <span
          key={name}
          style={{ background: stageColors[name], insetInlineStart: share(startMs - fromMs), inlineSize: share(ms) }}
        />
      ))}
    </span>
  );
}

/** What the colours of the stages mean. */
export function StageLegend({ names }: { names: ReadonlySet<StageName> }): ReactNode {
  return (
    <ul className={css['legend']}>
      {stageNames
        .filter((name) => names.has(name))
        .map((name) => (
          <li key={name}>
            <span style={{ background: stageColors[name] }} />
            {words.stages[name]}
          </li>
        ))}
    </ul>
  );
}

const stageColors: Readonly<Record<StageName, string>> = {
  queue: 'repeating-linear-gradient(135deg, var(--console-line) 0 3px, transparent 3px 6px)',
  token: 'var(--console-warn)',
  dns: 'var(--mantine-color-placeholder)',
  connect: 'var(--console-calm)',
  tls: 'var(--mantine-color-gray-light-color)',
  wait: 'var(--console-work)',
  download: 'var(--console-good)',
};

const stageNames = Object.keys(stageColors) as StageName[]; // the keys of a literal
