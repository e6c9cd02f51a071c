import { Alert, Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { ClientError } from '../../../client/client.ts';
import { useApi, useApiQuery } from '../../data/data.ts';
import { shell, terms } from '../../messages/en.ts';
import { Problem } from '../../parts/parts.ts';
import { client, openedSession, sessionEnd, setToken } from '../../session/session.ts';
import { useSso } from '../../session/sso.ts';
import { EmailField, EntryForm, EntryPage, HiddenField } from './entry-page.tsx';

const words = shell.signIn;

/** Signs in with e-mail and password, or with a token; then goes to the page that was wanted. */
export function SignInPage(): ReactNode {
  const navigate = useNavigate();
  const { to } = useSearch({ from: '/sign-in' });
  const [form, choose] = useState<'password' | 'token' | 'forgotten'>('password');
  const setup = useApiQuery('getSetup');
  const sso = useApiQuery('getSignInMethods').data?.sso ?? null;
  const single = useSso();
  const end = sessionEnd(words.ends);
  const goOn = () => void navigate({ href: to });
  const other = (next: typeof form, label: string) => (
    <Button variant="subtle" onClick={() => choose(next)}>
      {label}
    </Button>
  );
  if (form === 'forgotten')
    return (
      <EntryPage title={words.forgotten}>
        <ForgottenPassword />
        {other('password', words.back)}
      </EntryPage>
    );
  return (
    <EntryPage title={terms.signIn}>
      {end === null ? null : <Alert role="status">{words.ends[end]}</Alert>}
      {setup.data?.open === true ? <Text>{words.setUp}</Text> : null}
      {form === 'token' ? <TokenForm onDone={goOn} /> : <PasswordForm onDone={goOn} />}
      <Problem error={single.error} />
      {sso === null ? null : (
        <Button loading={single.isPending} onClick={() => single.begin({ to })}>
          {sso.label}
        </Button>
      )}
      {form === 'token' ? null : other('forgotten', words.forgot)}
      {form === 'token' ? other('password', words.usePassword) : other('token', words.useToken)}
    </EntryPage>
  );
}

function PasswordForm({ onDone }: { onDone: () => void }): ReactNode {
  const [email, writeEmail] = useState('');
  const [password, writePassword] = useState('');
  const [isMissing, setMissing] = useState(false);
  const signIn = useMutation({
    mutationFn: () => client(null).call('signIn', { body: { email: email.trim(), password } }),
    onSuccess() {
      openedSession();
      onDone();
    },
  });
  const isWrong = signIn.error instanceof ClientError && signIn.error.code === 'wrong_credentials';
  function submit() {
    const isComplete = email.trim() !== '' && password !== '';
    setMissing(!isComplete);
    if (isComplete) signIn.mutate();
  }
  return (
    <EntryForm error={isWrong ? null : signIn.error} isBusy={signIn.isPending} submit={terms.signIn} onSubmit={submit}>
      <EmailField value={email} onWrite={writeEmail} autoFocus />
      <HiddenField
        label={terms.password}
        error={isMissing ? words.needed : isWrong ? words.wrong : null}
        value={password}
        onWrite={writePassword}
        autoComplete="current-password"
      />
    </EntryForm>
  );
}

function TokenForm({ onDone }: { onDone: () => void }): ReactNode {
  const [token, write] = useState('');
  const [isMissing, setMissing] = useState(false);
  const signIn = useMutation({
    mutationFn: () => client(token.trim()).call('getMe'),
    onSuccess() {
      setToken(token.trim());
      onDone();
    },
  });
  const isUnknown = signIn.error instanceof ClientError && signIn.error.code === 'unauthorized';
  function submit() {
    setMissing(token.trim() === '');
    if (token.trim() !== '') signIn.mutate();
  }
  return (
    <EntryForm
      error={isUnknown ? null : signIn.error}
      isBusy={signIn.isPending}
      submit={terms.signIn}
      onSubmit={submit}
    >
      <HiddenField
        label={words.token}
        description={words.tokenHint}
        error={isMissing ? words.missing : isUnknown ? words.unknown : null}
        value={token}
        onWrite={write}
        autoComplete="off"
        autoFocus
      />
    </EntryForm>
  );
}

/** Asks for a one-time link by e-mail, or says who can create one. */
function ForgottenPassword(): ReactNode {
  const [email, write] = useState('');
  const [isMissing, setMissing] = useState(false);
  const methods = useApiQuery('getSignInMethods');
  const request = useApi('requestPasswordReset', { isRead: true });
  function submit() {
    setMissing(email.trim() === '');
    if (email.trim() !== '') request.mutate({ body: { email: email.trim() } });
  }
  if (methods.data === undefined) return null;
  if (!methods.data.passwordReset) return <Text>{words.askAdministrator}</Text>;
  if (request.isSuccess) return <Text role="status">{words.linkSent}</Text>;
  return (
    <EntryForm error={request.error} isBusy={request.isPending} submit={words.sendLink} onSubmit={submit}>
      <EmailField
        value={email}
        onWrite={write}
        description={words.forgottenHint}
        error={isMissing ? words.emailMissing : null}
        autoFocus
      />
    </EntryForm>
  );
}
