import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { events as words } from '../../messages/en/events.ts';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import type { useEventFeed } from './event-feed.ts';
import css from './events.module.css';

type Props = {
  feed: ReturnType<typeof useEventFeed>;
  isPaused: boolean;
  /** Older pages stand still. */
  isFirstPage: boolean;
  onPause: () => void;
  onLive: () => void;
};

/** Whether the list follows, how to stop it and go on, and whether it shows all there is. */
export function LiveBar({ feed, isPaused, isFirstPage, onPause, onLive }: Props): ReactNode {
  const { state, waiting, sample } = feed;
  const isStill = isPaused || !isFirstPage;
  return (
    <div className={css['live']} data-state={isStill ? 'still' : state}>
      <Button
        variant="default"
        size="xs"
        leftSection={<Icon name={isStill ? 'live' : 'pause'} size={13} />}
        onClick={isStill ? onLive : onPause}
      >
        {isStill ? terms.resume : terms.pause}
      </Button>
      <span role="status" className={css['state']}>
        {isFirstPage ? (isPaused ? parts.status.paused : stateWords[state]) : words.older}
      </span>
      {isPaused && isFirstPage && waiting > 0 ? (
        <Button
          size="xs"
          radius="xl"
          className={css['pill'] ?? ''}
          aria-label={words.showNew(waiting)}
          onClick={onLive}
        >
          {words.newCount(waiting)}
        </Button>
      ) : null}
      {sample === null ? null : <span className={css['sample']}>{words.sampled(sample.perSecond, sample.shown)}</span>}
    </div>
  );
}

const stateWords = { connecting: terms.connecting, live: words.live, away: words.away } as const;
