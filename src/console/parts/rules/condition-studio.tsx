import { Alert, Button, SegmentedControl, Stack, Text, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { Condition } from '../../../contract/documents/condition.ts';
import { conditions, shell, terms } from '../../messages/en.ts';
import { sentence } from '../../messages/sentence.ts';
import { bind, options } from '../form/bind.ts';
import { Beside, Icon, More, Note, Panel, Problem, Time } from '../parts.ts';
import { marksOf } from '../payload/event-marks.ts';
import { pickedPasted, sampleOf } from '../preview/picked-event.ts';
import { useRecentEvents } from '../preview/recent-events.ts';
import { ConditionBuilder, type Standing } from './condition-builder.tsx';
import { clausesOf, isGroup, joinOf, negatedIf, newGroup, split } from './condition-parts.ts';
import { explainedWords, foundWords } from './condition-words.ts';
import { Pick, PickPanel } from './pick-panel.tsx';
import css from './rules.module.css';
import { type Counts, useCounts } from './use-counts.ts';
import { comparisonIn, type Trial, type TriedEvent, useTrial } from './use-trial.ts';

type Props = {
  title?: string;
  value: Condition;
  onChange: (value: Condition) => void;
  /** Where the condition is in the body that is saved: `rules`. */
  path: string;
  /** What is wrong, by path in the body: `rules.all.0.value`. */
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
  /** A behavior can't be built on itself. */
  ownBehaviorId?: string;
};

/** The builder of rules, with behaviors and filters to pick and the events that match beside it. */
export function ConditionStudio({ title, value, onChange, path, errors, isDisabled, ownBehaviorId }: Props): ReactNode {
  const [tried, tryEvent] = useState<TriedEvent | null>(null);
  const counts = useCounts(value);
  const { trial, error } = useTrial(value, tried);

  function add(clause: Condition) {
    const { isNot, inner } = split(value);
    if (isGroup(inner)) onChange(negatedIf(isNot, newGroup(joinOf(inner), [...clausesOf(inner), clause])));
  }

  function standingOf(pointer: string): Standing {
    const count = counts.passed.get(pointer);
    const judged = trial?.judged.get(pointer);
    const leaf = judged === undefined ? null : comparisonIn(judged);
    const found = leaf === null ? {} : { found: foundWords(leaf) ?? conditions.builder.isMissing };
    return {
      passed: count === undefined ? undefined : { count, checked: counts.answer?.checked ?? 0 },
      tried: judged === undefined ? undefined : { holds: judged.result, ...found },
    };
  }

  function errorOf(pointer: string, field?: string): string | undefined {
    const place = `${path}${pointer.replaceAll('/', '.')}`;
    if (field === undefined) return errors[place];
    const [about] = Object.entries(errors).filter(([at]) => `${at}.`.startsWith(`${place}.${field}.`));
    return about?.[1] ?? counts.problems[`${pointer}/${field}`] ?? (field === 'value' ? undefined : errors[place]);
  }

  const events = (
    <Stack gap="sm">
      <NewestEvents counts={counts} rules={value} tried={tried} onTry={tryEvent} />
      <div aria-live="polite">
        {tried === null || trial === null ? null : (
          <Verdict name={tried.name} trial={trial} onForget={() => tryEvent(null)} />
        )}
        {tried !== null && error != null ? <Problem error={error} /> : null}
      </div>
      <Paste onTry={tryEvent} />
    </Stack>
  );
  return (
    <Beside
      asideWidth="17rem"
      aside={<PickPanel without={ownBehaviorId} onPick={add} isDisabled={isDisabled} events={events} />}
    >
      <Panel title={title ?? terms.rules}>
        <ConditionBuilder
          condition={value}
          pointer=""
          onChange={(next) => next !== null && onChange(next)}
          ownBehaviorId={ownBehaviorId}
          standingOf={standingOf}
          errorOf={errorOf}
          isDisabled={isDisabled}
        />
      </Panel>
    </Beside>
  );
}

const panelWords = conditions.panel;

type TrialProps = { counts: Counts; rules: Condition; tried: TriedEvent | null; onTry: (event: TriedEvent) => void };

/** The newest events that match and those that do not, to try the rules on. */
function NewestEvents({ counts, rules, tried, onTry }: TrialProps): ReactNode {
  const known = useRecentEvents();
  const [side, show] = useState<'matching' | 'other'>('matching');
  const { answer, lacks } = counts;
  if (lacks !== null) return <Text c="dimmed">{panelWords.noRight(rights[lacks])}</Text>;
  if (answer === undefined) return <Text c="dimmed">{terms.counting}</Text>;
  if (answer.checked === 0) return <Text c="dimmed">{panelWords.noEvents}</Text>;
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
        data={options({ matching: panelWords.matching, other: panelWords.other })}
      />
      {events.length === 0 ? (
        <Text c="dimmed">{side === 'matching' ? panelWords.noneMatching : panelWords.noneOther}</Text>
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
                {[...marksOf(known.get(id), rules), ''].join(' · ')}
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
      title={matched ? panelWords.matches(name) : panelWords.fails(name)}
    >
      {decider === null
        ? null
        : panelWords.because(explainedWords(decider), found === null ? terms.gotNothing : terms.got(found))}
      <div>
        <Button variant="subtle" color="gray" size="compact-xs" onClick={onForget}>
          {terms.clear}
        </Button>
      </div>
    </Alert>
  );
}

function Paste({ onTry }: Pick<TrialProps, 'onTry'>): ReactNode {
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
    <More summary={panelWords.paste}>
      <Stack gap="xs" align="start">
        <Textarea
          aria-label={panelWords.paste}
          description={panelWords.pasteHint}
          {...bind(text, write)}
          error={isWrong ? panelWords.notJson : undefined}
          autosize
          minRows={4}
          maxRows={12}
          spellCheck={false}
          w="100%"
        />
        <Button size="xs" onClick={check}>
          {panelWords.check}
        </Button>
      </Stack>
    </More>
  );
}
