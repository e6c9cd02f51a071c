import { Button, Checkbox, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { connectionForm } from '../../messages/en/connection-form.ts';
import { Icon } from '../../parts/icon.tsx';
import { SecretField } from '../../parts/secret-field.tsx';
import css from './connection-form.module.css';
import type { FormProps } from './connection-form.tsx';
import { nextRow } from './drafted-secret.ts';
import { RemoveRow } from './remove-row.tsx';
import type { HeaderDraft } from './settings-draft.ts';

const w = connectionForm.headers;

/** Custom headers: name, value, and whether the value is a secret. */
export function HeaderRows({ draft, stored, errors, isDisabled, onChange }: FormProps): ReactNode {
  const { headers } = draft;
  const change = (row: number, next: Partial<HeaderDraft>) =>
    onChange({ headers: headers.map((one) => (one.row === row ? { ...one, ...next } : one)) });
  return (
    <div className={css['rows']}>
      {headers.map(({ row, name, value, isSecret }, index) => {
        const before = stored.headers.find((one) => one.row === row && one.isSecret);
        return (
          <div key={row} className={css['row']} data-columns="header">
            <TextInput
              label={w.nameLabel}
              aria-label={w.name(index + 1)}
              value={name}
              onChange={(event) => change(row, { name: event.currentTarget.value })}
              error={errors[`settings.headers.${index}.name`]}
              disabled={isDisabled}
              autoComplete="off"
              spellCheck={false}
            />
            {isSecret ? (
              <SecretField
                label={w.value(index + 1)}
                value={value}
                stored={before?.value ?? null}
                onChange={(next) => change(row, { value: next })}
                error={errors[`settings.headers.${index}.value`]}
                isDisabled={isDisabled}
              />
            ) : (
              <TextInput
                label={w.valueLabel}
                aria-label={w.value(index + 1)}
                value={typeof value === 'string' ? value : ''}
                onChange={(event) => change(row, { value: event.currentTarget.value })}
                error={errors[`settings.headers.${index}.value`]}
                disabled={isDisabled}
                autoComplete="off"
                spellCheck={false}
              />
            )}
            <Checkbox
              className={css['tick'] ?? ''}
              label={w.secret}
              aria-label={w.isSecret(index + 1)}
              checked={isSecret}
              disabled={isDisabled}
              // A stored secret does not become readable by unticking: its value is entered anew.
              onChange={(event) =>
                change(row, {
                  isSecret: event.currentTarget.checked,
                  value: typeof value === 'string' ? value : '',
                })
              }
            />
            <RemoveRow
              label={w.remove(name === '' ? w.new : name)}
              isDisabled={isDisabled}
              onClick={() => onChange({ headers: headers.filter((one) => one.row !== row) })}
            />
          </div>
        );
      })}
      <div>
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name="plus" size={14} />}
          disabled={isDisabled}
          onClick={() =>
            onChange({ headers: [...headers, { row: nextRow(headers), name: '', value: '', isSecret: false }] })
          }
        >
          {w.add}
        </Button>
      </div>
    </div>
  );
}
