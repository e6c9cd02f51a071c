import { Autocomplete, type ComboboxParsedItem, Group, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Comparison, Condition } from '../../../contract/documents/condition.ts';
import {
  listOperators,
  type Operator,
  orderOperators,
  presenceOperators,
  textOperators,
} from '../../../contract/documents/operators.ts';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { isOrdered } from '../../../rules/order.ts';
import { useApiQuery } from '../../data/data.ts';
import { conditions, terms } from '../../messages/en.ts';
import { bind } from '../form/bind.ts';
import { TimeField } from '../form/time-field.tsx';
import { DocumentField } from '../list/document-field.tsx';
import { lacksValue, newComparison, withOperator } from './condition-parts.ts';
import { valuesOf } from './named-parameter.ts';
import { belowButtons, ParameterBox } from './parameter-box.tsx';
import { useParameters } from './rule-data.ts';
import { useRuleNames } from './rule-names.ts';
import css from './rules.module.css';

const w = conditions.builder;

type BehaviorProps = {
  id: string;
  onChange: (next: Condition) => void;
  /** A behavior that is not offered. */
  without: string | undefined;
  error: string | undefined;
  isDisabled: boolean;
};

/** The choice of a behavior. */
export function BehaviorField({ id, onChange, without, error, isDisabled }: BehaviorProps): ReactNode {
  const nameOf = useRuleNames();
  const { data } = useApiQuery('getBehavior', { params: { id } }, { enabled: id !== '' });
  return (
    <DocumentField
      aria-label={terms.behavior}
      placeholder={w.chooseBehavior}
      value={id}
      onChange={(next) => onChange({ behavior: next })}
      list={belowButtons}
      searched={{ kind: 'behavior', without }}
      nameOf={(one) => nameOf(one) ?? conditions.sentence.unknownBehavior(one)}
      isClearable={false}
      description={data?.description}
      error={error}
      disabled={isDisabled}
    />
  );
}

type ComparisonProps = {
  comparison: Comparison;
  onChange: (next: Comparison) => void;
  errorOf: (field: 'parameter' | 'value') => string | undefined;
  isDisabled: boolean;
};

/** A parameter, an operator and what the parameter is compared with. */
export function ComparisonFields({ comparison, onChange, errorOf, isDisabled }: ComparisonProps): ReactNode {
  const parameters = useParameters(comparison.parameter);
  return (
    <div className={css['fields']}>
      <ParameterBox
        value={comparison.parameter}
        onChange={(parameter) => {
          const type = parameters.find(({ name }) => name === parameter)?.type;
          // Nothing was compared yet: what is usual for such a parameter.
          const isNew = comparison.operator === 'equals' && comparison.value === '' && type === 'number';
          onChange(isNew ? newComparison(parameter, type) : { ...comparison, parameter });
        }}
        error={errorOf('parameter')}
        isDisabled={isDisabled}
      />
      <NativeSelect
        aria-label={w.operator}
        {...bind(comparison.operator, (text) => onChange(withOperator(comparison, text)))}
        data={operatorGroups(parameters.find(({ name }) => name === comparison.parameter)?.type)}
        disabled={isDisabled}
      />
      <ValueField comparison={comparison} onChange={onChange} error={errorOf('value')} disabled={isDisabled} />
    </div>
  );
}

const inGroups = {
  order: [...orderOperators, 'between'],
  text: textOperators,
  list: listOperators,
  presence: presenceOperators,
} as const;

/** The operators in groups: those for numbers first for a parameter that is one. */
function operatorGroups(type: Parameter['type'] | undefined) {
  const order =
    type === 'number'
      ? (['order', 'list', 'presence', 'text'] as const)
      : (['text', 'list', 'presence', 'order'] as const);
  const same = type === 'number' ? (['equals', 'notEquals'] as const) : [];
  return order.map((group) => ({
    group: w.operatorGroups[group],
    items: [...(group === 'order' ? [...inGroups.order, ...same] : inGroups[group])]
      .filter((one) => group !== 'text' || !isOneOf(same, one))
      .map((value) => ({ value, label: conditions.operators[value] })),
  }));
}

type ValueProps = Pick<ComparisonProps, 'comparison' | 'onChange'> & { error: string | undefined; disabled: boolean };

/** The value of a comparison, in the field for its operator. */
function ValueField({ comparison, onChange, ...look }: ValueProps): ReactNode {
  const parameters = useParameters(comparison.parameter);
  const shared = { 'aria-label': terms.value, ...look };
  switch (comparison.operator) {
    case 'exists':
    case 'notExists':
      return null;
    case 'in':
    case 'notIn':
      return (
        <ListField {...shared} value={comparison.value} onChange={(value) => onChange({ ...comparison, value })} />
      );
    case 'between': {
      const [low, high] = comparison.value;
      const set = (value: [string, string]) => onChange({ ...comparison, value });
      const bound = (label: string, value: string, write: (text: string) => void) => (
        <TextInput
          {...shared}
          error={label === w.from && look.error}
          aria-label={label}
          placeholder={label}
          {...bind(value, write)}
        />
      );
      return (
        <Group gap="xs" grow align="start" wrap="nowrap" className={css['wide'] ?? ''}>
          {bound(w.from, low, (text) => set([text, high]))}
          {bound(w.to, high, (text) => set([low, text]))}
        </Group>
      );
    }
    case 'before':
    case 'after': {
      const { value } = comparison;
      const write = (time = '') => onChange({ ...comparison, value: time.replace('.000Z', 'Z') });
      // A time in another format, such as Unix time, is edited as text.
      return value === '' || /^\d{4}-\d\d-\d\d[Tt ]/.test(value) ? (
        <TimeField {...shared} className={css['wide'] ?? ''} description={w.time} value={value} onChange={write} />
      ) : (
        <TextInput {...shared} {...bind(value, write)} />
      );
    }
    default: {
      const { operator, parameter, value } = comparison;
      const values = valuesOf(parameter, parameters.find(({ name }) => name === parameter)?.examples);
      return (
        <Autocomplete
          {...shared}
          placeholder={terms.value}
          value={value}
          onChange={(text) => onChange({ ...comparison, value: text })}
          data={values}
          filter={({ options, search }) => (values.includes(search) ? options : narrowed(options, search))}
          description={
            lacksValue(comparison)
              ? w.enterValue
              : isOneOf(orderOperators, operator) && value !== '' && !isOrdered(value)
                ? w.notOrdered
                : hints[operator]
          }
          inputMode={isOneOf(orderOperators, operator) ? 'decimal' : 'text'}
          spellCheck={false}
          comboboxProps={belowButtons}
          autoCapitalize="off"
        />
      );
    }
  }
}

const hints: Readonly<Partial<Record<Operator, string>>> = {
  matches: w.patternHint,
  notMatches: w.patternHint,
  regex: w.regexHint,
};

/** Values that contain the typed text. */
function narrowed(options: ComboboxParsedItem[], search: string): ComboboxParsedItem[] {
  return options.filter((one) => 'value' in one && String(one.value).toLowerCase().includes(search.toLowerCase()));
}

type ListProps = {
  value: readonly string[];
  onChange: (value: string[]) => void;
  error: string | undefined;
  disabled: boolean;
};

/** Several texts, one a line; a last line that is empty is kept while it is typed, and is not a value. */
function ListField({ value, onChange, ...shared }: ListProps): ReactNode {
  const [typed, type] = useState('');
  const stored = value.join('\n');
  return (
    <Textarea
      placeholder={w.values}
      description={w.values}
      value={valuesIn(typed).join('\n') === stored ? typed : stored}
      onChange={(event) => {
        type(event.currentTarget.value);
        onChange(valuesIn(event.currentTarget.value));
      }}
      autosize
      minRows={2}
      maxRows={8}
      {...shared}
    />
  );
}

const valuesIn = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

export const isOneOf = (some: readonly Operator[], operator: Operator): boolean => some.includes(operator);
