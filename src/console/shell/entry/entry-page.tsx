import { Button, Paper, PasswordInput, type PasswordInputProps, Stack, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect } from 'react';
import { shell, terms } from '../../messages/en.ts';
import mark from '../../millrace.svg';
import { Problem } from '../../parts/parts.ts';
import css from './entry-page.module.css';

/** The frame of the pages for people who are not signed in. */
export function EntryPage(given: { title: string; lead?: string; children: ReactNode }): ReactNode {
  const { title, lead, children } = given;
  useEffect(() => {
    document.title = `${title} · ${shell.product}`;
  }, [title]);
  return (
    <main className={css['page']}>
      <Paper className={css['card'] ?? ''}>
        <Stack>
          <img src={mark} alt="" width={44} height={44} />
          <div>
            <Title order={1}>{title}</Title>
            {lead === undefined ? null : <Text c="dimmed">{lead}</Text>}
          </div>
          {children}
        </Stack>
      </Paper>
    </main>
  );
}

type EntryFormProps = { error: unknown; isBusy: boolean; submit: string; onSubmit: () => void; children: ReactNode };

/** A form of such a page. `error`: null where a field shows it. */
export function EntryForm({ error, isBusy, submit, onSubmit, children }: EntryFormProps): ReactNode {
  function send(event: FormEvent) {
    event.preventDefault();
    onSubmit();
  }
  return (
    <form onSubmit={send} noValidate>
      <Stack>
        <Problem error={error} />
        {children}
        <Button variant="filled" type="submit" loading={isBusy}>
          {submit}
        </Button>
      </Stack>
    </form>
  );
}

type FieldProps = Pick<PasswordInputProps, 'label' | 'description' | 'error' | 'autoComplete' | 'autoFocus'> & {
  value: string;
  onWrite: (value: string) => void;
};

export function EmailField({ onWrite, ...field }: Omit<FieldProps, 'label' | 'autoComplete'>): ReactNode {
  return (
    <TextInput
      {...field}
      label={terms.email}
      type="email"
      autoComplete="username"
      onChange={(event) => onWrite(event.currentTarget.value)}
      required
      withAsterisk={false}
    />
  );
}

export function HiddenField({ onWrite, ...field }: FieldProps): ReactNode {
  return (
    <PasswordInput {...field} onChange={(event) => onWrite(event.currentTarget.value)} required withAsterisk={false} />
  );
}
