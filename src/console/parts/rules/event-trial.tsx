import { Alert, Button, SegmentedControl, Stack, Text, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import { conditions, shell, terms } from '../../messages/en.ts';
import { sentence } from '../../messages/sentence.ts';
import { options } from '../form/options.ts';
import { Icon, More, Note, Problem, Time } from '../parts.ts';
import { pickedPasted, sampleOf } from '../payload/picked-event.ts';
import { explainedWords, foundWords } from './condition-words.ts';
import { Pick } from './pick-panel.tsx';
import css from './rules.module.css';
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

/** The newest events that match and do not, and the result of one of them or of a pasted one. */
export function EventTrial({ counts, tried, onTry, trial, error }: Props): ReactNode {
  return (
    <Stack gap="sm">
      <NewestEvents counts={counts} tried={tried} onTry={onTry} />
      <div aria-live="polite">
        {tried === null || trial === null ? null : (
          <Verdict name={tried.name} trial={trial} onForget={() => onTry(null)} />
        )}
        {tried !== null && error != null ? <Problem error={error} /> : null}
      </div>
      <Paste onTry={onTry} />
    </Stack>
  );
}

function NewestEvents({ counts, tried, onTry }: Pick<Props, 'counts' | 'tried' | 'onTry'>): ReactNode {
  const [side, show] = useState<'matching' | 'other'>('matching');
  const { answer, lacks } = counts;
  if (lacks !== null) return <Text c="dimmed">{w.noRight(rights[lacks])}</Text>;
  if (answer === undefined) return <Text c="dimmed">{terms.counting}</Text>;
  if (answer.checked === 0) return <Text c="dimmed">{w.noEvents}</Text>;
  const events = answer[side];
  return (
    <>
      <Text role="status" fw={550}>
        {sentence(conditions.builder.passedLong(answer.counts[0] ?? 0, answer.checked))}
      </Text>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={shell.pages.events}
        value={side}
        onChange={show}
        data={options({ matching: w.matching, other: w.other })}
      />
      {events.length === 0 ? (
        <Text c="dimmed">{side === 'matching' ? w.noneMatching : w.noneOther}</Text>
      ) : (
        <ul className={`${css['picks']} ${css['scroll']}`}>
          {events.map(({ id, name, receivedAt }) => (
            <li key={id}>
              <Pick
                icon="search"
                isPressed={tried?.eventId === id}
                onClick={() => onTry({ eventId: id, name: name ?? terms.unnamedEvent })}
              >
                {name ?? terms.unnamedEvent}
              </Pick>
              <Note span px="xs">
                <Time at={receivedAt} show="stream" />
              </Note>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Verdict({ name, trial, onForget }: { name: string; trial: Trial; onForget: () => void }): ReactNode {
  const { matched, decider } = trial;
  const found = decider === null ? null : foundWords(decider);
  return (
    <Alert
      variant="outline"
      color={matched ? 'green' : 'red'}
      icon={<Icon name={matched ? 'check' : 'cross'} />}
      title={matched ? w.matches(name) : w.fails(name)}
    >
      {decider === null
        ? null
        : w.because(explainedWords(decider), found === null ? terms.gotNothing : terms.got(found))}
      <div>
        <Button variant="subtle" color="gray" size="compact-xs" onClick={onForget}>
          {terms.clear}
        </Button>
      </div>
    </Alert>
  );
}

function Paste({ onTry }: Pick<Props, 'onTry'>): ReactNode {
  const [text, write] = useState('');
  const [isWrong, setWrong] = useState(false);
  function check() {
    const sample = sampleOf(pickedPasted, text);
    const event = 'event' in sample ? sample.event : undefined;
    setWrong(event === undefined);
    if (event === undefined) return;
    onTry({ event, name: event.name ?? String(event.data['wt.ev'] ?? event.data['wt.ti'] ?? terms.unnamedEvent) });
  }
  return (
    <More summary={w.paste}>
      <Stack gap="xs" align="start">
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
          w="100%"
        />
        <Button size="xs" onClick={check}>
          {w.check}
        </Button>
      </Stack>
    </More>
  );
}
