import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { connectionForm } from '../../messages/en/connection-form.ts';
import { SecretField, type SecretValue } from '../../parts/form/secret-field.tsx';
import type { AssertionDraft } from './authentication-draft.ts';
import css from './connection-form.module.css';

const w = connectionForm.assertion;

const algorithms: AssertionDraft['algorithm'][] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];

type Props = {
  draft: AssertionDraft;
  storedKey: SecretValue;
  /** Where it stands in the API: `auth.assertion`. */
  path: string;
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
  onChange: (next: AssertionDraft) => void;
};

/** A token that is signed afresh for each use: the key, and what it says. */
export function AssertionFields({ draft, storedKey, path, errors, isDisabled, onChange }: Props): ReactNode {
  const shared = (
    name: 'keyId' | 'issuer' | 'subject' | 'audience' | 'lifetime' | 'claims',
    apiName: string = name,
  ) => ({
    label: w[name],
    value: draft[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ ...draft, [name]: event.currentTarget.value }),
    error: errors[`${path}.${apiName}`],
    disabled: isDisabled,
    autoComplete: 'off',
    spellCheck: false,
  });
  return (
    <>
      <SecretField
        label={w.privateKey}
        description={w.privateKeyHint}
        value={draft.privateKey}
        stored={storedKey}
        onChange={(privateKey) => onChange({ ...draft, privateKey })}
        error={errors[`${path}.privateKey`]}
        isLong
        isDisabled={isDisabled}
      />
      <div className={css['grid']}>
        <NativeSelect
          label={w.algorithm}
          value={draft.algorithm}
          onChange={
            (event) => onChange({ ...draft, algorithm: event.currentTarget.value as AssertionDraft['algorithm'] }) // one of the options
          }
          disabled={isDisabled}
          data={algorithms}
        />
        <TextInput {...shared('keyId')} />
        <TextInput {...shared('issuer')} />
        <TextInput {...shared('subject')} />
        <TextInput {...shared('audience')} />
        <TextInput {...shared('lifetime', 'lifetimeMs')} />
      </div>
      <Textarea {...shared('claims')} autosize minRows={2} classNames={{ input: css['code'] ?? '' }} />
    </>
  );
}
