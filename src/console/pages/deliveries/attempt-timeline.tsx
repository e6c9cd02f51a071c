import { Group, Stack, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Attempt, Delivery } from '../../../contract/records/delivery.ts';
import { useHoldOf } from '../../data/data.ts';
import { exchange, formatAbsolute, formatDuration, outcomes, terms, deliveries as words } from '../../messages/en.ts';
import { StageLegend, StageTrack } from '../../parts/chart/stage-bars.tsx';
import { stagesOf } from '../../parts/chart/stages.ts';
import { Countdown, type IconName, Note, Time, type Tone, Toned } from '../../parts/parts.ts';
import { resultWords } from '../../parts/payload/last-attempts.ts';
import css from './attempt-timeline.module.css';

const w = words.page;

type Props = {
  delivery: Delivery;
  attempts: readonly Attempt[];
  chosen: number;
  onChoose: (index: number) => void;
};

const looks: Readonly<Record<Attempt['outcome'], { icon: IconName; tone: Tone }>> = {
  delivered: { icon: 'check', tone: 'good' },
  retry: { icon: 'retry', tone: 'warn' },
  failed: { icon: 'cross', tone: 'bad' },
  held: { icon: 'hand', tone: 'warn' },
  skipped: { icon: 'skip', tone: 'calm' },
  refreshed: { icon: 'retry', tone: 'calm' },
  split: { icon: 'retry', tone: 'calm' },
};

/** The attempts from top to bottom on one axis of time, with the time between them, and the next one. */
export function AttemptTimeline({ delivery, attempts, chosen, onChoose }: Props): ReactNode {
  const spans = attempts.map(({ timings }) => spanOf(timings));
  const longestMs = Math.max(1, ...spans.map(({ ms }) => ms));
  const hold = useHoldOf()(delivery);
  return (
    <Stack gap="sm">
      <Stack role="list" gap={6}>
        <Text role="listitem" size="sm" c="dimmed" component="div" pl="sm">
          {terms.created} <Time at={delivery.createdAt} show="log" />
        </Text>
        {attempts.map((attempt, index) => {
          const before = attempts[index - 1];
          const gap = before === undefined ? null : gapWords(before, attempt);
          return (
            <div role="listitem" key={attempt.id}>
              {gap === null ? null : (
                <Text size="sm" c="dimmed" pl="sm" py={4} mb={6} className={css['gap'] ?? ''}>
                  {gap}
                </Text>
              )}
              <OneAttempt
                attempt={attempt}
                longestMs={longestMs}
                isChosen={index === chosen}
                onChoose={() => onChoose(index)}
              />
            </div>
          );
        })}
        {delivery.nextAttemptAt === null ? null : (
          <Text role="listitem" size="sm" c="dimmed" component="div" pl="sm">
            {terms.nextAttempt}{' '}
            {hold === null ? <Countdown at={delivery.nextAttemptAt} due={words.now} /> : words.afterHold}
          </Text>
        )}
      </Stack>
      <StageLegend names={new Set(spans.flatMap(({ stages }) => stages.map(({ name }) => name)))} />
    </Stack>
  );
}

type OneProps = { attempt: Attempt; longestMs: number; isChosen: boolean; onChoose: () => void };

function OneAttempt({ attempt, longestMs, isChosen, onChoose }: OneProps): ReactNode {
  const { number, outcome, response, error, counted, durationMs, timings, startedAt } = attempt;
  const { stages, startMs } = spanOf(timings);
  return (
    <UnstyledButton className={css['attempt'] ?? ''} aria-pressed={isChosen} onClick={onChoose}>
      <Group component="span" gap="0.1rem 1rem" align="baseline" mb={6}>
        <Toned {...looks[outcome]}>{w.attemptOf(number, outcomes.attempt[outcome])}</Toned>
        <span>{resultWords(response?.status, error?.kind)}</span>
        <Note span>
          {formatAbsolute(new Date(startedAt)).local} · {formatDuration(durationMs)}
          {counted ? '' : ` · ${w.notCounted}`}
        </Note>
      </Group>
      <StageTrack stages={stages} fromMs={startMs} wholeMs={longestMs} />
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

/** Shorter gaps are no waiting. */
const gapLeastMs = 50;

/** What passed between two attempts, in words; null when one followed at once. */
function gapWords(before: Attempt, after: Attempt): string | null {
  const ms = Date.parse(after.startedAt) - Date.parse(before.startedAt) - before.durationMs;
  if (before.outcome === 'refreshed') return w.gapToken;
  if (ms < gapLeastMs) return null;
  const asked = before.response?.headers.find(([name]) => name.toLowerCase() === 'retry-after')?.[1];
  if (asked !== undefined) return w.gapAsked(ms, asked);
  if (before.outcome === 'held') return w.gapHeld(ms);
  return before.outcome === 'retry' ? w.gapBackoff(ms) : w.gap(ms);
}
