import { ActionIcon, Button, Fieldset, NativeSelect, Switch, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { privacy } from '../../messages/en/privacy.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../icon.tsx';
import css from './header-rows.module.css';
import { options } from './options.ts';
import { firstDetail, type MaskDraft, type PrivacyDraft } from './privacy-draft.ts';
import { nextRow } from './rows.ts';

const words = privacy.fields;

type Props = {
  draft: PrivacyDraft;
  /** Words about fields, by their names in the API below `privacy.`. */
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
  onChange: (change: Partial<PrivacyDraft>) => void;
};

/** What is taken out of events: fields that are dropped, fields that are masked, addresses. */
export function PrivacyFields({ draft, errors, isDisabled, onChange }: Props): ReactNode {
  const change = (row: number, next: Partial<MaskDraft>) =>
    onChange({ masks: draft.masks.map((one) => (one.row === row ? { ...one, ...next } : one)) });
  return (
    <>
      <Textarea
        label={words.drop}
        description={words.dropHint}
        value={draft.drop}
        onChange={(event) => onChange({ drop: event.currentTarget.value })}
        error={patternError(errors, 'privacy.drop')}
        disabled={isDisabled}
        autosize
        minRows={2}
        maxRows={10}
        spellCheck={false}
      />
      <Fieldset legend={words.masks}>
        <div className={css['rows']}>
          {draft.masks.map(({ row, field, by, detail }, at) => (
            <div key={row} className={css['row']}>
              <TextInput
                label={terms.field}
                aria-label={words.fieldOf(at + 1)}
                value={field}
                onChange={(event) => change(row, { field: event.currentTarget.value })}
                error={errors[`privacy.mask.${at}.field`]}
                disabled={isDisabled}
                autoComplete="off"
                spellCheck={false}
              />
              <NativeSelect
                label={words.by}
                aria-label={words.byOf(at + 1)}
                value={by}
                onChange={(event) => {
                  const next = event.currentTarget.value as MaskDraft['by']; // one of the options
                  change(row, { by: next, detail: firstDetail[next] });
                }}
                disabled={isDisabled}
                data={options(words.ways)}
              />
              {by === 'hash' ? null : (
                <TextInput
                  label={by === 'last' ? words.characters : words.text_}
                  aria-label={words.detailOf(at + 1)}
                  value={detail}
                  onChange={(event) => change(row, { detail: event.currentTarget.value })}
                  error={errors[`privacy.mask.${at}.characters`] ?? errors[`privacy.mask.${at}.text`]}
                  disabled={isDisabled}
                  autoComplete="off"
                />
              )}
              <ActionIcon
                className={css['remove'] ?? ''}
                aria-label={words.remove(field === '' ? words.newField : field)}
                disabled={isDisabled}
                onClick={() => onChange({ masks: draft.masks.filter((one) => one.row !== row) })}
              >
                <Icon name="trash" />
              </ActionIcon>
            </div>
          ))}
          <div>
            <Button
              variant="default"
              size="xs"
              leftSection={<Icon name="plus" size={14} />}
              disabled={isDisabled}
              onClick={() =>
                onChange({ masks: [...draft.masks, { row: nextRow(draft.masks), field: '', by: 'hash', detail: '' }] })
              }
            >
              {words.add}
            </Button>
          </div>
        </div>
      </Fieldset>
      <Switch
        label={words.maskIp}
        description={words.maskIpHint}
        checked={draft.maskIp}
        onChange={(event) => onChange({ maskIp: event.currentTarget.checked })}
        disabled={isDisabled}
      />
    </>
  );
}

/** What the server says of a list of patterns, or of one of its lines. */
export function patternError(errors: Readonly<Record<string, string>>, path: string): string | undefined {
  const found = Object.entries(errors).find(([one]) => one === path || one.startsWith(`${path}.`));
  if (found === undefined) return undefined;
  const index = Number(found[0].slice(path.length + 1));
  return found[0] === path || Number.isNaN(index) ? found[1] : terms.line(index + 1, found[1]);
}
