import { Autocomplete, type ComboboxParsedItem, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { conditions } from '../../messages/en/conditions.ts';
import { terms } from '../../messages/en/terms.ts';
import css from './condition.module.css';
import { type ComparisonDraft, valueKindOf } from './condition-draft.ts';
import { localTimeOf, timeOfLocal } from './local-time.ts';
import { belowButtons } from './parameter-box.tsx';

const w = conditions.builder;

type Props = {
  draft: ComparisonDraft;
  onChange: (change: Partial<ComparisonDraft>) => void;
  /** Values to choose from. */
  values: readonly string[];
  error: string | undefined;
  isDisabled: boolean;
};

/** What a parameter is compared with, typed as the operator takes it. */
export function ComparisonValue({ draft, onChange, values, error, isDisabled }: Props): ReactNode {
  const shared = { error, disabled: isDisabled };
  switch (valueKindOf(draft.operator)) {
    case 'none':
      return null;
    case 'list':
      return (
        <Textarea
          aria-label={terms.value}
          placeholder={w.values}
          description={w.values}
          value={draft.text}
          onChange={(event) => onChange({ text: event.currentTarget.value })}
          autosize
          minRows={2}
          maxRows={8}
          {...shared}
        />
      );
    case 'range':
      return (
        <div className={css['range']}>
          <TextInput
            aria-label={w.from}
            placeholder={w.from}
            value={draft.low}
            onChange={(event) => onChange({ low: event.currentTarget.value })}
            {...shared}
          />
          <TextInput
            aria-label={w.to}
            placeholder={w.to}
            value={draft.high}
            onChange={(event) => onChange({ high: event.currentTarget.value })}
            disabled={isDisabled}
          />
        </div>
      );
    case 'time': {
      const local = localTimeOf(draft.text);
      return local === null ? (
        <TextInput
          aria-label={terms.value}
          value={draft.text}
          onChange={(event) => onChange({ text: event.currentTarget.value })}
          {...shared}
        />
      ) : (
        <TextInput
          type="datetime-local"
          step={1}
          aria-label={terms.value}
          description={w.time}
          value={local}
          onChange={(event) => onChange({ text: timeOfLocal(event.currentTarget.value) })}
          {...shared}
        />
      );
    }
    default:
      return (
        <Autocomplete
          aria-label={terms.value}
          placeholder={terms.value}
          value={draft.text}
          onChange={(text) => onChange({ text })}
          data={[...values]}
          filter={({ options, search }) => (values.includes(search) ? options : narrowed(options, search))}
          description={hintOf(draft.operator)}
          inputMode={valueKindOf(draft.operator) === 'order' ? 'decimal' : 'text'}
          spellCheck={false}
          comboboxProps={belowButtons}
          autoCapitalize="off"
          {...shared}
        />
      );
  }
}

/** Values that contain the typed text. */
function narrowed(options: ComboboxParsedItem[], search: string): ComboboxParsedItem[] {
  return options.filter((one) => 'value' in one && String(one.value).toLowerCase().includes(search.toLowerCase()));
}

function hintOf(operator: ComparisonDraft['operator']): string | undefined {
  if (operator === 'matches' || operator === 'notMatches') return w.patternHint;
  return operator === 'regex' ? w.regexHint : undefined;
}
