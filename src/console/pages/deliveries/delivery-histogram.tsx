import { Box, Button, Group, Text, VisuallyHidden } from '@mantine/core';
import { type KeyboardEvent, type PointerEvent, type ReactNode, useId, useState } from 'react';
import type { DeliveryStatus, DeliveryHistogram as Histogram } from '../../../contract/records/delivery.ts';
import { kept, useApiQuery } from '../../data/data.ts';
import { deliveries, formatAbsolute, formatClock, formatNumber, outcomes, parts, terms } from '../../messages/en.ts';
import { StatusBadge, type Tone, Toned, toneColor } from '../../parts/parts.ts';
import type { DeliveryQuery } from './delivery-filters.ts';
import css from './delivery-histogram.module.css';

const words = deliveries.histogram;
const bucketsMax = 60;
const againMs = 15_000;
const statuses = Object.keys(outcomes.status) as DeliveryStatus[]; // the keys of a literal

/** From the bottom of a bar to its top. */
const tones = [
  ['good', ['delivered']],
  ['calm', ['skipped', 'cancelled']],
  ['work', ['pending', 'sending']],
  ['warn', ['retrying', 'held']],
  ['bad', ['failed']],
] as const satisfies readonly [Tone, readonly DeliveryStatus[]][];

type Props = {
  filter: DeliveryQuery;
  /** Whether to count again from time to time; a search through everything is counted once. */
  isFresh: boolean;
  onStatus: (status: DeliveryStatus | undefined, unresolved?: 'true' | 'false') => void;
  onRange: (from: string, until: string) => void;
};

/** How many deliveries there are in each state, which is a filter, and over time, which is one too. */
export function DeliveryHistogram({ filter, isFresh, onStatus, onRange }: Props): ReactNode {
  const { status, unresolved, ...others } = filter;
  const { data } = useApiQuery(
    'getDeliveryHistogram',
    { query: { ...others, buckets: String(bucketsMax), countUnresolved: 'true' } },
    { ...kept, refetchInterval: isFresh ? againMs : false },
  );
  const failed = data?.totals.failed ?? 0;
  if (data === undefined) return <div className={css['waiting']} />;
  const { totals, countedFrom } = data;
  // What a replay delivered, or repeats, is failed no more: it has a chip of its own, and no red.
  const unresolvedCount = data.unresolved ?? failed;
  const resolvedCount = failed - unresolvedCount;
  const isResolved = status === 'failed' && unresolved === 'false';
  const countOf = (one: DeliveryStatus) => (one === 'failed' ? unresolvedCount : totals[one]);
  const all = Object.values(totals).reduce((sum, count) => sum + count, 0);
  return (
    <section className={css['histogram']} aria-label={words.title}>
      <Group gap={6} role="group" aria-label={terms.status}>
        <State isPressed={status === undefined} count={all} onPress={() => onStatus(undefined)}>
          {terms.all}
        </State>
        {statuses
          .filter((one) => countOf(one) > 0 || (one === status && !isResolved))
          .map((one) => {
            const isPressed = one === status && !(one === 'failed' && isResolved);
            const toUnresolved = one === 'failed' && resolvedCount > 0 ? 'true' : undefined;
            return (
              <State
                key={one}
                isPressed={isPressed}
                count={countOf(one)}
                onPress={() => (isPressed ? onStatus(undefined) : onStatus(one, toUnresolved))}
              >
                <StatusBadge status={one} />
              </State>
            );
          })}
        {resolvedCount === 0 && !isResolved ? null : (
          <State
            isPressed={isResolved}
            count={resolvedCount}
            onPress={() => (isResolved ? onStatus(undefined) : onStatus('failed', 'false'))}
          >
            <Toned icon="retry" tone="calm">
              {deliveries.resolvedFailures}
            </Toned>
          </State>
        )}
      </Group>
      {all === 0 ? null : (
        <div className={css['bars']}>
          <Bars data={data} status={status} onRange={onRange} />
        </div>
      )}
      {countedFrom === null ? null : (
        <Text size="xs" c="dimmed">
          {words.countedFrom(formatAbsolute(new Date(countedFrom)).local)}
        </Text>
      )}
    </section>
  );
}

type StateProps = { isPressed: boolean; count: number; onPress: () => void; children: ReactNode };

function State({ isPressed, count, onPress, children }: StateProps): ReactNode {
  return (
    <Button
      size="compact-sm"
      radius="xl"
      fw={400}
      aria-pressed={isPressed}
      onClick={onPress}
      style={isPressed ? { borderColor: 'var(--console-focus)', background: 'var(--console-hover)' } : undefined}
    >
      {children}
      <Text span inherit fw={700} ml={6} className="tabular">
        {formatNumber(count)}
      </Text>
    </Button>
  );
}

type BarsProps = { data: Histogram; status: DeliveryStatus | undefined; onRange: Props['onRange'] };

/** The bars; a click, a drag or the keyboard chooses a part of the time. */
function Bars({ data: { buckets, bucketMs }, status, onRange }: BarsProps): ReactNode {
  const last = buckets.length - 1;
  // In ms: the bars move on when they are counted again.
  const [chosenMs, choose] = useState<{ from: number; to: number } | null>(null);
  const [isDragged, drag] = useState(false);
  const hint = useId();
  const countOf = (index: number, of: readonly DeliveryStatus[]) =>
    of.reduce((sum, one) => sum + (status === undefined || status === one ? (buckets[index]?.counts[one] ?? 0) : 0), 0);
  const most = Math.max(1, ...buckets.map((_, index) => countOf(index, statuses)));
  const timeOf = (index: number) => Date.parse(buckets[0]?.at ?? '') + index * bucketMs;
  const within = (index: number) => Math.min(last, Math.max(0, index));
  const indexOf = (ms: number) => within(Math.floor((ms - timeOf(0)) / bucketMs));
  const chosen = chosenMs && { from: indexOf(chosenMs.from), to: indexOf(chosenMs.to) };
  const clock = (index: number) => formatClock(new Date(timeOf(index)), (last + 1) * bucketMs);
  const [low, high] =
    chosen === null ? [0, last] : [Math.min(chosen.from, chosen.to), Math.max(chosen.from, chosen.to)];
  const isShown = (index: number) => index >= low && index <= high;
  const counts = statuses
    .map(
      (one) => [one, buckets.reduce((sum, _, index) => sum + (isShown(index) ? countOf(index, [one]) : 0), 0)] as const,
    )
    .filter(([, count]) => count > 0);
  const text = words.part(
    clock(low),
    clock(high + 1),
    counts.map(([one, count]) => parts.statusCount(parts.status[one], count)),
  );
  function apply() {
    onRange(new Date(timeOf(low)).toISOString(), new Date(timeOf(high + 1)).toISOString());
    choose(null);
  }

  const at = ({ currentTarget, clientX }: PointerEvent) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    return timeOf(within(Math.floor(((clientX - left) / width) * buckets.length)));
  };
  function press(event: KeyboardEvent) {
    const now = chosen?.to ?? last;
    const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
    if (next !== undefined) {
      const to = timeOf(within(next));
      choose({ from: event.shiftKey ? (chosenMs?.from ?? to) : to, to });
    } else if (event.key === 'Enter' && chosen !== null) apply();
    else if (event.key === 'Escape' && chosen !== null) choose(null);
    else return;
    event.preventDefault();
  }

  return (
    <>
      <Box
        className={css['slider'] ?? ''}
        style={{ borderBlockEnd: '1px solid var(--console-line)', cursor: 'crosshair', touchAction: 'pan-y' }}
        role="slider"
        tabIndex={0}
        aria-label={terms.timeRange}
        aria-describedby={hint}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={chosen?.to ?? last}
        aria-valuetext={text}
        onKeyDown={press}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag(true);
          choose({ from: at(event), to: at(event) });
        }}
        onPointerMove={(event) => {
          const to = at(event);
          choose((before) => ({ from: isDragged ? (before?.from ?? to) : to, to }));
        }}
        onPointerUp={() => {
          drag(false);
          apply();
        }}
        onPointerLeave={() => isDragged || choose(null)}
      >
        <svg
          viewBox={`0 0 ${buckets.length} ${most}`}
          preserveAspectRatio="none"
          aria-hidden="true"
          style={{ display: 'block', inlineSize: '100%', blockSize: '100%', forcedColorAdjust: 'none' }}
        >
          {chosen === null ? null : (
            <rect fill="var(--console-focus)" opacity={0.16} x={low} width={high - low + 1} height={most} />
          )}
          {buckets.map(({ at: time }, index) => {
            let top = most;
            return tones.map(([tone, of]) => {
              const count = countOf(index, of);
              top -= count;
              // What is rare can still be seen beside what is frequent.
              const height = count === 0 ? 0 : Math.max(count, most / 50);
              return count === 0 ? null : (
                <rect
                  key={`${time} ${tone}`}
                  fill={toneColor(tone)}
                  x={index + 0.08}
                  width={0.84}
                  y={top - height + count}
                  height={height}
                />
              );
            });
          })}
        </svg>
      </Box>
      <Group justify="space-between" wrap="nowrap" fz="xs" lh={1.3} c="dimmed" className="tabular" aria-hidden="true">
        <span>{clock(0)}</span>
        <span>{text}</span>
        <span>{clock(last + 1)}</span>
      </Group>
      <VisuallyHidden id={hint}>{words.hint}</VisuallyHidden>
    </>
  );
}
