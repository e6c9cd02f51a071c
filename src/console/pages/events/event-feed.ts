import { useEffect, useRef, useState } from 'react';
import { followEvents, type StreamedEvent, type StreamState } from '../../data/event-stream.ts';
import type { Values } from '../../parts/list/filters.ts';
import { streamQueryOf } from './event-filters.ts';

/** Rows that a live list holds, and how many of them appear at once, so that a frame stays short. */
const rowsMax = 100;
const rowsAtOnce = 6;
const everyMs = 100;

type Feed = {
  /** What came since the page was opened, newest first. */
  rows: readonly StreamedEvent[];
  /** While paused: how many came. */
  waiting: number;
  state: StreamState;
  /** What is too fast to be shown whole: events a second, and how many of them are shown; null: all are. */
  sample: { perSecond: number; shown: number } | null;
};

const nothing: Feed = { rows: [], waiting: 0, state: 'connecting', sample: null };

/**
 * Events as they come, those that fit the filters. They are taken in before a frame is drawn, a few at a time. While
 * paused they are counted, and the newest are kept for later. `onConnected` is told after each connecting, when what
 * happened before has to be read.
 */
export function useEventFeed(given: {
  filters: Values;
  isPaused: boolean;
  isOn: boolean;
  onConnected: () => void;
}): Feed {
  const [feed, set] = useState<Feed>(nothing);
  const latest = useRef(given);
  latest.current = given;
  const { isOn } = given;
  const key = JSON.stringify(streamQueryOf(given.filters));

  useEffect(() => {
    set(nothing);
    if (!isOn || key === '') return; // a new stream when the query changes
    const stop = new AbortController();
    let backlog: StreamedEvent[] = [];
    let count = 0;
    let state: StreamState = 'connecting';
    let second = { seen: 0, skipped: 0, sample: null as Feed['sample'], startedAt: performance.now() };
    let flushedAt = 0;
    let frame = requestAnimationFrame(flush);

    followEvents(
      streamQueryOf(latest.current.filters),
      {
        onEvent(streamed) {
          second.seen += 1;
          backlog.push(streamed);
          if (backlog.length > rowsMax) backlog = backlog.slice(-rowsMax);
          count += 1;
        },
        onSkipped(skipped) {
          second.skipped += skipped;
          count += skipped;
        },
        onState(next) {
          state = next;
          if (next === 'live') latest.current.onConnected();
        },
      },
      stop.signal,
    );

    function flush(now: number) {
      frame = requestAnimationFrame(flush);
      if (now - flushedAt < everyMs) return;
      flushedAt = now;
      if (now - second.startedAt >= 1_000) {
        const seconds = (now - second.startedAt) / 1_000;
        const perSecond = Math.round((second.seen + second.skipped) / seconds);
        const sample = second.skipped > 0 ? { perSecond, shown: Math.round(second.seen / seconds) } : null;
        second = { seen: 0, skipped: 0, sample, startedAt: now };
      }
      const { isPaused } = latest.current;
      const taken = isPaused ? [] : backlog.splice(0, Math.max(rowsAtOnce, Math.ceil(backlog.length / 10)));
      if (!isPaused) count = backlog.length;
      const { sample } = second;
      set((before) => {
        const isSame =
          taken.length === 0 && before.waiting === count && before.state === state && sameSample(before.sample, sample);
        if (isSame) return before;
        const rows = taken.length === 0 ? before.rows : [...taken.reverse(), ...before.rows].slice(0, rowsMax);
        return { rows, waiting: isPaused ? count : 0, state, sample };
      });
    }

    return () => {
      stop.abort();
      cancelAnimationFrame(frame);
    };
  }, [isOn, key]);

  return feed;
}

function sameSample(one: Feed['sample'], other: Feed['sample']): boolean {
  return one?.perSecond === other?.perSecond && one?.shown === other?.shown;
}
