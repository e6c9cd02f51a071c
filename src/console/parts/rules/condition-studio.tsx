import { type ReactNode, useMemo, useState } from 'react';
import { conditions } from '../../messages/en/conditions.ts';
import { terms } from '../../messages/en/terms.ts';
import { Panel } from '../panel.tsx';
import type { ClauseStanding } from './clause-row.tsx';
import { ConditionBuilder } from './condition-builder.tsx';
import { type Clause, type GroupDraft, newBehavior, newComparison } from './condition-draft.ts';
import css from './condition-studio.module.css';
import { EventTrial } from './event-trial.tsx';
import { PickPanel } from './pick-panel.tsx';
import { useBehaviors } from './use-behaviors.ts';
import { useCounts } from './use-counts.ts';
import { useParameters } from './use-parameters.ts';
import { comparisonIn, type TriedEvent, useTrial } from './use-trial.ts';

type Props = {
  title?: string;
  value: GroupDraft;
  onChange: (value: GroupDraft) => void;
  /** What is wrong, by a part's key and member (`k1.value`). */
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
  /** A behavior can't be built on itself. */
  ownBehaviorId?: string;
};

/** Rules with what helps to write them beside: behaviors and filters to pick, and the events that they match. */
export function ConditionStudio({ title, value, onChange, errors, isDisabled, ownBehaviorId }: Props): ReactNode {
  const all = useBehaviors().behaviors;
  const behaviors = useMemo(() => all.filter(({ id }) => id !== ownBehaviorId), [all, ownBehaviorId]);
  const parameters = useParameters();
  const [tried, tryEvent] = useState<TriedEvent | null>(null);
  const counts = useCounts(value);
  const { trial, error } = useTrial(value, tried);
  const wrong = { ...counts.problems, ...errors };
  const add = (clause: Clause) => onChange({ ...value, clauses: [...value.clauses, clause] });

  function standingOf(key: string): ClauseStanding {
    const count = counts.passed.get(key);
    const checked = counts.answer?.checked ?? 0;
    const judged = trial?.judged.get(key);
    const leaf = judged === undefined ? null : comparisonIn(judged);
    return {
      passed: count === undefined ? undefined : { count, checked },
      tried:
        judged === undefined
          ? undefined
          : { holds: judged.result, ...(leaf === null ? {} : { found: foundIn(leaf.isMissing, leaf.actual) }) },
    };
  }

  return (
    <div className={css['studio']}>
      <Panel title={title ?? terms.rules}>
        <ConditionBuilder
          value={value}
          onChange={onChange}
          behaviors={behaviors}
          parameters={parameters}
          standingOf={standingOf}
          errorOf={(key, field) => wrong[`${key}.${field}`] ?? (field === 'value' ? undefined : wrong[key])}
          isDisabled={isDisabled}
        />
      </Panel>
      <PickPanel
        behaviors={behaviors}
        parameters={parameters}
        onBehavior={(id) => add(newBehavior(id))}
        onParameter={(name) => add(newComparison(name))}
        isDisabled={isDisabled}
        events={<EventTrial counts={counts} tried={tried} onTry={tryEvent} trial={trial} error={error} />}
      />
    </div>
  );
}

function foundIn(isMissing: boolean, actual: unknown): string {
  if (isMissing) return conditions.builder.isMissing;
  return typeof actual === 'string' ? conditions.sentence.value(actual) : JSON.stringify(actual);
}
