import { ActionIcon, Button, Checkbox, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { studio } from '../../messages/en/studio.ts';
import { Icon } from '../../parts/icon.tsx';
import { SecretField } from '../../parts/secret-field.tsx';
import { type DestinationDraft, type HeaderDraft, nextKey } from './destination-draft.ts';
import type { FormProps } from './destination-form.tsx';
import css from './studio.module.css';

const words = studio.headers;

/** The headers of a destination, each with its tick for a secret value. */
export function HeaderRows({
  draft,
  stored,
  errors,
  isDisabled,
  onChange,
}: FormProps & { stored: DestinationDraft }): ReactNode {
  const { headers } = draft;
  const change = (at: number, next: Partial<HeaderDraft>) =>
    onChange({ headers: headers.map((one, index) => (index === at ? { ...one, ...next } : one)) });
  return (
    <>
      {headers.map(({ key, name, value, secret }, at) => {
        const path = `settings.headers.${at}`;
        const valueError = errors[`${path}.value`] ?? errors[path];
        return (
          <div key={key} className={css['header']}>
            <TextInput
              aria-label={words.name(at + 1)}
              placeholder={words.namePlaceholder}
              value={name}
              onChange={(event) => change(at, { name: event.currentTarget.value })}
              error={errors[`${path}.name`]}
              disabled={isDisabled}
              spellCheck={false}
              autoComplete="off"
            />
            {secret ? (
              <SecretField
                label={words.value(at + 1)}
                value={value}
                stored={stored.headers.find((one) => one.secret && one.name === name)?.value ?? null}
                onChange={(next) => change(at, { value: next })}
                error={valueError}
                isDisabled={isDisabled}
              />
            ) : (
              <TextInput
                aria-label={words.value(at + 1)}
                value={typeof value === 'string' ? value : ''}
                onChange={(event) => change(at, { value: event.currentTarget.value })}
                error={valueError}
                disabled={isDisabled}
                spellCheck={false}
                autoComplete="off"
              />
            )}
            <Checkbox
              label={words.secret}
              aria-label={words.secretOf(at + 1)}
              checked={secret}
              // What was stored as a secret can't be shown, so it can't become public.
              onChange={({ currentTarget: { checked } }) =>
                change(at, { secret: checked, value: typeof value === 'string' ? value : '' })
              }
              disabled={isDisabled}
            />
            <ActionIcon
              aria-label={words.remove(at + 1)}
              disabled={isDisabled}
              onClick={() => onChange({ headers: headers.filter((_, index) => index !== at) })}
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
          onClick={() =>
            onChange({ headers: [...headers, { key: nextKey(headers), name: '', value: '', secret: false }] })
          }
        >
          {words.add}
        </Button>
      </div>
    </>
  );
}
