import { Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { ClientError } from '../../client/client.ts';
import { apiQuery } from '../data/api.ts';
import { shell } from '../messages/en/shell.ts';
import mark from '../millrace.svg';
import { Problem } from '../parts/problem.tsx';
import { client, openedSession, setToken } from '../session/session.ts';
import css from './sign-in-page.module.css';

const words = shell.signIn;

/** Signs in with e-mail and password, or with a token; then goes to where somebody wanted to go. */
export function SignInPage(): ReactNode {
  const navigate = useNavigate();
  const { to } = useSearch({ from: '/sign-in' });
  const [hasToken, setHasToken] = useState(false);
  const setup = useQuery(apiQuery('getSetup'));
  useEffect(() => {
    document.title = `${words.title} · ${shell.product}`;
  }, []);
  const goOn = () => void navigate({ href: to });

  return (
    <main className={css['page']}>
      <Paper className={css['card'] ?? ''}>
        <Stack>
          <img src={mark} alt="" width={44} height={44} />
          <div>
            <Title order={1}>{words.title}</Title>
            <Text c="dimmed">{words.lead}</Text>
          </div>
          {setup.data?.open === true ? <Text>{words.setUp}</Text> : null}
          {hasToken ? <TokenForm onDone={goOn} /> : <PasswordForm onDone={goOn} />}
          <Button variant="subtle" onClick={() => setHasToken(!hasToken)}>
            {hasToken ? words.usePassword : words.useToken}
          </Button>
        </Stack>
      </Paper>
    </main>
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
  function submit(event: FormEvent) {
    event.preventDefault();
    const isWhole = email.trim() !== '' && password !== '';
    setMissing(!isWhole);
    if (isWhole) signIn.mutate();
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {signIn.error === null || isWrong ? null : <Problem error={signIn.error} />}
        <TextInput
          label={words.email}
          type="email"
          value={email}
          onChange={(event) => writeEmail(event.currentTarget.value)}
          autoComplete="username"
          autoFocus
          required
          withAsterisk={false}
        />
        <PasswordInput
          label={words.password}
          error={isMissing ? words.needed : isWrong ? words.wrong : null}
          value={password}
          onChange={(event) => writePassword(event.currentTarget.value)}
          autoComplete="current-password"
          required
          withAsterisk={false}
        />
        <Button type="submit" loading={signIn.isPending}>
          {words.submit}
        </Button>
      </Stack>
    </form>
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
  function submit(event: FormEvent) {
    event.preventDefault();
    setMissing(token.trim() === '');
    if (token.trim() !== '') signIn.mutate();
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {signIn.error === null || isUnknown ? null : <Problem error={signIn.error} />}
        <PasswordInput
          label={words.token}
          description={words.tokenHint}
          error={isMissing ? words.missing : isUnknown ? words.unknown : null}
          value={token}
          onChange={(event) => write(event.currentTarget.value)}
          autoComplete="off"
          autoFocus
          required
          withAsterisk={false}
        />
        <Button type="submit" loading={signIn.isPending}>
          {words.submit}
        </Button>
      </Stack>
    </form>
  );
}
