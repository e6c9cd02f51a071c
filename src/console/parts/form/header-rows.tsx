import { ActionIcon, Button, Checkbox, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../icon.tsx';
import css from './header-rows.module.css';
import { nextRow, type Row } from './rows.ts';
import { SecretField, type SecretValue } from './secret-field.tsx';

const words = parts.headers;

/** A header of requests; only a plain one may be a text that is stored as it is. */
export type HeaderDraft = Row & { name: string; value: SecretValue; isSecret: boolean };

type Props = {
  headers: readonly HeaderDraft[];
  /** What is stored: a secret stays with the name of its header. */
  stored: readonly HeaderDraft[];
  /** Words about fields, by their names in the API (`settings.headers.0.name`). */
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
  onChange: (headers: HeaderDraft[]) => void;
};

/** Headers of requests: name, value, and whether the value is a secret. */
export function HeaderRows({ headers, stored, errors, isDisabled, onChange }: Props): ReactNode {
  const change = (row: number, next: Partial<HeaderDraft>) =>
    onChange(headers.map((one) => (one.row === row ? { ...one, ...next } : one)));
  return (
    <div className={css['rows']}>
      {headers.map(({ row, name, value, isSecret }, at) => {
        const path = `settings.headers.${at}`;
        const valueError = errors[`${path}.value`] ?? errors[path];
        return (
          <div key={row} className={css['row']}>
            <TextInput
              label={terms.name}
              aria-label={words.name(at + 1)}
              placeholder={words.namePlaceholder}
              value={name}
              onChange={(event) => change(row, { name: event.currentTarget.value })}
              error={errors[`${path}.name`]}
              disabled={isDisabled}
              autoComplete="off"
              spellCheck={false}
            />
            {isSecret ? (
              <SecretField
                label={words.value(at + 1)}
                value={value}
                stored={stored.find((one) => one.isSecret && one.name === name)?.value ?? null}
                onChange={(next) => change(row, { value: next })}
                error={valueError}
                isDisabled={isDisabled}
              />
            ) : (
              <TextInput
                label={terms.value}
                aria-label={words.value(at + 1)}
                value={typeof value === 'string' ? value : ''}
                onChange={(event) => change(row, { value: event.currentTarget.value })}
                error={valueError}
                disabled={isDisabled}
                autoComplete="off"
                spellCheck={false}
              />
            )}
            <Checkbox
              className={css['tick'] ?? ''}
              label={words.secret}
              aria-label={words.isSecret(at + 1)}
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
            <ActionIcon
              className={css['remove'] ?? ''}
              aria-label={words.remove(name === '' ? terms.noName : name)}
              disabled={isDisabled}
              onClick={() => onChange(headers.filter((one) => one.row !== row))}
            >
              <Icon name="trash" />
            </ActionIcon>
          </div>
        );
      })}
      <div>
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name="plus" size={14} />}
          disabled={isDisabled}
          onClick={() => onChange([...headers, { row: nextRow(headers), name: '', value: '', isSecret: false }])}
        >
          {words.add}
        </Button>
      </div>
    </div>
  );
}
