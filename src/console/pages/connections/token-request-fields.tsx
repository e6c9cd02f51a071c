import { Button, Text, TextInput, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { connectionForm as words } from '../../messages/en/connection-form.ts';
import { terms } from '../../messages/en/terms.ts';
import { nextRow } from '../../parts/form/rows.ts';
import { SecretField } from '../../parts/form/secret-field.tsx';
import { Icon } from '../../parts/icon.tsx';
import { isPublic, type PairDraft, type SignalDraft } from './authentication-draft.ts';
import css from './connection-form.module.css';
import type { FormProps } from './connection-form.tsx';
import { RemoveRow } from './remove-row.tsx';

/** What token requests carry besides the usual, and which answers ask for a new token. */
export function TokenRequestFields(props: FormProps): ReactNode {
  return (
    <>
      <Pairs {...props} field="extraParams" words={words.params} />
      <Pairs {...props} field="extraHeaders" words={words.tokenHeaders} />
      <TokenAnswerFields {...props} />
      <Signals {...props} />
    </>
  );
}

type PairsProps = FormProps & {
  field: 'extraParams' | 'extraHeaders';
  words: typeof words.params | typeof words.tokenHeaders;
};

function Pairs({ field, words: w, draft, stored, errors, isDisabled, onChange }: PairsProps): ReactNode {
  const list = draft[field];
  const change = (row: number, next: Partial<PairDraft>) =>
    onChange({ [field]: list.map((one) => (one.row === row ? { ...one, ...next } : one)) });
  return (
    <div className={css['rows']}>
      <SubTitle title={w.title} text={w.text} />
      {list.map(({ row, name, value }, index) => {
        const error = errors[`auth.${field}.${name.trim()}`];
        return (
          <div key={row} className={css['row']} data-columns="pair">
            <TextInput
              label={terms.name}
              aria-label={w.name(index + 1)}
              value={name}
              onChange={(event) => change(row, { name: event.currentTarget.value })}
              error={error}
              disabled={isDisabled}
              autoComplete="off"
              spellCheck={false}
            />
            {isPublic(name) && (value === null || typeof value === 'string') ? (
              <TextInput
                label={terms.value}
                aria-label={w.value(index + 1)}
                value={value ?? ''}
                onChange={(event) => change(row, { value: event.currentTarget.value })}
                disabled={isDisabled}
                autoComplete="off"
                spellCheck={false}
              />
            ) : (
              <SecretField
                label={w.value(index + 1)}
                value={value}
                stored={stored[field].find((one) => one.row === row)?.value ?? null}
                onChange={(next) => change(row, { value: next })}
                isDisabled={isDisabled}
              />
            )}
            <RemoveRow
              label={w.remove(name === '' ? terms.noName : name)}
              isDisabled={isDisabled}
              onClick={() => onChange({ [field]: list.filter((one) => one.row !== row) })}
            />
          </div>
        );
      })}
      <Add
        label={w.add}
        isDisabled={isDisabled}
        onClick={() => onChange({ [field]: [...list, { row: nextRow(list), name: '', value: '' }] })}
      />
    </div>
  );
}

/** Where the API keeps the path of each. */
const fieldPlaces = {
  tokenAt: 'auth.tokenFields.accessToken',
  expiresAt: 'auth.tokenFields.expiresIn',
  typeAt: 'auth.tokenFields.tokenType',
  refreshTokenAt: 'auth.tokenFields.refreshToken',
} as const;

function TokenAnswerFields({ draft, errors, isDisabled, onChange }: FormProps): ReactNode {
  const w = words.tokenFields;
  return (
    <div className={css['rows']}>
      <SubTitle title={w.title} text={w.text} />
      <div className={css['grid']}>
        {Object.entries(w.names).map(([key, label]) => {
          const name = key as keyof typeof fieldPlaces; // the names are the places'
          return (
            <TextInput
              key={name}
              label={label}
              value={draft[name]}
              onChange={(event) => onChange({ [name]: event.currentTarget.value })}
              error={errors[fieldPlaces[name]]}
              disabled={isDisabled}
              autoComplete="off"
              spellCheck={false}
            />
          );
        })}
      </div>
    </div>
  );
}

function Signals({ draft, errors, isDisabled, onChange }: FormProps): ReactNode {
  const w = words.signals;
  const list = draft.refreshOn;
  const change = (row: number, next: Partial<SignalDraft>) =>
    onChange({ refreshOn: list.map((one) => (one.row === row ? { ...one, ...next } : one)) });
  const text = (
    signal: SignalDraft,
    field: Exclude<keyof SignalDraft, 'row'>,
    label: string,
    name: string,
    error?: string,
  ) => (
    <TextInput
      label={label}
      aria-label={name}
      value={signal[field]}
      onChange={(event) => change(signal.row, { [field]: event.currentTarget.value })}
      error={error}
      disabled={isDisabled}
      autoComplete="off"
      spellCheck={false}
    />
  );
  return (
    <div className={css['rows']}>
      <SubTitle title={w.title} text={w.text} />
      {list.map((signal, index) => (
        <div key={signal.row} className={css['row']} data-columns="signal">
          {text(signal, 'status', w.status, w.statusOf(index + 1), errors[`auth.refreshOn.${index}.status`])}
          {text(
            signal,
            'headerName',
            terms.header,
            w.headerOf(index + 1),
            errors[`auth.refreshOn.${index}.header.name`],
          )}
          {text(signal, 'headerContains', w.contains, w.containsOf(index + 1))}
          {text(signal, 'bodyContains', w.body, w.bodyOf(index + 1))}
          <RemoveRow
            label={w.remove(index + 1)}
            isDisabled={isDisabled}
            onClick={() => onChange({ refreshOn: list.filter((one) => one.row !== signal.row) })}
          />
        </div>
      ))}
      <Add
        label={terms.addRule}
        isDisabled={isDisabled}
        onClick={() =>
          onChange({
            refreshOn: [
              ...list,
              { row: nextRow(list), status: '', headerName: '', headerContains: '', bodyContains: '' },
            ],
          })
        }
      />
    </div>
  );
}

function SubTitle({ title, text }: { title: string; text: string }): ReactNode {
  return (
    <div>
      <Title order={4} size="sm">
        {title}
      </Title>
      <Text c="dimmed" size="sm">
        {text}
      </Text>
    </div>
  );
}

function Add({ label, isDisabled, onClick }: { label: string; isDisabled: boolean; onClick: () => void }): ReactNode {
  return (
    <div>
      <Button
        variant="default"
        size="xs"
        leftSection={<Icon name="plus" size={14} />}
        disabled={isDisabled}
        onClick={onClick}
      >
        {label}
      </Button>
    </div>
  );
}
