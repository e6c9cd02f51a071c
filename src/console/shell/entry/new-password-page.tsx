import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { ClientError } from '../../../client/client.ts';
import { fieldErrors } from '../../data/data.ts';
import { shell, terms } from '../../messages/en.ts';
import { PlainLink } from '../../parts/parts.ts';
import { client, openedSession } from '../../session/session.ts';
import { EmailField, EntryForm, EntryPage, HiddenField } from './entry-page.tsx';
import { linkIn, type OneTimeLink } from './one-time-link.ts';

const words = shell.newPassword;

/** The target of one-time links: creates the first administrator, or sets a password. */
export function NewPasswordPage(): ReactNode {
  const link = linkIn(useLocation());
  const kind = link?.kind ?? 'invite';
  return (
    <EntryPage title={words.titles[kind]} lead={words.leads[kind]}>
      {link === null ? <Text>{words.nothing}</Text> : <Form {...link} />}
      <PlainLink to={'/sign-in' as '/'}>{terms.signIn}</PlainLink>
    </EntryPage>
  );
}

function Form({ kind, token }: OneTimeLink): ReactNode {
  const navigate = useNavigate();
  const [email, writeEmail] = useState('');
  const [password, writePassword] = useState('');
  const enter = useMutation({
    mutationFn() {
      const { call } = client(null);
      if (kind === 'setup') return call('setUp', { body: { setupToken: token, email: email.trim(), password } });
      if (kind === 'invite') return call('acceptInvitation', { body: { inviteToken: token, password } });
      return call('completePasswordReset', { body: { resetToken: token, password } });
    },
    onSuccess() {
      openedSession();
      void navigate({ to: kind === 'setup' ? '/welcome' : '/', replace: true });
    },
  });
  const { error } = enter;
  const isUsed = error instanceof ClientError && (error.status === 401 || error.code === 'setup_done');
  const at = fieldErrors(error);
  return (
    <EntryForm
      error={isUsed || Object.keys(at).length > 0 ? null : error}
      isBusy={enter.isPending}
      submit={kind === 'setup' ? words.create : words.set}
      onSubmit={() => enter.mutate()}
    >
      {isUsed ? (
        <Text role="alert" c="var(--console-bad)">
          {words.used}
        </Text>
      ) : null}
      {kind !== 'setup' ? null : (
        <EmailField
          description={words.emailHint}
          error={at['email'] ?? null}
          value={email}
          onWrite={writeEmail}
          autoFocus
        />
      )}
      <HiddenField
        label={terms.password}
        description={words.passwordHint}
        error={at['password'] ?? null}
        value={password}
        onWrite={writePassword}
        autoComplete="new-password"
      />
    </EntryForm>
  );
}
