import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { alerts } from '../../messages/en/alerts.ts';
import { options } from '../../parts/form/options.ts';
import { SecretField } from '../../parts/form/secret-field.tsx';
import { type AlertDraft, draftOf } from './alert-draft.ts';
import css from './alert-form.module.css';
import type { FormProps } from './alert-form.tsx';

const words = alerts.details;

type TextName = { [K in keyof AlertDraft]: AlertDraft[K] extends string ? K : never }[keyof AlertDraft];
type SecretName = 'secret' | 'previousSecret' | 'password' | 'hookUrl';

/** What a way needs to reach people. */
export function WayFields({ draft, errors, base, isDisabled, change }: FormProps): ReactNode {
  const stored = draftOf(base);
  const text = (name: TextName) => ({
    label: words[name as keyof typeof words] as string, // each of these fields has a word of its name
    value: draft[name],
    error: errors[name],
    disabled: isDisabled,
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) => change({ [name]: currentTarget.value }),
  });
  const secret = (name: SecretName, description?: string) => (
    <SecretField
      label={words[name]}
      value={draft[name]}
      stored={stored[name]}
      onChange={(value) => change({ [name]: value })}
      error={errors[name]}
      isDisabled={isDisabled}
      {...(description === undefined ? {} : { description })}
    />
  );

  if (draft.type === 'slack') return secret('hookUrl', words.hookHint);
  if (draft.type === 'webhook')
    return (
      <>
        <TextInput {...text('url')} description={words.urlHint} required inputMode="url" />
        {secret('secret', words.secretHint)}
        {secret('previousSecret', words.previousHint)}
      </>
    );
  return (
    <>
      <div className={css['pair']}>
        <TextInput {...text('host')} required />
        <TextInput {...text('port')} inputMode="numeric" placeholder={draft.security === 'tls' ? '465' : '587'} />
      </div>
      <NativeSelect
        label={words.security}
        data={options(words.securities)}
        value={draft.security}
        onChange={({ currentTarget }) => change({ security: currentTarget.value as AlertDraft['security'] })} // one of the options
        error={errors['security']}
        disabled={isDisabled}
      />
      <TextInput {...text('username')} autoComplete="off" />
      {secret('password')}
      <TextInput {...text('from')} required inputMode="email" />
      <Textarea {...text('to')} description={words.toHint} required autosize minRows={1} maxRows={8} />
      <Textarea {...text('ca')} description={words.caHint} autosize minRows={1} maxRows={8} spellCheck={false} />
    </>
  );
}
