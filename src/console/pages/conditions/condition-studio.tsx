import { type ReactNode, useMemo } from 'react';
import { conditions } from '../../messages/en/conditions.ts';
import { Panel } from '../../parts/panel.tsx';
import { ConditionBuilder } from './condition-builder.tsx';
import { type Clause, type GroupDraft, newBehavior, newComparison } from './condition-draft.ts';
import css from './condition-studio.module.css';
import { PickPanel } from './pick-panel.tsx';
import { useBehaviors } from './use-behaviors.ts';
import { useParameters } from './use-parameters.ts';

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
  const add = (clause: Clause) => onChange({ ...value, clauses: [...value.clauses, clause] });
  return (
    <div className={css['studio']}>
      <Panel title={title ?? conditions.builder.rules}>
        <ConditionBuilder
          value={value}
          onChange={onChange}
          behaviors={behaviors}
          parameters={parameters}
          standingOf={() => ({})}
          errorOf={(key, field) => errors[`${key}.${field}`] ?? (field === 'value' ? undefined : errors[key])}
          isDisabled={isDisabled}
        />
      </Panel>
      <PickPanel
        behaviors={behaviors}
        parameters={parameters}
        onBehavior={(id) => add(newBehavior(id))}
        onParameter={(name) => add(newComparison(name))}
        isDisabled={isDisabled}
        events={null}
      />
    </div>
  );
}
