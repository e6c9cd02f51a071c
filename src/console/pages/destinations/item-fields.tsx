import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { studio } from '../../messages/en/studio.ts';
import { options } from '../../parts/form/options.ts';
import { emptyItems, type ItemDraft } from './item-draft.ts';
import css from './studio.module.css';

const words = studio.outcomes.items;

type Props = {
  items: ItemDraft | null;
  error: string | undefined;
  isDisabled: boolean;
  onChange: (items: ItemDraft | null) => void;
};

/** Where an answer tells of single records of a batch, so that a rule decides about these alone. */
export function ItemFields({ items, error, isDisabled, onChange }: Props): ReactNode {
  const text = (name: Exclude<keyof ItemDraft, 'by'>, label: string, hint?: string) =>
    items === null ? null : (
      <TextInput
        label={label}
        placeholder={hint}
        value={items[name]}
        onChange={(event) => onChange({ ...items, [name]: event.currentTarget.value })}
        disabled={isDisabled}
        autoComplete="off"
        spellCheck={false}
      />
    );
  return (
    <>
      <Checkbox
        label={words.on}
        description={words.onHint}
        checked={items !== null}
        error={error}
        onChange={(event) => onChange(event.currentTarget.checked ? emptyItems : null)}
        disabled={isDisabled}
      />
      {items === null ? null : (
        <div className={css['grid']}>
          {text('path', words.path, words.pathHint)}
          <NativeSelect
            label={words.by}
            value={items.by}
            onChange={(event) => onChange({ ...items, by: event.currentTarget.value as ItemDraft['by'] })} // one of the options
            disabled={isDisabled}
            data={options(words.bys)}
          />
          {items.by === 'order' ? null : text('at', words.at[items.by], words.atHint[items.by])}
          {items.by === 'id' ? text('field', words.field) : null}
          {text('whenPath', words.whenPath, words.whenPathHint)}
          {text('whenIs', words.whenIs, words.whenIsHint)}
        </div>
      )}
    </>
  );
}
