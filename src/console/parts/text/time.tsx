import { Tooltip } from '@mantine/core';
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { formatAbsolute, formatRelative, formatTime, type TimeDetail } from '../../messages/en.ts';

const listeners = new Set<() => void>();
let now = Date.now();
setInterval(() => {
  now = Date.now();
  for (const listener of listeners) listener();
}, 15_000);

/** The present, in steps of a quarter of a minute: one clock for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

type Props = { at: string; show?: TimeDetail | 'relative' };

/**
 * A time. `date`: day and time. `log`: with seconds and the year. `stream`: with milliseconds, and the day when it is not
 * today. `relative`: `5 minutes ago`, for sentences. On hover and focus in full: relative, local and in UTC.
 */
export function Time({ at, show = 'date' }: Props): ReactNode {
  const present = Math.max(useNow(), Date.now());
  const date = new Date(at);
  const { local, utc } = formatAbsolute(date);
  const relative = formatRelative(date, present);
  return (
    <Tooltip
      label={
        <>
          {show === 'relative' ? null : (
            <>
              {relative}
              <br />
            </>
          )}
          {local}
          <br />
          {utc}
        </>
      }
    >
      {/* Keyboards reach what a mouse can hover (WCAG 1.4.13). */}
      <time dateTime={at} tabIndex={0}>
        {show === 'relative' ? relative : formatTime(date, show, present)}
      </time>
    </Tooltip>
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** How long it is until a time, kept up to date each second; the word `now` of the reader's language when it has come. */
export function Countdown({ at, due }: { at: string; due: string }): ReactNode {
  const [now, tick] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const date = new Date(at);
  return <time dateTime={at}>{date.getTime() <= now ? due : formatRelative(date, now)}</time>;
}
