import { Anchor, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { ClientError } from '../../client/client.ts';
import { fieldErrors } from '../data/field-errors.ts';
import { shell } from '../messages/en/shell.ts';
import mark from '../millrace.svg';
import { Problem } from '../parts/problem.tsx';
import { client, openedSession } from '../session/session.ts';
import css from './sign-in-page.module.css';

const words = shell.newPassword;

/** Where the one-time addresses lead: the first administrator is made, or somebody who was invited sets a password. */
export function NewPasswordPage(): ReactNode {
  const { setup, invite } = useSearch({ from: '/new-password' });
  const isSetup = setup !== undefined;
  const title = isSetup ? words.setUp : words.invite;
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
            <Text c="dimmed">{isSetup ? words.setUpLead : words.inviteLead}</Text>
          </div>
          {setup !== undefined || invite !== undefined ? (
            <Form setupToken={setup ?? null} inviteToken={invite ?? ''} />
          ) : (
            <Text>{words.nothing}</Text>
          )}
          <Anchor component={Link} to="/sign-in">
            {words.signIn}
          </Anchor>
        </Stack>
      </Paper>
    </main>
  );
}

/** `setupToken` null: an invitation. */
function Form({ setupToken, inviteToken }: { setupToken: string | null; inviteToken: string }): ReactNode {
  const navigate = useNavigate();
  const [email, writeEmail] = useState('');
  const [password, writePassword] = useState('');
  const enter = useMutation({
    mutationFn: () =>
      setupToken === null
        ? client(null).call('acceptInvitation', { body: { inviteToken, password } })
        : client(null).call('setUp', { body: { setupToken, email: email.trim(), password } }),
    onSuccess() {
      openedSession();
      void navigate({ to: '/welcome', replace: true });
    },
  });
  const { error } = enter;
  const isUsed = error instanceof ClientError && (error.status === 401 || error.code === 'setup_done');
  const at = fieldErrors(error);
  function submit(event: FormEvent) {
    event.preventDefault();
    enter.mutate();
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {error === null || isUsed || Object.keys(at).length > 0 ? null : <Problem error={error} />}
        {isUsed ? (
          <Text role="alert" c="var(--console-bad)">
            {words.used}
          </Text>
        ) : null}
        {setupToken === null ? null : (
          <TextInput
            label={shell.signIn.email}
            description={words.emailHint}
            type="email"
            error={at['email'] ?? null}
            value={email}
            onChange={(event) => writeEmail(event.currentTarget.value)}
            autoComplete="username"
            autoFocus
            required
            withAsterisk={false}
          />
        )}
        <PasswordInput
          label={shell.signIn.password}
          description={words.passwordHint}
          error={at['password'] ?? null}
          value={password}
          onChange={(event) => writePassword(event.currentTarget.value)}
          autoComplete="new-password"
          required
          withAsterisk={false}
        />
        <Button type="submit" loading={enter.isPending}>
          {setupToken === null ? words.set : words.create}
        </Button>
      </Stack>
    </form>
  );
}
