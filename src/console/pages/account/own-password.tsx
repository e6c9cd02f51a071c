import { Button, PasswordInput, Stack } from '@mantine/core';
import { type ReactNode, type SyntheticEvent, useRef, useState } from 'react';
import { ClientError } from '../../../client/client.ts';
import { lengthProblem } from '../../../contract/accounts/credentials.ts';
import { useApi } from '../../data/api.ts';
import { fieldErrors } from '../../data/field-errors.ts';
import { terms, account as words } from '../../messages/en.ts';
import { notifyDone, Problem } from '../../parts/parts.ts';

/** Sets the user's own password. The present one proves that no one else uses the open browser. */
export function OwnPassword({ email }: { email: string }): ReactNode {
  const [current, writeCurrent] = useState('');
  const [next, writeNext] = useState('');
  const [wrong, setWrong] = useState<{ current?: string; next?: string }>({});
  const change = useApi('changeMe');
  const form = useRef<HTMLFormElement>(null);
  const told = fieldErrors(change.error);
  const isWrong = change.error instanceof ClientError && change.error.code === 'wrong_credentials';
  const atFields = isWrong || Object.keys(told).length > 0;

  function edit(write: (text: string) => void, text: string) {
    write(text);
    setWrong({});
    change.reset();
  }
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    const problem = lengthProblem(next);
    const found = {
      ...(current === '' ? { current: words.needed } : {}),
      ...(problem === null ? {} : { next: terms.passwords[problem] }),
    };
    setWrong(found);
    if (Object.keys(found).length > 0) return focusFirst();
    change.mutate(
      { body: { password: next, currentPassword: current } },
      {
        onSuccess() {
          writeCurrent('');
          writeNext('');
          notifyDone(words.changed);
        },
        onError: focusFirst,
      },
    );
  }
  function focusFirst() {
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  }
  return (
    <form ref={form} onSubmit={submit} noValidate>
      <Stack gap="sm" maw="22rem">
        {/* Password managers learn by it whose password this is. */}
        <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
        <PasswordInput
          label={words.current}
          value={current}
          onChange={({ currentTarget }) => edit(writeCurrent, currentTarget.value)}
          error={wrong.current ?? (isWrong ? words.wrong : told['currentPassword'])}
          autoComplete="current-password"
          required
        />
        <PasswordInput
          label={words.password}
          description={words.passwordHint}
          value={next}
          onChange={({ currentTarget }) => edit(writeNext, currentTarget.value)}
          error={wrong.next ?? told['password']}
          autoComplete="new-password"
          required
        />
        {change.error !== null && !atFields ? <Problem error={change.error} /> : null}
        <Button variant="filled" type="submit" loading={change.isPending} style={{ alignSelf: 'start' }}>
          {words.change}
        </Button>
      </Stack>
    </form>
  );
}
