import { Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Attempt, Delivery } from '../../../contract/records/delivery.ts';
import { deliveries as words } from '../../messages/en/deliveries.ts';
import { exchange } from '../../messages/en/exchange.ts';
import { statusLine } from '../../messages/en/http.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatAbsolute, formatDuration } from '../../messages/format.ts';
import { type StageName, stagesOf } from '../../parts/chart/stages.ts';
import { Countdown } from '../../parts/countdown.tsx';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { Time } from '../../parts/time.tsx';
import { gapWords } from './attempt-gap.ts';
import css from './deliveries.module.css';

const w = words.page;

type Props = {
  delivery: Delivery;
  attempts: readonly Attempt[];
  chosen: number;
  onChoose: (index: number) => void;
};

const looks: Readonly<Record<Attempt['outcome'], [IconName, string]>> = {
  delivered: ['check', 'good'],
  retry: ['retry', 'warn'],
  failed: ['cross', 'bad'],
  held: ['hand', 'warn'],
  skipped: ['skip', 'calm'],
  refreshed: ['retry', 'calm'],
  split: ['retry', 'calm'],
};

/** The attempts from top to bottom on one axis of time, with what passed between them, and what is planned next. */
export function AttemptTimeline({ delivery, attempts, chosen, onChoose }: Props): ReactNode {
  const lengths = attempts.map(({ timings }) => spanOf(timings));
  const longestMs = Math.max(1, ...lengths.map(({ ms }) => ms));
  const used = new Set(lengths.flatMap(({ stages }) => stages.map(({ name }) => name)));
  return (
    <div className={css['timelineBox']}>
      <ol className={css['timeline']}>
        <li className={css['edge']}>
          {terms.created} <Time at={delivery.createdAt} />
        </li>
        {attempts.map((attempt, index) => {
          const before = attempts[index - 1];
          const gap = before === undefined ? null : gapWords(before, attempt);
          return (
            <li key={attempt.id}>
              {gap === null ? null : <div className={css['gap']}>{gap}</div>}
              <OneAttempt
                attempt={attempt}
                longestMs={longestMs}
                isChosen={index === chosen}
                onChoose={() => onChoose(index)}
              />
            </li>
          );
        })}
        {delivery.nextAttemptAt === null ? null : (
          <li className={css['edge']}>
            {terms.nextAttempt} <Countdown at={delivery.nextAttemptAt} due={words.now} />
          </li>
        )}
      </ol>
      <ul className={css['legend']}>
        {legend
          .filter((name) => used.has(name))
          .map((name) => (
            <li key={name}>
              <span className={css['swatch']} data-stage={name} />
              {exchange.stages[name]}
            </li>
          ))}
      </ul>
    </div>
  );
}

const legend: readonly StageName[] = ['queue', 'token', 'dns', 'connect', 'tls', 'wait', 'download'];

function OneAttempt(given: {
  attempt: Attempt;
  longestMs: number;
  isChosen: boolean;
  onChoose: () => void;
}): ReactNode {
  const { attempt, longestMs, isChosen, onChoose } = given;
  const { number, outcome, response, error, counted, durationMs, timings, startedAt } = attempt;
  const [icon, tone] = looks[outcome];
  const { stages, startMs } = spanOf(timings);
  return (
    <UnstyledButton className={css['attempt']} aria-pressed={isChosen} onClick={onChoose}>
      <span className={css['attemptHead']}>
        <span className={css['outcome']} data-tone={tone}>
          <Icon name={icon} size={13} />
          {w.attemptOf(number, outcomes.attempt[outcome])}
        </span>
        <span>
          {response !== null ? statusLine(response.status) : error === null ? '' : outcomes.errorKind[error.kind].short}
        </span>
        <Text component="span" size="sm" c="dimmed">
          {formatAbsolute(new Date(startedAt)).local} · {formatDuration(durationMs)}
          {counted ? '' : ` · ${w.notCounted}`}
        </Text>
      </span>
      <span className={css['axis']} aria-hidden="true">
        {stages.map(({ name, ms, startMs: at }) => (
          <span
            key={name}
            className={css['stage']}
            data-stage={name}
            style={{ insetInlineStart: share(at - startMs, longestMs), inlineSize: share(ms, longestMs) }}
          />
        ))}
      </span>
      <VisuallyHidden>
        {stages.map(({ name, ms }) => exchange.stageTook(exchange.stages[name], ms)).join(', ')}
      </VisuallyHidden>
    </UnstyledButton>
  );
}

/** The stages of an attempt, with the waiting in the queue before it, and how long all of it took. */
function spanOf(timings: Attempt['timings']) {
  const stages = stagesOf(timings);
  const startMs = Math.min(0, ...stages.map((one) => one.startMs));
  const ms = Math.max(0, ...stages.map((one) => one.startMs + one.ms)) - startMs;
  return { stages, startMs, ms };
}

function share(ms: number, wholeMs: number): string {
  return `${(100 * ms) / wholeMs}%`;
}
