import { Button, SegmentedControl, Text, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { EventRef } from '../../../contract/records/check.ts';
import { conditions } from '../../messages/en/conditions.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../icon.tsx';
import { pickedPasted, sampleOf } from '../payload/picked-event.ts';
import { Problem } from '../problem.tsx';
import { Time } from '../time.tsx';
import css from './condition-studio.module.css';
import { explainedWords } from './condition-words.ts';
import type { Counts } from './use-counts.ts';
import type { Trial, TriedEvent } from './use-trial.ts';

const w = conditions.panel;

type Props = {
  counts: Counts;
  tried: TriedEvent | null;
  onTry: (event: TriedEvent | null) => void;
  trial: Trial | null;
  error: unknown;
};

/** The newest events, which of them match, and one of them or a pasted one clause by clause. */
export function EventTrial({ counts: { answer, lacks }, tried, onTry, trial, error }: Props): ReactNode {
  const [side, show] = useState<'matching' | 'other'>('matching');
  const events = answer?.[side] ?? [];
  return (
    <div className={css['trial']}>
      {lacks !== null ? (
        <Text c="dimmed">{w.noRight(rights[lacks])}</Text>
      ) : answer?.checked === 0 ? (
        <Text c="dimmed">{w.noEvents}</Text>
      ) : answer === undefined ? (
        <Text c="dimmed">{terms.counting}</Text>
      ) : (
        <>
          <Text role="status" fw={550}>
            {w.matchCount(answer.counts[0] ?? 0, answer.checked)}
          </Text>
          <SegmentedControl
            size="xs"
            fullWidth
            aria-label={shell.pages.events}
            value={side}
            onChange={show}
            data={[
              { value: 'matching' as const, label: w.matching },
              { value: 'other' as const, label: w.other },
            ]}
          />
          {events.length === 0 ? (
            <Text c="dimmed">{side === 'matching' ? w.noneMatching : w.noneOther}</Text>
          ) : (
            <Events events={events} tried={tried} onTry={onTry} />
          )}
        </>
      )}
      <Result tried={tried} trial={trial} error={error} onForget={() => onTry(null)} />
      <Paste onTry={onTry} />
    </div>
  );
}

function Events(props: { events: readonly EventRef[]; tried: TriedEvent | null; onTry: Props['onTry'] }): ReactNode {
  return (
    <ul className={css['list']}>
      {props.events.map(({ id, name, receivedAt }) => (
        <li key={id} className={css['event']}>
          <button
            type="button"
            className={css['pick']}
            aria-pressed={props.tried?.eventId === id}
            onClick={() => props.onTry({ eventId: id, name: name ?? terms.unnamedEvent })}
          >
            <span className={css['pickName']}>{name ?? terms.unnamedEvent}</span>
            <Icon name="search" size={14} />
          </button>
          <Text span c="dimmed" size="sm" component="span">
            <Time at={receivedAt} />
          </Text>
        </li>
      ))}
    </ul>
  );
}

function Result(props: Pick<Props, 'tried' | 'trial' | 'error'> & { onForget: () => void }): ReactNode {
  const { tried, trial, error, onForget } = props;
  return (
    <div aria-live="polite">
      {tried === null || trial === null ? null : (
        <div className={css['verdict']} data-matched={trial.matched}>
          <Text fw={600} className={css['verdictWords'] ?? ''}>
            <Icon name={trial.matched ? 'check' : 'cross'} size={14} />
            {trial.matched ? w.matches(tried.name) : w.fails(tried.name)}
          </Text>
          {trial.decider === null ? null : (
            <Text size="sm">{w.because(explainedWords(trial.decider), foundIn(trial.decider))}</Text>
          )}
          <div>
            <Button variant="subtle" color="gray" size="compact-xs" onClick={onForget}>
              {terms.clear}
            </Button>
          </div>
        </div>
      )}
      {tried !== null && error != null ? <Problem error={error} /> : null}
    </div>
  );
}

function foundIn({ isMissing, actual }: NonNullable<Trial['decider']>): string {
  if (isMissing) return terms.gotNothing;
  return terms.got(typeof actual === 'string' ? conditions.sentence.value(actual) : JSON.stringify(actual));
}

function Paste({ onTry }: { onTry: Props['onTry'] }): ReactNode {
  const [text, write] = useState('');
  const [isWrong, setWrong] = useState(false);
  function check() {
    const sample = sampleOf(pickedPasted, text);
    const event = 'event' in sample ? sample.event : undefined;
    setWrong(event === undefined);
    if (event === undefined) return;
    const [ev, title] = [event.data['wt.ev'], event.data['wt.ti']];
    onTry({ event, name: event.name ?? String(ev ?? title ?? terms.unnamedEvent) });
  }
  return (
    <details className={css['paste']}>
      <summary>{w.paste}</summary>
      <div className={css['picks']}>
        <Textarea
          aria-label={w.paste}
          description={w.pasteHint}
          value={text}
          onChange={(event) => write(event.currentTarget.value)}
          error={isWrong ? w.notJson : undefined}
          autosize
          minRows={4}
          maxRows={12}
          spellCheck={false}
        />
        <div>
          <Button variant="default" size="xs" onClick={check}>
            {w.check}
          </Button>
        </div>
      </div>
    </details>
  );
}
