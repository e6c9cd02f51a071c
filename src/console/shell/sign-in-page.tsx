import { Button, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { ClientError } from '../../client/client.ts';
import { shell } from '../messages/en/shell.ts';
import mark from '../millrace.svg';
import { Problem } from '../parts/problem.tsx';
import { client, setToken } from '../session/session.ts';
import css from './sign-in-page.module.css';

export function SignInPage(): ReactNode {
  const navigate = useNavigate();
  const { to } = useSearch({ from: '/sign-in' });
  const [token, write] = useState('');
  const [isMissing, setMissing] = useState(false);
  const signIn = useMutation({
    mutationFn: () => client(token.trim()).call('getMe'),
    onSuccess() {
      setToken(token.trim());
      void navigate({ href: to });
    },
  });
  useEffect(() => {
    document.title = `${shell.signIn.title} · ${shell.product}`;
  }, []);

  const isUnknown = signIn.error instanceof ClientError && signIn.error.code === 'unauthorized';
  function submit(event: FormEvent) {
    event.preventDefault();
    setMissing(token.trim() === '');
    if (token.trim() !== '') signIn.mutate();
  }

  return (
    <main className={css['page']}>
      <Paper className={css['card'] ?? ''} component="form" onSubmit={submit} noValidate>
        <Stack>
          <img src={mark} alt="" width={44} height={44} />
          <div>
            <Title order={1}>{shell.signIn.title}</Title>
            <Text c="dimmed">{shell.signIn.lead}</Text>
          </div>
          {signIn.error === null || isUnknown ? null : <Problem error={signIn.error} />}
          <PasswordInput
            label={shell.signIn.token}
            description={shell.signIn.tokenHint}
            error={isMissing ? shell.signIn.missing : isUnknown ? shell.signIn.unknown : null}
            value={token}
            onChange={(event) => write(event.currentTarget.value)}
            autoComplete="current-password"
            autoFocus
            required
            withAsterisk={false}
          />
          <Button type="submit" loading={signIn.isPending}>
            {shell.signIn.submit}
          </Button>
        </Stack>
      </Paper>
    </main>
  );
}
