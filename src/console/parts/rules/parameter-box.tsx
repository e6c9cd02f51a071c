import { Autocomplete, type ComboboxParsedItemGroup, Stack } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { conditions, formatPercent, terms } from '../../messages/en.ts';
import { Note } from '../parts.ts';
import { grouped, isFound, labelOf } from './named-parameter.ts';
import { useParameters } from './rule-data.ts';
import css from './rules.module.css';

const w = conditions.parameters;
const offeredAtOnce = 40;

/** Over the form, but never over the buttons at its lower edge. */
export const belowButtons = { zIndex: 4, position: 'bottom-start' } as const;

type Props = {
  value: string;
  onChange: (name: string) => void;
  label?: string;
  /** The parameters that are suggested before the others. */
  attributes?: readonly string[];
  error?: string | undefined;
  isDisabled: boolean;
};

/**
 * The name of a parameter, with completion by name, label and synonyms from those that events have: how often, and an
 * example. Those never seen come last.
 */
export function ParameterBox({ value, onChange, label, attributes, error, isDisabled }: Props): ReactNode {
  const parameters = useParameters(value);
  const byName = useMemo(() => new Map(parameters.map((one) => [one.name, one])), [parameters]);
  const groups = useMemo(
    () => grouped(parameters, attributes).map(({ group, items }) => ({ group, items: items.map(({ name }) => name) })),
    [parameters, attributes],
  );
  const chosen = byName.get(value);
  const isUnknown = value !== '' && parameters.length > 0 && chosen === undefined;
  return (
    <Autocomplete
      aria-label={label ?? terms.parameter}
      placeholder={terms.parameter}
      value={value}
      onChange={onChange}
      data={groups}
      limit={offeredAtOnce}
      filter={({ options, search, limit }) => {
        const wanted = search.trim();
        const whole = byName.get(wanted);
        // After a whole name the list would only cover the next field. The name of one that no event has may be a word of the
        // search for another one.
        if (whole !== undefined && whole.share > 0) return [];
        const mayBeMeant = (one: Parameter | undefined) =>
          one !== undefined && isFound(one, wanted) && (whole === undefined || one.share > 0);
        let left = limit;
        return (options as ComboboxParsedItemGroup[]).flatMap(({ group, items }) => {
          // as `groups` above
          const found = items.filter(({ value: name }) => mayBeMeant(byName.get(name))).slice(0, left);
          left -= found.length;
          return found.length === 0 ? [] : [{ group, items: found }];
        });
      }}
      renderOption={({ option }) => <Option parameter={byName.get(String(option.value))} />}
      error={error}
      description={isUnknown ? w.unknown : chosen?.known === true ? labelOf(value) : undefined}
      disabled={isDisabled}
      autoCapitalize="off"
      spellCheck={false}
      comboboxProps={{ ...belowButtons, width: 'max-content' }}
      classNames={{ dropdown: css['parameterList'] ?? '' }}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
    />
  );
}

/** How often events have a parameter, with an example. */
export function seenWords({ share, examples }: Parameter): string {
  const seen = share > 0 ? terms.seenIn(formatPercent(share)) : w.notSeen;
  const [example] = examples;
  return example === undefined ? seen : `${seen} · ${w.example(example)}`;
}

function Option({ parameter }: { parameter: Parameter | undefined }): ReactNode {
  if (parameter === undefined) return null;
  return (
    <Stack gap={2} miw={0}>
      <span>
        {labelOf(parameter.name)}{' '}
        <Note span ff="monospace">
          {parameter.name}
        </Note>
      </span>
      {[parameter.description, seenWords(parameter)]
        .filter((text) => text !== '')
        .map((text) => (
          <Note key={text} span>
            {text}
          </Note>
        ))}
    </Stack>
  );
}
