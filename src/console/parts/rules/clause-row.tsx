import { ActionIcon, Checkbox, NativeSelect, Select, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Operator, operators } from '../../../contract/documents/operators.ts';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { conditions } from '../../messages/en/conditions.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../icon.tsx';
import { ComparisonValue } from './comparison-value.tsx';
import css from './condition.module.css';
import {
  type BehaviorDraft,
  type Clause,
  type ComparisonDraft,
  conditionOf,
  isComplete,
  valueKindOf,
} from './condition-draft.ts';
import { conditionWords } from './condition-words.ts';
import { valuesOf } from './named-parameter.ts';
import { belowButtons, ParameterBox } from './parameter-box.tsx';
import type { Behavior } from './use-behaviors.ts';

const w = conditions.builder;

/** How a clause stands on recent events, and on the one event that is being tried. */
export type ClauseStanding = {
  passed?: { count: number; checked: number } | undefined;
  tried?: { holds: boolean; found?: string } | undefined;
};

/** What every part of the builder needs beside its own draft. */
export type ClauseSurroundings = {
  behaviors: readonly Behavior[];
  parameters: readonly Parameter[];
  standingOf: (key: string) => ClauseStanding;
  /** What is wrong with a part, by key; `field` is the member that it is about. */
  errorOf: (key: string, field: 'behavior' | 'parameter' | 'value') => string | undefined;
  isDisabled: boolean;
};

type Props = ClauseSurroundings & {
  clause: BehaviorDraft | ComparisonDraft;
  onChange: (next: Clause | null) => void;
};

/** One clause: a behavior, or a parameter with what it must be. */
export function ClauseRow({ clause, onChange, ...surroundings }: Props): ReactNode {
  const { behaviors, isDisabled } = surroundings;
  const name = isComplete(clause)
    ? conditionWords(conditionOf(clause), (id) => behaviors.find((one) => one.id === id)?.name)
    : w.newClause;
  return (
    <div className={css['row']} data-holds={surroundings.standingOf(clause.key).tried?.holds}>
      <NativeSelect
        aria-label={w.polarity}
        value={clause.isNot ? 'unless' : 'when'}
        onChange={(event) => onChange({ ...clause, isNot: event.currentTarget.value === 'unless' })}
        data={[
          { value: 'when', label: w.when },
          { value: 'unless', label: w.unless },
        ]}
        disabled={isDisabled}
      />
      <div className={css['rowMain']}>
        {clause.kind === 'behavior' ? (
          <BehaviorFields clause={clause} onChange={onChange} {...surroundings} />
        ) : (
          <ComparisonFields clause={clause} onChange={onChange} {...surroundings} />
        )}
        <div className={css['foot']}>
          {clause.kind === 'comparison' ? (
            <ComparisonOptions clause={clause} onChange={onChange} {...surroundings} />
          ) : null}
          <ClauseResult clause={clause} {...surroundings} />
        </div>
      </div>
      <ActionIcon aria-label={w.remove(name)} disabled={isDisabled} onClick={() => onChange(null)}>
        <Icon name="trash" />
      </ActionIcon>
    </div>
  );
}

function BehaviorFields(props: ClauseSurroundings & { clause: BehaviorDraft; onChange: Props['onChange'] }): ReactNode {
  const { clause, onChange, behaviors, errorOf, isDisabled } = props;
  const chosen = behaviors.find(({ id }) => id === clause.id);
  return (
    <Select
      aria-label={terms.behavior}
      placeholder={w.chooseBehavior}
      value={clause.id === '' ? null : clause.id}
      onChange={(id) => onChange({ ...clause, id: id ?? '' })}
      searchable
      allowDeselect={false}
      comboboxProps={belowButtons}
      data={[
        ...(clause.id !== '' && chosen === undefined
          ? [{ value: clause.id, label: conditions.sentence.unknownBehavior(clause.id) }]
          : []),
        ...behaviors.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      description={chosen?.description}
      error={errorOf(clause.key, 'behavior')}
      disabled={isDisabled}
    />
  );
}

function ComparisonFields(
  props: ClauseSurroundings & { clause: ComparisonDraft; onChange: Props['onChange'] },
): ReactNode {
  const { clause, onChange, parameters, errorOf, isDisabled } = props;
  const change = (next: Partial<ComparisonDraft>) => onChange({ ...clause, ...next });
  const valueKind = valueKindOf(clause.operator);
  const known = parameters.find(({ name }) => name === clause.parameter);
  return (
    <div className={css['comparison']} data-value={valueKind}>
      <ParameterBox
        value={clause.parameter}
        onChange={(parameter) => change({ parameter })}
        parameters={parameters}
        error={errorOf(clause.key, 'parameter')}
        isDisabled={isDisabled}
      />
      <NativeSelect
        aria-label={w.operator}
        value={clause.operator}
        onChange={(event) => change({ operator: event.currentTarget.value as Operator })} // one of the options
        data={operators.map((value) => ({ value, label: conditions.operators[value] }))}
        disabled={isDisabled}
      />
      <ComparisonValue
        draft={clause}
        onChange={change}
        values={valuesOf(clause.parameter, known?.examples)}
        error={errorOf(clause.key, 'value')}
        isDisabled={isDisabled}
      />
    </div>
  );
}

function ComparisonOptions(
  props: ClauseSurroundings & { clause: ComparisonDraft; onChange: Props['onChange'] },
): ReactNode {
  const { clause, onChange, isDisabled } = props;
  const change = (next: Partial<ComparisonDraft>) => onChange({ ...clause, ...next });
  const valueKind = valueKindOf(clause.operator);
  return (
    <div className={css['options']}>
      {valueKind === 'text' || valueKind === 'list' ? (
        <Checkbox
          size="xs"
          label={w.ignoreCase}
          checked={clause.ignoreCase === true}
          onChange={(event) => change({ ignoreCase: event.currentTarget.checked || undefined })}
          disabled={isDisabled}
        />
      ) : null}
      {clause.isNot && valueKind !== 'none' ? (
        <Text size="sm" c="dimmed">
          {w.unlessHint}
        </Text>
      ) : null}
    </div>
  );
}

/** How many events pass, and whether the tried one does. */
export function ClauseResult({ clause, standingOf }: { clause: Clause } & ClauseSurroundings): ReactNode {
  const { passed, tried } = standingOf(clause.key);
  return (
    <span className={css['result']}>
      {tried === undefined ? null : (
        <span className={css['tried']} data-holds={tried.holds}>
          <Icon name={tried.holds ? 'check' : 'cross'} size={13} />
          {tried.holds ? w.holds : w.fails}
          {tried.found === undefined ? null : <span className={css['found']}>{w.found(tried.found)}</span>}
        </span>
      )}
      {passed === undefined || passed.checked === 0 ? null : (
        <Text
          span
          size="sm"
          c="dimmed"
          className={css['count'] ?? ''}
          title={w.passedLong(passed.count, passed.checked)}
        >
          {w.passed(passed.count, passed.checked)}
        </Text>
      )}
    </span>
  );
}
