import {
  Autocomplete,
  Checkbox,
  type ComboboxParsedItem,
  Group,
  NativeSelect,
  Select,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Comparison, Condition } from '../../../contract/documents/condition.ts';
import { type Operator, operators, orderOperators, presenceOperators } from '../../../contract/documents/operators.ts';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { conditions } from '../../messages/en/conditions.ts';
import { terms } from '../../messages/en/terms.ts';
import { TimeField } from '../time-field.tsx';
import { withOperator } from './condition-parts.ts';
import { valuesOf } from './named-parameter.ts';
import { belowButtons, ParameterBox } from './parameter-box.tsx';
import css from './rules.module.css';
import type { Behavior } from './use-behaviors.ts';

const w = conditions.builder;

type BehaviorProps = {
  id: string;
  onChange: (next: Condition) => void;
  behaviors: readonly Behavior[];
  error: string | undefined;
  isDisabled: boolean;
};

/** The choice of a behavior. */
export function BehaviorField({ id, onChange, behaviors, error, isDisabled }: BehaviorProps): ReactNode {
  const chosen = behaviors.find((one) => one.id === id);
  const named = behaviors.map((one) => ({ value: one.id, label: one.name }));
  // There are always built-in behaviors: none means that this person can't see any.
  const other = { value: id, label: behaviors.length === 0 ? id : conditions.sentence.unknownBehavior(id) };
  return (
    <Select
      aria-label={terms.behavior}
      placeholder={w.chooseBehavior}
      value={id === '' ? null : id}
      onChange={(next) => onChange({ behavior: next ?? '' })}
      searchable
      allowDeselect={false}
      comboboxProps={belowButtons}
      data={id === '' || chosen !== undefined ? named : [other, ...named]}
      description={chosen?.description}
      error={error}
      disabled={isDisabled}
    />
  );
}

type ComparisonProps = {
  comparison: Comparison;
  onChange: (next: Comparison) => void;
  parameters: readonly Parameter[];
  errorOf: (field: 'parameter' | 'value') => string | undefined;
  isDisabled: boolean;
};

/** A parameter, an operator and what the parameter is compared with. */
export function ComparisonFields(props: ComparisonProps): ReactNode {
  const { comparison, onChange, parameters, errorOf, isDisabled } = props;
  return (
    <div className={css['fields']}>
      <ParameterBox
        value={comparison.parameter}
        onChange={(parameter) => onChange({ ...comparison, parameter })}
        parameters={parameters}
        error={errorOf('parameter')}
        isDisabled={isDisabled}
      />
      <NativeSelect
        aria-label={w.operator}
        value={comparison.operator}
        onChange={(event) => onChange(withOperator(comparison, event.currentTarget.value as Operator))} // one of the options
        data={operators.map((value) => ({ value, label: conditions.operators[value] }))}
        disabled={isDisabled}
      />
      <ValueField {...props} />
    </div>
  );
}

/** The value of a comparison, in the field for its operator. */
function ValueField({ comparison, onChange, parameters, errorOf, isDisabled }: ComparisonProps): ReactNode {
  const shared = { 'aria-label': terms.value, error: errorOf('value'), disabled: isDisabled };
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
      const bounds = [
        [w.from, low, (text: string) => set([text, high])],
        [w.to, high, (text: string) => set([low, text])],
      ] as const;
      return (
        <Group gap="xs" grow align="start" wrap="nowrap" className={css['wide'] ?? ''}>
          {bounds.map(([label, value, write], i) => (
            <TextInput
              key={label}
              {...shared}
              error={i === 0 && shared.error}
              aria-label={label}
              placeholder={label}
              value={value}
              onChange={(event) => write(event.currentTarget.value)}
            />
          ))}
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
        <TextInput {...shared} value={value} onChange={(event) => write(event.currentTarget.value)} />
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
          description={hints[operator]}
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

type OptionsProps = Pick<ComparisonProps, 'comparison' | 'onChange' | 'isDisabled'> & { isNegated: boolean };

/** The options of a comparison. */
export function ComparisonOptions({ comparison, onChange, isNegated, isDisabled }: OptionsProps): ReactNode {
  const { ignoreCase, operator } = comparison;
  const isPresence = isOneOf(presenceOperators, operator);
  const hasCase = !isPresence && !isOneOf(orderOperators, operator) && operator !== 'between';
  return (
    <>
      {hasCase ? (
        <Checkbox
          size="xs"
          label={w.ignoreCase}
          checked={ignoreCase === true}
          onChange={(event) => onChange({ ...comparison, ignoreCase: event.currentTarget.checked || undefined })}
          disabled={isDisabled}
        />
      ) : null}
      {isNegated && !isPresence ? (
        <Text size="sm" c="dimmed">
          {w.unlessHint}
        </Text>
      ) : null}
    </>
  );
}

const isOneOf = (some: readonly Operator[], operator: Operator) => some.includes(operator);
