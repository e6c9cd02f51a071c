import { type ReactNode, useMemo, useState } from 'react';
import type { Condition } from '../../../contract/documents/condition.ts';
import { conditions, terms } from '../../messages/en.ts';
import { Beside, Panel } from '../parts.ts';
import { ConditionBuilder, type Standing } from './condition-builder.tsx';
import { clausesOf, isGroup, joinOf, negatedIf, newGroup, split } from './condition-parts.ts';
import { foundWords } from './condition-words.ts';
import { EventTrial } from './event-trial.tsx';
import { PickPanel } from './pick-panel.tsx';
import { useBehaviors } from './use-behaviors.ts';
import { useCounts } from './use-counts.ts';
import { comparisonIn, type TriedEvent, useTrial } from './use-trial.ts';

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
  const all = useBehaviors().behaviors;
  const behaviors = useMemo(() => all.filter(({ id }) => id !== ownBehaviorId), [all, ownBehaviorId]);
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

  const events = <EventTrial counts={counts} tried={tried} onTry={tryEvent} trial={trial} error={error} />;
  return (
    <Beside
      asideWidth="17rem"
      aside={<PickPanel behaviors={behaviors} onPick={add} isDisabled={isDisabled} events={events} />}
    >
      <Panel title={title ?? terms.rules}>
        <ConditionBuilder
          condition={value}
          pointer=""
          onChange={(next) => next !== null && onChange(next)}
          behaviors={behaviors}
          standingOf={standingOf}
          errorOf={errorOf}
          isDisabled={isDisabled}
        />
      </Panel>
    </Beside>
  );
}
