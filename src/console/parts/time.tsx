import { Tooltip } from '@mantine/core';
import { type ReactNode, useSyncExternalStore } from 'react';
import { formatAbsolute, formatRelative } from '../messages/format.ts';

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

/** A time as `5 minutes ago`; on hover and focus in full, where the reader is and in UTC. */
export function Time({ at }: { at: string }): ReactNode {
  const present = Math.max(useNow(), Date.now());
  const date = new Date(at);
  const { local, utc } = formatAbsolute(date);
  return (
    <Tooltip
      label={
        <>
          {local}
          <br />
          {utc}
        </>
      }
    >
      {/* Keyboards reach what a mouse can hover (WCAG 1.4.13). */}
      <time dateTime={at} tabIndex={0}>
        {formatRelative(date, present)}
      </time>
    </Tooltip>
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
