import { Button, Group, NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { conditionLimits } from '../../../contract/documents/operators.ts';
import { conditions } from '../../messages/en/conditions.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../icon.tsx';
import { ClauseResult, ClauseRow, type ClauseSurroundings } from './clause-row.tsx';
import css from './condition.module.css';
import { type Clause, changeClause, type GroupDraft, newBehavior, newComparison, newGroup } from './condition-draft.ts';

const w = conditions.builder;

type Props = ClauseSurroundings & {
  value: GroupDraft;
  onChange: (value: GroupDraft) => void;
};

/** Rules as nested groups of clauses that read like sentences; fully usable by keyboard. */
export function ConditionBuilder({ value, onChange, ...surroundings }: Props): ReactNode {
  return (
    <GroupClauses
      group={value}
      level={1}
      {...surroundings}
      onChange={onChange}
      onClause={(key, change) => onChange(changeClause(value, key, change))}
    />
  );
}

type GroupProps = ClauseSurroundings & {
  group: GroupDraft;
  level: number;
  onChange: (group: GroupDraft) => void;
  onClause: (key: string, change: (clause: Clause) => Clause | null) => void;
};

function GroupClauses({ group, level, onChange, onClause, ...surroundings }: GroupProps): ReactNode {
  const { isDisabled } = surroundings;
  const add = (clause: Clause) => onChange({ ...group, clauses: [...group.clauses, clause] });
  const change = (key: string, next: Clause | null) => onClause(key, () => next);
  const choice = group.isNot ? (group.join === 'all' ? 'notAll' : 'notAny') : group.join;
  return (
    <fieldset className={css['group']} data-level={level}>
      <legend className={css['legend']}>{level === 1 ? terms.rules : w.groupOf(level)}</legend>
      <div className={css['groupHead']}>
        <NativeSelect
          aria-label={w.join}
          value={choice}
          onChange={({ currentTarget: { value } }) =>
            onChange({
              ...group,
              join: value === 'any' || value === 'notAny' ? 'any' : 'all',
              isNot: value.startsWith('not'),
            })
          }
          data={Object.entries(w.joins).map(([value, label]) => ({ value, label }))}
          disabled={isDisabled}
        />
        {level === 1 || group.clauses.length > 0 ? <ClauseResult clause={group} {...surroundings} /> : null}
        {level === 1 ? null : (
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            disabled={isDisabled}
            onClick={() => change(group.key, null)}
          >
            {w.removeGroup}
          </Button>
        )}
      </div>
      {group.clauses.length === 0 ? (
        <p className={css['nothing']}>
          {level === 1 && group.join === 'all' ? terms.everyEvent : w.emptyGroup[group.join]}
        </p>
      ) : (
        <ul className={css['clauses']}>
          {group.clauses.map((clause, index) => (
            <li key={clause.key} className={css['clause']}>
              {index === 0 ? null : (
                <span className={css['joiner']} aria-hidden="true">
                  {group.join === 'all' ? w.and : w.or}
                </span>
              )}
              {clause.kind === 'group' ? (
                <GroupClauses
                  group={clause}
                  level={level + 1}
                  {...surroundings}
                  onChange={(next) => change(clause.key, next)}
                  onClause={onClause}
                />
              ) : (
                <ClauseRow clause={clause} onChange={(next) => change(clause.key, next)} {...surroundings} />
              )}
            </li>
          ))}
        </ul>
      )}
      <Group gap="xs">
        <AddButton label={w.addBehavior} isDisabled={isDisabled} onClick={() => add(newBehavior(''))} />
        <AddButton label={w.addFilter} isDisabled={isDisabled} onClick={() => add(newComparison())} />
        <AddButton
          label={w.addGroup}
          isDisabled={isDisabled || level >= conditionLimits.depth - 2}
          onClick={() => add(newGroup([], group.join === 'all' ? 'any' : 'all'))}
        />
      </Group>
    </fieldset>
  );
}

function AddButton(given: { label: string; isDisabled: boolean; onClick: () => void }): ReactNode {
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<Icon name="plus" size={14} />}
      disabled={given.isDisabled}
      onClick={given.onClick}
    >
      {given.label}
    </Button>
  );
}
