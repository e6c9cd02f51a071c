import { Autocomplete, type ComboboxItem, Text } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { conditions } from '../../messages/en/conditions.ts';
import { formatPercent } from '../../messages/format.ts';
import css from './condition.module.css';

const w = conditions.parameters;
const offeredAtOnce = 30;

/** Over the form, but never over the buttons at its lower edge. */
export const belowButtons = { zIndex: 4, position: 'bottom-start' } as const;

type Props = {
  value: string;
  onChange: (name: string) => void;
  parameters: readonly Parameter[];
  label?: string;
  error?: string | undefined;
  isDisabled: boolean;
};

/** The name of a parameter, with completion from those that events have: how often, and an example. */
export function ParameterBox({ value, onChange, parameters, label, error, isDisabled }: Props): ReactNode {
  const byName = useMemo(() => new Map(parameters.map((one) => [one.name, one])), [parameters]);
  const names = useMemo(() => parameters.map(({ name }) => name), [parameters]);
  const isUnknown = value !== '' && parameters.length > 0 && !byName.has(value);
  return (
    <Autocomplete
      aria-label={label ?? conditions.builder.parameter}
      placeholder={conditions.builder.parameter}
      value={value}
      onChange={onChange}
      data={names}
      limit={offeredAtOnce}
      filter={({ options, search, limit }) => {
        const wanted = search.trim().toLowerCase();
        // Whoever wrote a whole name is done; the list would only cover what comes next.
        if (byName.has(search.trim())) return [];
        return (options as ComboboxItem[]) // a flat list of names
          .filter(({ value: name }) => matches(byName.get(name), wanted))
          .slice(0, limit);
      }}
      renderOption={({ option }) => <Option parameter={byName.get(String(option.value))} />}
      error={error}
      description={isUnknown ? w.unknown : undefined}
      disabled={isDisabled}
      autoCapitalize="off"
      spellCheck={false}
      comboboxProps={belowButtons}
    />
  );
}

/** Whether a parameter is what somebody looks for: by its name or what it is described as. */
export function matches(parameter: Parameter | undefined, wanted: string): boolean {
  if (parameter === undefined) return false;
  return parameter.name.toLowerCase().includes(wanted) || parameter.description.toLowerCase().includes(wanted);
}

/** How often events have a parameter, with an example. */
export function seenWords({ share, examples }: Parameter): string {
  const seen = share > 0 ? w.seen(formatPercent(share)) : w.notSeen;
  const [example] = examples;
  return example === undefined ? seen : `${seen} · ${w.example(example)}`;
}

function Option({ parameter }: { parameter: Parameter | undefined }): ReactNode {
  if (parameter === undefined) return null;
  return (
    <span className={css['option']}>
      <span className={css['optionName']}>{parameter.name}</span>
      <Text span size="sm" c="dimmed">
        {seenWords(parameter)}
      </Text>
      {parameter.description === '' ? null : (
        <Text span size="sm" c="dimmed" lineClamp={1}>
          {parameter.description}
        </Text>
      )}
    </span>
  );
}
