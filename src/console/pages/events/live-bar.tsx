import { Button, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { parts, terms, events as words } from '../../messages/en.ts';
import { Icon, toneColor } from '../../parts/parts.ts';
import type { useEventFeed } from './event-feed.ts';
import css from './live-bar.module.css';

type Props = {
  feed: ReturnType<typeof useEventFeed>;
  isPaused: boolean;
  /** Only the first page is live. */
  isFirstPage: boolean;
  onPause: () => void;
  onLive: () => void;
};

/** Whether the list is live, the button that pauses or resumes it, and whether it shows a sample only. */
export function LiveBar({ feed, isPaused, isFirstPage, onPause, onLive }: Props): ReactNode {
  const { state, waiting, sample } = feed;
  const isStill = isPaused || !isFirstPage;
  const tone = isStill || state === 'connecting' ? 'calm' : state === 'live' ? 'good' : 'warn';
  return (
    <div className={css['bar']} data-live={tone === 'good'}>
      <Button
        size="xs"
        leftSection={<Icon name={isStill ? 'live' : 'pause'} size={13} />}
        onClick={isStill ? onLive : onPause}
      >
        {isStill ? terms.resume : terms.pause}
      </Button>
      <span role="status" className={css['state']} style={{ color: toneColor(tone) }}>
        {isFirstPage ? (isPaused ? parts.status.paused : stateWords[state]) : words.older}
      </span>
      {isPaused && isFirstPage && waiting > 0 ? (
        <Button variant="filled" size="xs" radius="xl" aria-label={words.showNew(waiting)} onClick={onLive}>
          {words.newCount(waiting)}
        </Button>
      ) : null}
      {sample === null ? null : <Text c="dimmed">{words.sampled(sample.perSecond, sample.shown)}</Text>}
    </div>
  );
}

const stateWords = { connecting: terms.connecting, live: words.live, away: words.away } as const;
