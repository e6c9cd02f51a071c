import { type ReactNode, useEffect, useState } from 'react';
import { formatRelative } from '../../messages/en.ts';

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
